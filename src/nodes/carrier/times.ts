/** How often a Carrier node does what. All in milliseconds. */
export interface CarrierTimes {
  /** An answer that takes longer is taken for none, whatever the measured round trips say. */
  readonly callAtMostMs: number
  /** Shortest time-out, however fast answers were so far. */
  readonly callAtLeastMs: number
  /** First wait between attempts to join; it doubles each time. */
  readonly joinFirstMs: number
  /** Longest wait while no other node is known. */
  readonly joinAloneMs: number
  /** Longest wait otherwise. */
  readonly joinEveryMs: number
  /** One known node is asked whether it is there. */
  readonly pingEveryMs: number
  /** Who was heard of within this time is not pinged. */
  readonly quietMs: number
  /** Wait after the first failure; it doubles with each further one. */
  readonly pingBackoffMs: number
  /** Unseen for so long and failing: dropped. */
  readonly staleMs: number
  readonly sweepEveryMs: number
  readonly refreshBucketMs: number
  readonly selfLookupMs: number
  readonly randomLookupMs: number
  /** The table is written when other nodes are in it than in the file. */
  readonly saveEveryMs: number
}

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** The times of real nodes. @see Elastos.Carrier.Java core/…/kademlia/Constants.java */
export const networkTimes: CarrierTimes = {
  callAtMostMs: 10 * SECOND,
  callAtLeastMs: 100,
  joinFirstMs: 50,
  joinAloneMs: 10 * SECOND,
  joinEveryMs: 4 * MINUTE,
  pingEveryMs: 10 * SECOND,
  quietMs: 30 * SECOND,
  pingBackoffMs: 60 * SECOND,
  staleMs: 15 * MINUTE,
  sweepEveryMs: 4 * MINUTE,
  refreshBucketMs: 15 * MINUTE,
  selfLookupMs: 30 * MINUTE,
  randomLookupMs: 10 * MINUTE,
  saveEveryMs: 10 * MINUTE,
}

/** On one machine nothing is far away, and a developer who stops a node wants to see it soon. */
export const devnetTimes: CarrierTimes = {
  ...networkTimes,
  callAtMostMs: SECOND,
  callAtLeastMs: 500,
  joinAloneMs: 250,
  joinEveryMs: 3 * SECOND,
  pingEveryMs: SECOND,
  quietMs: SECOND,
  pingBackoffMs: SECOND,
  sweepEveryMs: 5 * SECOND,
  saveEveryMs: SECOND,
}
