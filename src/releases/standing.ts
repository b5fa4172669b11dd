/**
 * How a release stands: what its owner says of it in the registry, and what was seen here before.
 * Installing, updating, verifying and running ask the same question here.
 */
import type { Registry } from '../wallet/registry/call.ts'
import {
  appRecord,
  type ReleaseRecord,
  type ReleaseStatus,
  releaseRecord,
  seqOfBundle,
} from '../wallet/registry/read.ts'
import { ReleaseError } from './errors.ts'

export type { Registry, ReleaseRecord, ReleaseStatus }

export interface Standing {
  readonly app: string
  /** `undefined` when the registry does not know the bundle: it was never published. */
  readonly release: ReleaseRecord | undefined
  /** Of the newest release, 0 before the first and for an app that nobody claimed. */
  readonly latest: number
  /** Releases below it must neither be installed nor run; 0 for none. */
  readonly floor: number
}

export interface ReleaseName {
  /** DID of the app. */
  readonly app: string
  /** `sha256:` and 64 digits. */
  readonly bundle: string
}

/**
 * Asks ESC. Throws `registry/notAnAppDid` for a customized DID, `registry/notThere`, `rpc/…`:
 * whoever must be certain refuses then.
 */
export async function standingOf(
  registry: Registry,
  { app, bundle }: ReleaseName,
): Promise<Standing> {
  const [record, seq] = await Promise.all([
    appRecord(registry, app),
    seqOfBundle(registry, app, bundle),
  ])
  const release = seq === undefined ? undefined : await releaseRecord(registry, app, seq)
  return { app, release, latest: record?.latest ?? 0, floor: record?.floor ?? 0 }
}

/**
 * Throws when a release must neither be installed nor run: `release/revoked`, `release/belowFloor`,
 * `release/otherBundle` and, below what was seen, `release/olderThanSeen`. Yanked ones pass: who has
 * or names them keeps them.
 *
 * @param seq of the manifest
 * @param seen the highest one accepted here; left out where going back was allowed
 */
export function checkStanding(
  { app, release, floor }: Standing,
  { seq, seen = 0 }: { readonly seq: number; readonly seen?: number | undefined },
): void {
  if (release?.status === 'revoked') throw ReleaseError.revoked(app, release.seq)
  if (seq < floor) throw ReleaseError.belowFloor(app, seq, floor)
  if (release !== undefined && release.seq !== seq) {
    throw ReleaseError.otherBundle(app, seq, `number ${release.seq}`)
  }
  if (seq < seen) throw ReleaseError.olderThanSeen(app, seq, seen)
}
