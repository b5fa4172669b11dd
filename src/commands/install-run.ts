import { existsSync } from 'node:fs'
import path from 'node:path'
import { plainDidOfName } from '../identity/did-keys.ts'
import { ReleaseError } from '../releases/errors.ts'
import { type Installed, type InstallWorld, install, type Wanted } from '../releases/install.ts'
import { findRelease, treeNamed } from '../releases/target.ts'
import { userFolderOf } from '../releases/user-folder.ts'
import type { Context } from './context.ts'
import { keyPlaceOf } from './did-place.ts'
import { sizeText } from './pack-run.ts'
import {
  acceptsMore,
  type ChainFlags,
  checkFresh,
  lookupOf,
  releasePlaceOf,
  sourcesOf,
  waiting,
} from './release-place.ts'

export interface InstallFlags extends ChainFlags {
  readonly store?: readonly string[]
  readonly acceptCapabilities?: boolean
  readonly allowDowngrade?: boolean
  readonly offline?: boolean
}

const CHANNEL = 'latest'

export async function runInstall(
  typed: string,
  flags: InstallFlags,
  context: Context,
): Promise<void> {
  const world = await installWorldOf(flags, context)
  const wanted = await wantedOf(typed, world, context)
  const installed = await waiting('Fetching and verifying', context, () => install(wanted, world))
  const data = { ...installedData(installed), offline: flags.offline === true }
  context.printer.answer('install', data, (_, paint) =>
    [
      `${paint('bold', `${data.name} ${data.version}`)} ${data.change}, release ${data.seq}`,
      data.bundleId,
      `app ${data.app}`,
      ...data.signatures.map(({ kid }) => `signed by ${kid}`),
      ...data.asks.map((one) => `asks for ${one}`),
      ...(data.fetched === null
        ? []
        : [
            `${data.fetched.fetchedBlocks} blocks fetched (${sizeText(data.fetched.fetchedBytes)}), ` +
              `${data.fetched.keptBlocks} were here`,
          ]),
      ...data.unchecked.map((one) => `${paint('yellow', 'not checked:')} ${one}`),
      data.folder,
    ].join('\n'),
  )
  warnOf(installed, context)
}

/** Throws `release/noRegistry`, `bundle/noChain`, `gate/…`, `rpc/…`. */
export async function installWorldOf(flags: InstallFlags, context: Context): Promise<InstallWorld> {
  const own = {
    user: userFolderOf(context.env),
    sources: sourcesOf(flags, context),
    allowDowngrade: flags.allowDowngrade === true,
    accept: (added: readonly string[]) => acceptsMore(added, flags, context),
    signal: context.signal,
  }
  if (flags.offline === true) {
    const time = Math.floor(Date.now() / 1_000)
    return { ...own, lookup: undefined, registry: undefined, time }
  }
  const place = await releasePlaceOf(flags, context)
  await checkFresh(place, context)
  const { registry, time } = place
  return { ...own, lookup: lookupOf(place), registry, time }
}

/** A file that is there, a content id, or an app with what is wanted of it. */
async function wantedOf(typed: string, world: InstallWorld, context: Context): Promise<Wanted> {
  const file = path.resolve(context.cwd, typed)
  if (existsSync(file)) return { kind: 'file', file }
  const cid = treeNamed(typed)
  if (cid !== undefined) return { kind: 'tree', cid }
  if (/[/\\]|\.tgz$/.test(typed)) throw ReleaseError.noFile(typed)
  const [name = '', wanted = CHANNEL] = typed.split('@')
  const app = plainDidOfName(name, keyPlaceOf(context))
  if (world.registry === undefined) throw ReleaseError.offlineNeedsFile(app)
  return { kind: 'release', found: await findRelease(world.registry, app, wanted) }
}

export function installedData({ bundle, folder, trust, standing, before, ...rest }: Installed) {
  const { app, name, version, seq } = bundle.manifest
  const { added, fetched } = rest
  return {
    bundleId: bundle.bundleId,
    ...{ app, name, version, seq, folder },
    change: changeOf(seq, bundle.bundleId, before),
    before: before === undefined ? null : { version: before.version, seq: before.seq },
    status: standing === undefined ? null : (standing.release?.status ?? 'unpublished'),
    floor: standing?.floor ?? null,
    latest: standing?.latest ?? null,
    signatures: trust.signatures,
    asks: added.length > 0 || before !== undefined ? added : asksOf(bundle.manifest.value),
    fetched: fetched ?? null,
    unchecked: [
      ...trust.unchecked,
      ...(standing === undefined ? ['whether it was revoked, or a newer release exists'] : []),
    ],
  }
}

function asksOf(manifest: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(manifest['capabilities'] ?? {}).map(
    ([name, what]) => `${name} ${JSON.stringify(what)}`,
  )
}

function changeOf(seq: number, bundle: string, before: Installed['before']): string {
  if (before === undefined) return 'installed'
  if (before.bundle === bundle) return 'was installed already'
  return `${seq > before.seq ? 'updated' : 'taken back'} from ${before.version}`
}

/** What the person should know of a release that is in use now. */
export function warnOf({ bundle, standing }: Installed, { printer }: Context): void {
  const { app, seq, version } = bundle.manifest
  if (standing === undefined) return
  if (standing.release === undefined) {
    printer.warn(`The registry does not know this bundle: nobody released it for ${app}.`)
  } else if (standing.release.status === 'yanked') {
    printer.warn(`${version} was yanked by its owner.`, `See \`ela release list ${app}\`.`)
  }
  if (standing.latest > seq) printer.say(`There is a newer release, number ${standing.latest}.`)
}
