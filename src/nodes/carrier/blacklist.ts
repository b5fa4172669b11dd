/**
 * Bans socket addresses and ids that misbehave: more than 30 observations, each within 20 minutes
 * of the one before, ban for an hour. Observed are packets that cannot be read, an address that
 * changes its id, and an id that changes its address.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/Blacklist.java
 */
const HITS = 30
const OBSERVED_MS = 20 * 60_000
const BANNED_MS = 60 * 60_000
/** Forged sender addresses are free, so both tables must have an end; the oldest go first. */
const MOST = 4_096

interface Observation {
  hits: number
  last: string | undefined
  at: number
}

export class Blacklist {
  readonly #observed = new Map<string, Observation>()
  readonly #bannedAt = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    return this.#observed.size + this.#bannedAt.size
  }

  isBanned(subject: string): boolean {
    const at = this.#bannedAt.get(subject)
    if (at === undefined) return false
    if (this.#now() - at < BANNED_MS) return true
    this.#bannedAt.delete(subject)
    return false
  }

  /** A packet that could be read came from `address` and was sealed by `id`. */
  observe(address: string, id: string): void {
    this.#changing(address, id)
    this.#changing(id, address)
  }

  /** A packet from `address` could not be read. */
  observeInvalid(address: string): void {
    const seen = this.#recall(address)
    this.#note(address, { ...seen, hits: seen.hits + 1 })
  }

  #changing(subject: string, value: string): void {
    const seen = this.#recall(subject)
    const isOther = seen.last !== undefined && seen.last !== value
    this.#note(subject, { ...seen, last: value, hits: seen.hits + (isOther ? 1 : 0) })
  }

  #recall(subject: string): Observation {
    const seen = this.#observed.get(subject)
    const isFresh = seen !== undefined && this.#now() - seen.at < OBSERVED_MS
    return isFresh ? seen : { hits: 0, last: undefined, at: this.#now() }
  }

  #note(subject: string, seen: Observation): void {
    this.#observed.delete(subject)
    if (seen.hits > HITS) {
      this.#bannedAt.delete(subject)
      this.#bannedAt.set(subject, this.#now())
      dropOldest(this.#bannedAt)
      return
    }
    this.#observed.set(subject, { ...seen, at: this.#now() })
    dropOldest(this.#observed)
  }
}

function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= MOST) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
