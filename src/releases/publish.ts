/** A bundle → content that can be fetched, and a release in the registry. */

import { ElaError } from '../base/errors.ts'
import { ContentError } from '../bundle/content/errors.ts'
import type { ContentStore, StoredFile } from '../bundle/content/store.ts'
import { folderDag } from '../bundle/content/stored-files.ts'
import type { OpenedBundle } from '../bundle/read-bundle.ts'
import { addressOfPrivateKey, type EvmAddress } from '../protocol/evm/address.ts'
import { type Cid, cidText, parseCid } from '../protocol/ipfs/cid.ts'
import {
  type EvmReceipt,
  evmBalance,
  evmGasPrice,
  resumeEvmTransaction,
  type SentEvmTransaction,
} from '../wallet/evm-coins.ts'
import { estimateTelling, type Registry, type Teller } from '../wallet/registry/call.ts'
import { RegistryError } from '../wallet/registry/errors.ts'
import { appRecord, publisherUntil, releaseRecord, seqOfBundle } from '../wallet/registry/read.ts'
import {
  claimApp,
  claimCall,
  publishCall,
  publishRelease,
  type RegistryCall,
} from '../wallet/registry/registry.ts'
import { ReleaseError } from './errors.ts'
import type { Act, Journal } from './journal.ts'

export interface Publication {
  /** Verified. */
  readonly bundle: OpenedBundle
  /** All of it, `ela.json` and its like included. */
  readonly files: readonly StoredFile[]
  readonly store: ContentStore
  /** Pays, and owns the app or may publish for it. */
  readonly teller: Teller
  /** P-256 key of the app's DID; only asked for when nobody claimed the app. */
  readonly didKey: () => Promise<Uint8Array>
  /** Moved to the release; none when left out. */
  readonly channel: string | undefined
  /** Where else the archive can be fetched. */
  readonly locations: readonly string[]
  /** Seconds since 1970. */
  readonly time: number
}

export interface PlannedAct {
  readonly act: Act
  /** At most. */
  readonly gas: bigint
}

export interface PublishPlan {
  /** Number under which the registry has the bundle already. */
  readonly already: number | undefined
  /** Content id of the folder. */
  readonly tree: string
  /** `ipfs://…` first, one a line in the registry. */
  readonly locations: readonly string[]
  readonly from: EvmAddress
  /** The release that is followed, `undefined` for the first. */
  readonly before: { readonly seq: number; readonly bundle: string } | undefined
  readonly acts: readonly PlannedAct[]
  /** Wei. */
  readonly gasPrice: bigint
  readonly cost: bigint
  readonly balance: bigint
}

export interface DoneAct {
  readonly act: Act
  readonly hash: string
  readonly height: number
  readonly gasUsed: bigint
}

/** Publishing costs what it writes; nobody can ask the node before the app is claimed. Measured. */
const FIRST_PUBLISH_GAS = 128_000n
const GAS_PER_TEXT_BYTE = 30n
const MAX_LOCATIONS_BYTES = 2_048

/**
 * What publishing will do and cost. Nothing is stored or sent.
 *
 * Throws `release/notNewer`, `release/otherPrev`, `release/notYours`, `registry/…`, `rpc/…`.
 */
export async function planPublishing(wish: Publication): Promise<PublishPlan> {
  const { bundle, teller } = wish
  const { registry } = teller
  const { app, seq, prev } = bundle.manifest.value as { app: string; seq: number; prev?: string }
  const from = addressOfPrivateKey(teller.privateKey)
  const [record, already, gasPrice, balance, { cid }] = await Promise.all([
    appRecord(registry, app),
    seqOfBundle(registry, app, bundle.bundleId),
    evmGasPrice(registry.rpc),
    evmBalance(registry.rpc, from),
    folderDag(wish.files, () => undefined),
  ])
  const tree = cidText(cid)
  const locations = [`ipfs://${tree}`, ...wish.locations]
  const latest = record?.latest ?? 0
  const isFirst = latest === 0 || already !== undefined
  const before = isFirst ? undefined : await releaseRecord(registry, app, latest)
  const facts = { already, tree, locations, from, before, gasPrice, balance }
  if (already !== undefined) return { ...facts, acts: [], cost: 0n }
  // Before anything is claimed or stored: what the contract would refuse at the end.
  const call = publishCall(releaseOf(wish, locations))
  checkLength(locations)
  if (seq <= latest) throw ReleaseError.notNewer(seq, latest)
  if (prev !== undefined && before !== undefined && prev !== before.bundle) {
    throw ReleaseError.otherPrev(prev, before.bundle)
  }
  const acts =
    record === undefined
      ? await claimingActs(wish, locations)
      : await publishingActs(wish, call, record.owner)
  const gas = acts.reduce((sum, one) => sum + one.gas, 0n)
  return { ...facts, acts, cost: gas * gasPrice }
}

async function claimingActs(
  wish: Publication,
  locations: readonly string[],
): Promise<readonly PlannedAct[]> {
  const { registry, privateKey } = wish.teller
  const from = addressOfPrivateKey(privateKey)
  const call = await claimCall(registry, from, await wish.didKey())
  const { version } = wish.bundle.manifest
  const text = BigInt(Buffer.byteLength(`${version}${locations.join('\n')}`))
  return [
    { act: 'claim', gas: await estimateTelling(registry, from, call) },
    { act: 'publish', gas: FIRST_PUBLISH_GAS + GAS_PER_TEXT_BYTE * text },
  ]
}

async function publishingActs(
  wish: Publication,
  call: RegistryCall,
  owner: EvmAddress,
): Promise<readonly PlannedAct[]> {
  const { registry, privateKey } = wish.teller
  const from = addressOfPrivateKey(privateKey)
  const { app } = wish.bundle.manifest
  if (owner !== from && (await publisherUntil(registry, app, from)) < wish.time) {
    throw ReleaseError.notYours(app, owner, from)
  }
  return [{ act: 'publish', gas: await estimateTelling(registry, from, call) }]
}

/** @see MAX_LOCATIONS_BYTES in src/contracts/DAppRegistry.sol */
function checkLength(locations: readonly string[]): void {
  const bytes = Buffer.byteLength(locations.join('\n'))
  if (bytes > MAX_LOCATIONS_BYTES) throw ReleaseError.tooManyPlaces(bytes, MAX_LOCATIONS_BYTES)
}

function releaseOf({ bundle, channel }: Publication, locations: readonly string[]) {
  const { app: did, seq, version } = bundle.manifest
  const release = { did, seq, bundle: bundle.bundleId, version, locations }
  return channel === undefined ? release : { ...release, channel }
}

/**
 * Does what is planned and not done yet, and notes each step before the next. Called again after a
 * kill, with the same journal, it goes on: nothing is sent twice.
 *
 * Throws `content/…`, `registry/…`, `wallet/…`, `release/unwritable`; calling again goes on.
 */
export async function publish(
  wish: Publication,
  plan: PublishPlan,
  journal: Journal,
): Promise<readonly DoneAct[]> {
  const { bundle, teller } = wish
  const { app, seq, name, version } = bundle.manifest
  if (journal.isNew) journal.note({ step: 'begun', app, seq, file: `${name}-${version}` })
  await storeContent(wish, plan.tree, journal)
  const { registry } = teller
  const isClaimed = async () => (await appRecord(registry, app)) !== undefined
  const isPublished = async () => (await seqOfBundle(registry, app, bundle.bundleId)) !== undefined
  const release = releaseOf(wish, plan.locations)
  const acting = { wish, journal }
  const done = [
    await doOnce({ ...acting, act: 'claim', isDone: isClaimed }, async (told) =>
      claimApp(told, await wish.didKey()),
    ),
    await doOnce({ ...acting, act: 'publish', isDone: isPublished }, (told) =>
      publishRelease(told, release),
    ),
  ]
  if (!journal.isDone) journal.note({ step: 'done', release: `${app} ${seq}` })
  return done.filter((one) => one !== undefined)
}

/** Content that the journal says is there may have gone with its store. */
async function storeContent(wish: Publication, tree: string, journal: Journal): Promise<void> {
  const { store, files } = wish
  const { stored } = journal
  if (stored?.cid === tree && stored.store === store.name && (await has(store, parseCid(tree))))
    return
  const cid = await store.addFolder(files)
  if (cidText(cid) !== tree) {
    throw ContentError.otherId(store.name, tree, cidText(cid))
  }
  journal.note({ step: 'stored', cid: cidText(cid), store: store.name })
}

async function has(store: ContentStore, cid: Cid): Promise<boolean> {
  try {
    await store.block(cid)
    return true
  } catch (error) {
    if (error instanceof ElaError && error.code.startsWith('content/')) return false
    throw error
  }
}

interface Acting {
  readonly wish: Publication
  readonly journal: Journal
  readonly act: Act
  /** Whether the chain has it, whoever did it. */
  readonly isDone: () => Promise<boolean>
}

async function doOnce(
  { wish, journal, act, isDone }: Acting,
  send: (teller: Teller) => Promise<SentEvmTransaction>,
): Promise<DoneAct | undefined> {
  const { teller } = wish
  const resumed = await resume(teller, act, journal)
  if (resumed === undefined && (await isDone())) return undefined
  const sent =
    resumed ??
    (await send({
      ...teller,
      onSigned: (transaction) => journal.note({ step: 'signed', act, transaction }),
    }))
  if (sent.receipt === undefined) throw RegistryError.notMined(sent.hash)
  return noteMined(journal, act, sent.hash, sent.receipt)
}

/** The transaction of the run before, if it was signed and not noted as mined. */
async function resume(
  { registry, waitMs, signal }: Teller,
  act: Act,
  journal: Journal,
): Promise<Pick<SentEvmTransaction, 'hash' | 'receipt'> | undefined> {
  const signed = journal.signed(act)
  if (signed === undefined || journal.isMined(signed.hash)) return undefined
  const patience = { ...(waitMs === undefined ? {} : { waitMs }), ...(signal && { signal }) }
  try {
    return await resumeEvmTransaction({ rpc: registry.rpc, ...patience }, signed)
  } catch (error) {
    // What the contract undid can be tried anew, with what is true now.
    if (error instanceof ElaError && error.code === 'wallet/reverted') return undefined
    throw error
  }
}

function noteMined(journal: Journal, act: Act, hash: string, receipt: EvmReceipt): DoneAct {
  const { height, gasUsed } = receipt
  journal.note({ step: 'mined', act, hash, height, gasUsed: `${gasUsed}` })
  return { act, hash, height, gasUsed }
}

export type { Registry }
