import type { Paint } from '../base/printer.ts'
import { plainDidOfName } from '../identity/did-keys.ts'
import { ReleaseError } from '../releases/errors.ts'
import { type FoundRelease, findNamed } from '../releases/target.ts'
import type { SentEvmTransaction } from '../wallet/evm-coins.ts'
import type { Teller } from '../wallet/registry/call.ts'
import {
  appRecord,
  channelRecord,
  channelsOf,
  publishedReleases,
  type ReleaseStatus,
  releaseRecord,
} from '../wallet/registry/read.ts'
import { setChannel, setFloor, setReleaseStatus } from '../wallet/registry/registry.ts'
import type { Context } from './context.ts'
import { keyPlaceOf } from './did-place.ts'
import {
  type ChainFlags,
  checkFresh,
  confirmReal,
  type PayerFlags,
  payerOf,
  type ReleasePlace,
  releasePlaceOf,
  waiting,
} from './release-place.ts'

export type ListFlags = ChainFlags

export interface ReleaseFlags extends ChainFlags, PayerFlags {
  readonly reason?: string
  readonly undo?: boolean
}

export interface RollbackFlags extends ReleaseFlags {
  readonly to: string
  readonly channel: string
}

const WAIT_MS = 60_000

export async function runList(typed: string, flags: ListFlags, context: Context): Promise<void> {
  const app = plainDidOfName(typed, keyPlaceOf(context))
  const place = await releasePlaceOf(flags, context)
  await checkFresh(place, context)
  const { registry } = place
  const [record, published, channels] = await Promise.all([
    appRecord(registry, app),
    publishedReleases(registry, app),
    channelsOf(registry, app),
  ])
  const releases = await Promise.all(
    published.map(async ({ seq, version, bundle, by, locations }) => {
      const release = await releaseRecord(registry, app, seq)
      const on = [...channels].filter(([, at]) => at === seq).map(([name]) => name)
      const isOld = seq < (record?.floor ?? 0)
      const status: string = isOld ? 'below floor' : (release?.status ?? 'unknown')
      const time = new Date((release?.time ?? 0) * 1_000).toISOString()
      const places = locations.split('\n').filter((one) => one !== '')
      return { seq, version, status, channels: on, bundle, time, by, locations: places }
    }),
  )
  const { owner = null, floor = 0, latest = 0 } = record ?? {}
  const data = { app, owner, floor, latest, releases: releases.reverse() }
  context.printer.answer('release list', data, listText)
}

function listText(
  {
    app,
    owner,
    releases,
  }: {
    readonly app: string
    readonly owner: string | null
    readonly releases: readonly {
      readonly seq: number
      readonly version: string
      readonly status: string
      readonly channels: readonly string[]
      readonly bundle: string
      readonly time: string
    }[]
  },
  paint: Paint,
): string {
  if (owner === null) return `Nobody claimed ${app} in the registry.`
  return [
    `${app} of ${owner}`,
    ...releases.map(({ seq, version, status, channels, bundle, time }) => {
      const color = status === 'ok' ? 'green' : 'red'
      const on = channels.length === 0 ? '' : `  ← ${channels.join(', ')}`
      const what = `${String(seq).padStart(4)}  ${version.padEnd(12)} ${paint(color, status)}`
      return `${what}  ${time.slice(0, 10)}  ${bundle.slice(0, 19)}…${on}`
    }),
  ].join('\n')
}

export async function runRollback(
  typed: string,
  { to, channel, ...flags }: RollbackFlags,
  context: Context,
): Promise<void> {
  const { app, place, found } = await prepare(typed, to, flags, context)
  const now = await channelRecord(place.registry, app, channel)
  if (now === undefined) {
    const known = [...(await channelsOf(place.registry, app)).keys()]
    throw ReleaseError.noChannel(app, channel, known)
  }
  const { seq } = found.release
  if (seq >= now.seq) throw ReleaseError.notBack(channel, now.seq, seq)
  const what = `move \`${channel}\` of ${app} back to ${found.version}`
  const sent = await tell(what, { place, flags }, context, (teller) =>
    setChannel(teller, { did: app, channel, seq }),
  )
  answer('release rollback', { app, channel, ...named(found), from: now.seq }, sent, context)
}

export async function runChannel(
  typed: string,
  { channel, release }: { readonly channel: string; readonly release: string | undefined },
  flags: ReleaseFlags,
  context: Context,
): Promise<void> {
  if (release === undefined) return endChannel(typed, channel, flags, context)
  const { app, place, found } = await prepare(typed, release, flags, context)
  const what = `point \`${channel}\` of ${app} at ${found.version}`
  const { seq } = found.release
  const sent = await tell(what, { place, flags }, context, (teller) =>
    setChannel(teller, { did: app, channel, seq }),
  )
  answer('release channel', { app, channel, ...named(found) }, sent, context)
}

async function endChannel(
  typed: string,
  channel: string,
  flags: ReleaseFlags,
  context: Context,
): Promise<void> {
  const app = plainDidOfName(typed, keyPlaceOf(context))
  const place = await releasePlaceOf(flags, context)
  const known = [...(await channelsOf(place.registry, app)).keys()]
  if (!known.includes(channel)) throw ReleaseError.noChannel(app, channel, known)
  const what = `end the channel \`${channel}\` of ${app}`
  const sent = await tell(what, { place, flags }, context, (teller) =>
    setChannel(teller, { did: app, channel }),
  )
  answer('release channel', { app, channel, seq: null, version: null }, sent, context)
}

export async function runStatus(
  typed: string,
  { release, status }: { readonly release: string; readonly status: ReleaseStatus },
  flags: ReleaseFlags,
  context: Context,
): Promise<void> {
  const { app, place, found } = await prepare(typed, release, flags, context)
  const { seq } = found.release
  const reason = flags.reason ?? ''
  const verb = { ok: 'allow', yanked: 'yank', revoked: 'revoke for ever' }[status]
  const sent = await tell(
    `${verb} ${found.version} of ${app}`,
    { place, flags },
    context,
    (teller) => setReleaseStatus(teller, { did: app, seq, status, reason }),
  )
  const schema = status === 'revoked' ? 'release revoke' : 'release yank'
  answer(schema, { app, ...named(found), status, reason }, sent, context)
}

export async function runFloor(
  typed: string,
  release: string,
  flags: ReleaseFlags,
  context: Context,
): Promise<void> {
  const { app, place, found } = await prepare(typed, release, flags, context)
  const { seq } = found.release
  const what = `allow nothing below ${found.version} of ${app}`
  const sent = await tell(what, { place, flags }, context, (teller) => setFloor(teller, app, seq))
  answer('release floor', { app, ...named(found) }, sent, context)
}

interface Prepared {
  readonly app: string
  readonly place: ReleasePlace
  readonly found: FoundRelease
}

/** The release that is named, whatever its status. */
async function prepare(
  typed: string,
  release: string,
  flags: ChainFlags,
  context: Context,
): Promise<Prepared> {
  const app = plainDidOfName(typed, keyPlaceOf(context))
  const place = await releasePlaceOf(flags, context)
  return { app, place, found: await findNamed(place.registry, app, release) }
}

function named({ release, version }: FoundRelease) {
  return { seq: release.seq, version, bundle: release.bundle }
}

export async function tell(
  what: string,
  { place, flags }: { readonly place: ReleasePlace; readonly flags: PayerFlags },
  context: Context,
  act: (teller: Teller) => Promise<SentEvmTransaction>,
): Promise<SentEvmTransaction> {
  await confirmReal(what, place, flags, context)
  const privateKey = await payerOf(flags, context)
  const { registry } = place
  const teller = { registry, privateKey, waitMs: WAIT_MS, signal: context.signal }
  return waiting('Waiting for a block of ESC', context, () => act(teller))
}

export function answer(
  schema: string,
  facts: Readonly<Record<string, unknown>>,
  { hash, receipt }: SentEvmTransaction,
  { printer }: Context,
): void {
  const mined = receipt && { height: receipt.height, gasUsed: receipt.gasUsed }
  const data = { ...facts, txid: hash, status: facts['status'] ?? null, mined: mined ?? null }
  printer.answer(schema, data, (_, paint) => {
    const lines = Object.entries(facts)
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => `${name.padEnd(10)}${String(value)}`)
    const where =
      mined === undefined ? 'waits for a block' : `block ${mined.height}, ${mined.gasUsed} gas`
    return [paint('bold', schema), ...lines, `transaction ${hash}, ${where}`].join('\n')
  })
  if (receipt === undefined) printer.say('Make a block with `ela mine --on esc`.')
}
