/** A release → a verified folder of the user's own, in use. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ElaError, messageOf } from '../base/errors.ts'
import { type ByteSource, openArchive } from '../bundle/byte-source.ts'
import { AnySource } from '../bundle/content/any-source.ts'
import { type Fetched, fetchTree } from '../bundle/content/fetch-tree.ts'
import { LocalStore } from '../bundle/content/local-store.ts'
import type { BlockSource } from '../bundle/content/store.ts'
import { limits } from '../bundle/limits.ts'
import { type OpenedBundle, readFiles, readHead } from '../bundle/read-bundle.ts'
import { sourceOfFolder, sourceOfTree } from '../bundle/tree-bundle.ts'
import type { Trust } from '../bundle/trust.ts'
import { type Verified, verifySource } from '../bundle/verify.ts'
import type { Lookup } from '../identity/did-documents.ts'
import { type Cid, cidText } from '../protocol/ipfs/cid.ts'
import type { Registry } from '../wallet/registry/call.ts'
import { addedCapabilities, capabilitiesOf } from './capability-diff.ts'
import { download } from './download.ts'
import { ReleaseError } from './errors.ts'
import { type InstalledApp, installedApp, recordInstalled, releaseFolder } from './installed.ts'
import { networkOf } from './network.ts'
import { goBackTo, highestSeen, noteSeen } from './seen.ts'
import { checkStanding, type Standing, standingOf } from './standing.ts'
import { archivesIn, cidsIn, type FoundRelease } from './target.ts'
import type { UserFolder } from './user-folder.ts'

/** What is to be installed. */
export type Wanted =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'tree'; readonly cid: Cid }
  | { readonly kind: 'release'; readonly found: FoundRelease }

export interface InstallWorld {
  readonly user: UserFolder
  /** `undefined` offline. */
  readonly lookup: Lookup | undefined
  /** `undefined` offline. */
  readonly registry: Registry | undefined
  /** Where content is looked for, besides what the user has already. */
  readonly sources: readonly BlockSource[]
  /** Seconds since 1970. */
  readonly time: number
  readonly allowDowngrade: boolean
  /** Whether more capabilities than the release in use has are fine. */
  readonly accept: (added: readonly string[]) => Promise<boolean>
  readonly signal: AbortSignal
}

export interface Installed {
  readonly bundle: OpenedBundle
  readonly folder: string
  readonly trust: Trust
  /** `undefined` when no registry was asked. */
  readonly standing: Standing | undefined
  readonly before: InstalledApp | undefined
  /** What it asks for beyond the release before. */
  readonly added: readonly string[]
  /** `undefined` when it came as one file. */
  readonly fetched: Fetched | undefined
}

const TREE_BYTES = limits.uncompressedBytes + limits.listBytes * 2

/** The content store of a user: what an update need not fetch again. */
export function userStore(user: UserFolder): LocalStore {
  return new LocalStore(path.join(user, 'content'))
}

/**
 * Fetches, verifies and puts a release into use. Whatever fails, the release before stays in use.
 *
 * Throws a `Refusal`, `release/…`, `content/…`, `registry/…`, `rpc/…`.
 */
export async function install(wanted: Wanted, world: InstallWorld): Promise<Installed> {
  const { source, fetched, temporary } = await open(wanted, world)
  try {
    return { ...(await place(wanted, source, world)), fetched }
  } finally {
    await source.close()
    if (temporary !== undefined) rmSync(temporary, { force: true })
  }
}

interface Opened {
  readonly source: ByteSource
  readonly fetched?: Fetched
  /** File to remove when the source is read. */
  readonly temporary?: string
}

async function open(wanted: Wanted, world: InstallWorld): Promise<Opened> {
  switch (wanted.kind) {
    case 'file':
      return { source: await openArchive(wanted.file) }
    case 'tree':
      return openTree(wanted.cid, world)
    case 'release':
      return openRelease(wanted.found, world)
  }
}

async function openTree(cid: Cid, { user, sources, signal }: InstallWorld): Promise<Opened> {
  const into = userStore(user)
  const from = new AnySource(sources)
  const fetched = await fetchTree(cid, { from, into, maxBytes: TREE_BYTES, signal })
  return { source: await sourceOfTree(into, cid), fetched }
}

/** Any place will do: the bundle id of the registry decides what is right. */
async function openRelease(found: FoundRelease, world: InstallWorld): Promise<Opened> {
  const { app, release, locations } = found
  // Asked before anything is fetched; what is fetched is asked about again.
  if (release.status === 'revoked') throw ReleaseError.revoked(app, release.seq)
  const tries = [
    ...cidsIn(locations).map((cid) => ({ at: cidText(cid), open: () => openTree(cid, world) })),
    ...archivesIn(locations).map((at) => ({ at, open: () => openDownload(at, world) })),
  ]
  const failures: string[] = []
  for (const { at, open: attempt } of tries) {
    try {
      return await attempt()
    } catch (error) {
      world.signal.throwIfAborted()
      failures.push(`${at} (${messageOf(error).replace(/\.$/, '')})`)
    }
  }
  if (failures.length === 0) failures.push('the registry names no place that can be asked')
  throw ReleaseError.notFetched(`Release ${release.seq} of ${app}`, failures)
}

async function openDownload(url: string, { user, signal }: InstallWorld): Promise<Opened> {
  const temporary = await download(url, path.join(user, 'downloads'), signal)
  return { source: await openArchive(temporary), temporary }
}

type Placed = Omit<Installed, 'fetched'>

async function place(wanted: Wanted, source: ByteSource, world: InstallWorld): Promise<Placed> {
  const { user, registry, lookup, time } = world
  const network = registry === undefined ? undefined : await networkOf(registry.rpc)
  const judge = new Judge(wanted, world, network)
  const expect = wanted.kind === 'release' ? wanted.found.release.bundle : undefined
  const trusting = { lookup, time, anchored: (bundle: OpenedBundle) => judge.anchored(bundle) }
  let unpacked: string | undefined
  const { bundle, trust } = await verifySource(source, {
    world: trusting,
    expect,
    withHead: true,
    admit: (verified) => judge.admit(verified),
    target: async (opened) => {
      unpacked = await targetFor(user, opened)
      return unpacked
    },
  })
  const { app, name, version, seq } = bundle.manifest
  const folder = releaseFolder(user, app, bundle.bundleId)
  if (unpacked !== undefined && unpacked !== folder) replaceFolder(folder, unpacked)
  const seen = { seq, bundle: bundle.bundleId }
  if (network !== undefined) (world.allowDowngrade ? goBackTo : noteSeen)(user, network, app, seen)
  const { before } = judge
  const isOther = before?.bundle !== bundle.bundleId
  recordInstalled(user, {
    ...{ app, name, version, seq, bundle: bundle.bundleId, network },
    channel: wanted.kind === 'release' ? wanted.found.channel : before?.channel,
    capabilities: capabilitiesOf(bundle.manifest),
    installedAt: new Date(time * 1_000).toISOString(),
    previous: isOther ? before?.bundle : before?.previous,
  })
  if (isOther) removeForgotten(user, before, bundle.bundleId)
  const { standing, added } = judge
  return { bundle, folder, trust, standing, before, added }
}

/**
 * Where the release is unpacked: nowhere when it is there as it should be, beside itself when it is
 * there and was changed.
 */
async function targetFor(user: UserFolder, bundle: OpenedBundle): Promise<string | undefined> {
  const folder = releaseFolder(user, bundle.manifest.app, bundle.bundleId)
  if (!existsSync(folder)) return folder
  if (await isIntact(folder, bundle)) return undefined
  const beside = `${folder}.again`
  rmSync(beside, { recursive: true, force: true })
  return beside
}

async function isIntact(folder: string, wanted: OpenedBundle): Promise<boolean> {
  const source = sourceOfFolder(folder)
  try {
    const found = await readHead(source)
    if (!found.signatureBytes.equals(wanted.signatureBytes)) return false
    await readFiles(source, found)
    return found.bundleId === wanted.bundleId
  } catch (error) {
    if (error instanceof ElaError) return false
    throw error
  } finally {
    await source.close()
  }
}

function replaceFolder(folder: string, by: string): void {
  const old = `${folder}.old`
  rmSync(old, { recursive: true, force: true })
  renameSync(folder, old)
  renameSync(by, folder)
  rmSync(old, { recursive: true, force: true })
}

/** The release in use and the one before it are kept. */
function removeForgotten(user: UserFolder, before: InstalledApp | undefined, now: string): void {
  if (before?.previous === undefined || before.previous === now) return
  const folder = releaseFolder(user, before.app, before.previous)
  rmSync(folder, { recursive: true, force: true })
}

/** Everything that speaks for or against a bundle which is genuine. */
class Judge {
  standing: Standing | undefined
  before: InstalledApp | undefined
  added: readonly string[] = []
  readonly #wanted: Wanted
  readonly #world: InstallWorld
  readonly #network: string | undefined

  constructor(wanted: Wanted, world: InstallWorld, network: string | undefined) {
    this.#wanted = wanted
    this.#world = world
    this.#network = network
  }

  async anchored(bundle: OpenedBundle): Promise<number | undefined> {
    return (await this.#standingOf(bundle))?.release?.time
  }

  /** Throws `release/…`. */
  async admit({ bundle }: Verified): Promise<void> {
    const { user, allowDowngrade } = this.#world
    const { app, seq } = bundle.manifest
    if (this.#wanted.kind === 'release' && this.#wanted.found.app !== app) {
      throw ReleaseError.otherApp(this.#wanted.found.app, app)
    }
    const standing = (await this.#standingOf(bundle)) ?? unasked(app)
    this.before = installedApp(user, app)
    const network = this.#network ?? this.before?.network
    const seen = network === undefined ? undefined : highestSeen(user, network, app)
    checkStanding(standing, { seq, seen: allowDowngrade ? 0 : seen?.seq })
    if (this.before === undefined) return
    this.added = addedCapabilities(this.before.capabilities, capabilitiesOf(bundle.manifest))
    const isFine = this.added.length === 0 || (await this.#world.accept(this.added))
    if (!isFine) throw ReleaseError.moreCapabilities(this.added)
  }

  async #standingOf({ manifest: { app }, bundleId }: OpenedBundle): Promise<Standing | undefined> {
    const { registry } = this.#world
    if (registry === undefined) return undefined
    this.standing ??= await standingOf(registry, { app, bundle: bundleId })
    return this.standing
  }
}

function unasked(app: string): Standing {
  return { app, release: undefined, latest: 0, floor: 0 }
}
