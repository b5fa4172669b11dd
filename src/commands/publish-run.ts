import { rmdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ElaError } from '../base/errors.ts'
import { storeNamed } from '../bundle/content/store-choice.ts'
import { filesBelow } from '../bundle/content/stored-files.ts'
import type { OpenedBundle } from '../bundle/read-bundle.ts'
import { verifyFile } from '../bundle/verify.ts'
import { keyOfName } from '../identity/did-keys.ts'
import { addedCapabilities, capabilitiesOf } from '../releases/capability-diff.ts'
import { ReleaseError } from '../releases/errors.ts'
import { Journal } from '../releases/journal.ts'
import { deploymentName } from '../releases/network.ts'
import { isPatch, manifestOf } from '../releases/prior.ts'
import { type Publication, type PublishPlan, planPublishing, publish } from '../releases/publish.ts'
import { findRelease } from '../releases/target.ts'
import { userFolderOf } from '../releases/user-folder.ts'
import { formatAmount, parseAmount } from '../wallet/amount.ts'
import { WalletError } from '../wallet/errors.ts'
import type { Context } from './context.ts'
import { keyPlaceOf, runningSession } from './did-place.ts'
import { projectFolder } from './project-folder.ts'
import {
  acceptsMore,
  type ChainFlags,
  checkFresh,
  confirmReal,
  lookupOf,
  type PayerFlags,
  payerOf,
  type ReleasePlace,
  releasePlaceOf,
  waiting,
} from './release-place.ts'
import { publishData, publishText } from './release-text.ts'

export interface PublishFlags extends ChainFlags, PayerFlags {
  readonly channel: string
  readonly store?: string
  readonly location?: readonly string[]
  readonly expectBundle?: string
  readonly acceptCapabilities?: boolean
  readonly maxFee?: string
  readonly dryRun?: boolean
}

const WAIT_MS = 60_000

export async function runPublish(
  typed: string,
  flags: PublishFlags,
  context: Context,
): Promise<void> {
  const maxFee = flags.maxFee === undefined ? undefined : parseAmount(flags.maxFee, 'esc')
  const place = await releasePlaceOf(flags, context)
  await checkFresh(place, context)
  const name = await deploymentName(place.registry.rpc)
  const deployment = path.join(projectFolder(context.cwd), '.ela', 'deployments', name)
  const unpacked: { folder?: string } = {}
  try {
    const { bundle } = await verifyFile(path.resolve(context.cwd, typed), {
      world: { lookup: lookupOf(place), time: place.time },
      expect: flags.expectBundle,
      withHead: true,
      // Of a run that was killed here, the same folder is left.
      target: async ({ bundleId }) => {
        unpacked.folder = path.join(deployment, bundleId.slice('sha256:'.length))
        rmSync(unpacked.folder, { recursive: true, force: true })
        return unpacked.folder
      },
    })
    const wish = await publicationOf(bundle, unpacked.folder ?? '', { flags, place }, context)
    await publishVerified(wish, { deployment, maxFee, flags, place }, context)
  } finally {
    if (unpacked.folder !== undefined) rmSync(unpacked.folder, { recursive: true, force: true })
    if (flags.dryRun === true) removeEmpty(deployment)
  }
}

interface Circumstances {
  readonly flags: PublishFlags
  readonly place: ReleasePlace
}

async function publicationOf(
  bundle: OpenedBundle,
  folder: string,
  { flags, place }: Circumstances,
  context: Context,
): Promise<Publication> {
  const { app } = bundle.manifest
  const privateKey = await payerOf(flags, context)
  const { registry, time } = place
  return {
    bundle,
    files: filesBelow(folder),
    store: storeNamed(storeNameOf(flags, context), path.join(userFolderOf(context.env), 'content')),
    teller: { registry, privateKey, waitMs: WAIT_MS, signal: context.signal },
    didKey: () => didKeyOf(app, context),
    channel: flags.channel === 'none' ? undefined : flags.channel,
    locations: flags.location ?? [],
    time,
  }
}

async function didKeyOf(app: string, context: Context): Promise<Uint8Array> {
  try {
    return (await keyOfName(app, keyPlaceOf(context))).privateKey
  } catch (error) {
    if (error instanceof ElaError && error.code === 'did/noKey')
      throw ReleaseError.claimNeedsKey(app)
    throw error
  }
}

function storeNameOf({ store }: PublishFlags, context: Context): string {
  if (store !== undefined) return store
  const url = runningSession(context)?.store
  return url === undefined ? 'local' : `kubo:${url}`
}

async function publishVerified(
  wish: Publication,
  {
    deployment,
    maxFee,
    flags,
    place,
  }: Circumstances & { readonly deployment: string; readonly maxFee: bigint | undefined },
  context: Context,
): Promise<void> {
  const plan = await planPublishing(wish)
  checkCost(plan, maxFee)
  const compared = await compare(wish, plan, flags, context)
  const told = { wish, plan, place, ...compared }
  if (flags.dryRun === true) {
    const data = publishData({ ...told, done: undefined })
    return context.printer.answer('publish', data, publishText)
  }
  const { name, version } = wish.bundle.manifest
  await confirmReal(`publish ${name} ${version}`, place, flags, context)
  const journal = Journal.open(deployment, wish.bundle.bundleId, (entry) => {
    context.printer.event({ event: 'publish-step', ...entry })
  })
  if (!journal.isNew && !journal.isDone) {
    context.printer.say('Going on where the publishing before this one ended.')
  }
  const done = await waiting('Storing the content and waiting for blocks of ESC', context, () =>
    publish(wish, plan, journal),
  )
  context.printer.answer('publish', publishData({ ...told, done }), publishText)
  if (wish.store.name.startsWith('the content store')) {
    context.printer.say('The content is on this machine alone: nobody else can fetch it there.')
  }
}

function checkCost({ cost, balance, from }: PublishPlan, maxFee: bigint | undefined): void {
  const needs = formatAmount(cost, 'esc')
  if (maxFee !== undefined && cost > maxFee) {
    throw ReleaseError.tooDear(needs, formatAmount(maxFee, 'esc'))
  }
  if (balance < cost) {
    const has = formatAmount(balance, 'esc')
    throw WalletError.notEnough({ chain: 'esc', address: from, has, needs })
  }
}

interface Compared {
  /** What it asks for beyond the release before; `undefined` when that cannot be looked at. */
  readonly added: readonly string[] | undefined
  /** Of all files of the release before. */
  readonly bytesBefore: number | undefined
}

/** Throws `release/patchAsksMore`, `release/moreCapabilities`. */
async function compare(
  wish: Publication,
  { before, already }: PublishPlan,
  flags: PublishFlags,
  context: Context,
): Promise<Compared> {
  if (before === undefined || already !== undefined) return { added: [], bytesBefore: undefined }
  const { app, version } = wish.bundle.manifest
  const found = await findRelease(wish.teller.registry, app, `${before.seq}`)
  const prior = await manifestOf(found, [wish.store])
  if (prior === undefined) {
    context.printer.warn(
      `Release ${before.seq} is not in ${wish.store.name}, so what it asked for was not compared.`,
    )
    return { added: undefined, bytesBefore: undefined }
  }
  const bytesBefore = prior.files.bytes
  const added = addedCapabilities(capabilitiesOf(prior), capabilitiesOf(wish.bundle.manifest))
  if (added.length === 0) return { added, bytesBefore }
  if (isPatch(version, prior.version)) {
    throw ReleaseError.patchAsksMore(version, prior.version, added)
  }
  if (flags.dryRun !== true && !(await acceptsMore(added, flags, context))) {
    throw ReleaseError.moreCapabilities(added)
  }
  return { added, bytesBefore }
}

/** Folders that a dry run made. */
function removeEmpty(folder: string): void {
  for (const one of [folder, path.dirname(folder), path.dirname(path.dirname(folder))]) {
    try {
      rmdirSync(one)
    } catch {
      // Something else is in it.
      return
    }
  }
}
