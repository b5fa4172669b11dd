/** Which release is meant, and where it can be fetched. */
import { type Cid, parseCid } from '../protocol/ipfs/cid.ts'
import type { Registry } from '../wallet/registry/call.ts'
import {
  channelRecord,
  channelsOf,
  type PublishedRelease,
  publishedReleases,
  type ReleaseRecord,
  releaseRecord,
} from '../wallet/registry/read.ts'
import { ReleaseError } from './errors.ts'

export interface FoundRelease {
  readonly app: string
  readonly release: ReleaseRecord
  readonly version: string
  /** One each, such as `ipfs://bafy…` and `https://…`. */
  readonly locations: readonly string[]
  /** `undefined` when it was named exactly. */
  readonly channel: string | undefined
}

const NUMBER = /^[1-9]\d{0,9}$/
const VERSION = /^\d+\.\d+\.\d+/

/**
 * The release of an app that a channel points at, or that has a number or a version.
 * Throws `release/noChannel`, `release/noRelease`, `release/yanked`, `registry/…`, `rpc/…`.
 */
export async function findRelease(
  registry: Registry,
  app: string,
  wanted: string,
): Promise<FoundRelease> {
  const isExact = NUMBER.test(wanted) || VERSION.test(wanted)
  if (isExact) return findNamed(registry, app, wanted)
  return { ...(await told(registry, app, await onChannel(registry, app, wanted))), channel: wanted }
}

/** The release with a number or a version. Throws `release/noRelease`, `registry/…`, `rpc/…`. */
export async function findNamed(
  registry: Registry,
  app: string,
  wanted: string,
): Promise<FoundRelease> {
  return told(registry, app, await exactly(registry, app, wanted))
}

/** With what only its event tells. */
async function told(
  registry: Registry,
  app: string,
  release: ReleaseRecord,
): Promise<FoundRelease> {
  const all = await publishedReleases(registry, app)
  const event = all.find(({ seq }) => seq === release.seq)
  return {
    app,
    release,
    version: event?.version ?? `${release.seq}`,
    locations: event?.locations.split('\n').filter((one) => one !== '') ?? [],
    channel: undefined,
  }
}

/** The release with this number or version; of two with one version the newer. */
async function exactly(registry: Registry, app: string, wanted: string): Promise<ReleaseRecord> {
  const seq = NUMBER.test(wanted)
    ? Number(wanted)
    : newestOf(await publishedReleases(registry, app), wanted)
  const release = seq === undefined ? undefined : await releaseRecord(registry, app, seq)
  if (release === undefined) throw ReleaseError.noRelease(app, wanted)
  return release
}

function newestOf(all: readonly PublishedRelease[], version: string): number | undefined {
  return all.findLast((one) => one.version === version)?.seq
}

async function onChannel(registry: Registry, app: string, name: string): Promise<ReleaseRecord> {
  const release = await channelRecord(registry, app, name)
  if (release === undefined) {
    throw ReleaseError.noChannel(app, name, [...(await channelsOf(registry, app)).keys()])
  }
  if (release.status === 'yanked') throw ReleaseError.yanked(app, release.seq, name)
  return release
}

/** The content id that a person typed, with or without `ipfs://`; `undefined` for anything else. */
export function treeNamed(typed: string): Cid | undefined {
  const text = typed.replace(/^ipfs:\/\//, '')
  return /^(?:b[a-z2-7]{58}|Qm[1-9A-HJ-NP-Za-km-z]{44})$/.test(text) ? parseCid(text) : undefined
}

/** The ids among locations. What cannot be read is a hint for somebody else. */
export function cidsIn(locations: readonly string[]): readonly Cid[] {
  return locations.flatMap((one) => {
    const text = /^ipfs:\/\/([A-Za-z0-9]+)\/?$/.exec(one)?.[1]
    try {
      return text === undefined ? [] : [parseCid(text)]
    } catch {
      return []
    }
  })
}

/** The archives among locations: `https`, and `http` of this machine. */
export function archivesIn(locations: readonly string[]): readonly string[] {
  return locations.filter((one) => /^https:\/\/|^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/.test(one))
}
