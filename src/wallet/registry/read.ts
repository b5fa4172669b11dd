/** What the registry knows of an app. */
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { callRpc } from '../../base/json-rpc.ts'
import { AbiReader, addressValue, encodeArguments } from '../../protocol/evm/abi-arguments.ts'
import { type EvmAddress, ZERO_ADDRESS } from '../../protocol/evm/address.ts'
import { keccak256 } from '../../protocol/evm/keccak.ts'
import { WalletError } from '../errors.ts'
import {
  appValue,
  askRegistry,
  bundleValue,
  channelValue,
  type Registry,
  seqValue,
} from './call.ts'

export type ReleaseStatus = 'ok' | 'yanked' | 'revoked'

export interface AppRecord {
  readonly owner: EvmAddress
  /** Number of the newest release, 0 before the first. */
  readonly latest: number
  /** Releases below it must not be installed again. */
  readonly floor: number
}

export interface ReleaseRecord {
  readonly seq: number
  /** `sha256:` and 64 digits. */
  readonly bundle: string
  /** Seconds since 1970, of the block it was published in. */
  readonly time: number
  /** Number of the release before it, 0 for none. */
  readonly prev: number
  readonly status: ReleaseStatus
}

/** What only the event tells. */
export interface PublishedRelease {
  readonly seq: number
  readonly bundle: string
  readonly prev: number
  readonly by: EvmAddress
  readonly version: string
  readonly locations: string
  readonly height: number
  readonly transaction: string
}

export const STATUSES: readonly ReleaseStatus[] = ['ok', 'yanked', 'revoked']

/** `undefined` for an app that nobody claimed. Throws `registry/…`, `rpc/…`. */
export async function appRecord(registry: Registry, did: string): Promise<AppRecord | undefined> {
  const answer = await askRegistry(registry, 'apps(bytes20)', [appValue(did)])
  const owner = answer.address(0)
  if (owner === ZERO_ADDRESS) return undefined
  return { owner, latest: Number(answer.uint(1)), floor: Number(answer.uint(2)) }
}

/** `undefined` for a number that was not published. */
export async function releaseRecord(
  registry: Registry,
  did: string,
  seq: number,
): Promise<ReleaseRecord | undefined> {
  const values = [appValue(did), seqValue(seq)]
  return releaseIn(await askRegistry(registry, 'releases(bytes20,uint32)', values), 0, seq)
}

/** What a channel points at, whether or not it may be installed; `undefined` for no such channel. */
export async function channelRecord(
  registry: Registry,
  did: string,
  channel: string,
): Promise<(ReleaseRecord & { readonly floor: number }) | undefined> {
  const values = [appValue(did), channelValue(channel)]
  const answer = await askRegistry(registry, 'resolve(bytes20,bytes32)', values)
  const release = releaseIn(answer, 1, Number(answer.uint(0)))
  return release && { ...release, floor: Number(answer.uint(5)) }
}

/** The number of a bundle, or `undefined` when it is no release of the app. */
export async function seqOfBundle(
  registry: Registry,
  did: string,
  bundle: string,
): Promise<number | undefined> {
  const values = [appValue(did), bundleValue(bundle)]
  const seq = Number((await askRegistry(registry, 'seqOf(bytes20,bytes32)', values)).uint(0))
  return seq === 0 ? undefined : seq
}

/** Seconds since 1970 when the right of a publisher ends; 0 for one that has none. */
export async function publisherUntil(
  registry: Registry,
  did: string,
  publisher: string,
): Promise<number> {
  const values = [appValue(did), addressValue(publisher)]
  const signature = 'publisherUntil(bytes20,address)'
  return Number((await askRegistry(registry, signature, values)).uint(0))
}

export interface WaitingClaim {
  readonly claimant: EvmAddress
  /** Seconds since 1970. */
  readonly due: number
}

/** The claim that waits for the veto of the owner, or `undefined`. */
export async function waitingClaim(
  registry: Registry,
  did: string,
): Promise<WaitingClaim | undefined> {
  const answer = await askRegistry(registry, 'recoveries(bytes20)', [appValue(did)])
  const claimant = answer.address(0)
  return claimant === ZERO_ADDRESS ? undefined : { claimant, due: Number(answer.uint(1)) }
}

const PUBLISHED = 'Published(bytes20,uint32,bytes32,uint32,address,string,string)'

/**
 * All releases of an app, oldest first, with version and locations as they were published.
 *
 * @param fromHeight block to look from: public nodes answer for short stretches only
 */
export async function publishedReleases(
  registry: Pick<Registry, 'rpc' | 'address'>,
  did: string,
  fromHeight = 0,
): Promise<readonly PublishedRelease[]> {
  const logs = await logsOf(registry, PUBLISHED, { did, fromHeight })
  return logs.map((log) => {
    const [seq, bundle] = log.topics
    const data = new AbiReader(log.data)
    return {
      seq: numberIn(seq),
      bundle: `sha256:${toHex(bundle)}`,
      prev: Number(data.uint(0)),
      by: data.address(1),
      version: data.text(2),
      locations: data.text(3),
      height: log.height,
      transaction: log.transaction,
    }
  })
}

const CHANNEL = 'Channel(bytes20,bytes32,uint32)'

/**
 * The number of the release that each channel points at, by the names of the channels. Those that
 * ended are left out.
 */
export async function channelsOf(
  registry: Registry,
  did: string,
  fromHeight = 0,
): Promise<ReadonlyMap<string, number>> {
  const logs = await logsOf(registry, CHANNEL, { did, fromHeight })
  const moves = logs.map((log): [string, number] => {
    const [name] = log.topics
    const seq = Number(new AbiReader(log.data).uint(0))
    return [new TextDecoder().decode(name).replace(/\0+$/, ''), seq]
  })
  const last = [...new Map(moves)].filter(([, seq]) => seq !== 0)
  return new Map(last.sort(([a], [b]) => (a < b ? -1 : 1)))
}

interface Log {
  /** The indexed fields after the app, 32 bytes each; zeros where the event has fewer. */
  readonly topics: readonly [Uint8Array, Uint8Array]
  readonly data: Uint8Array
  readonly height: number
  readonly transaction: string
}

/** Events of one kind of an app, oldest first. */
async function logsOf(
  { rpc, address }: Pick<Registry, 'rpc' | 'address'>,
  event: string,
  { did, fromHeight }: { readonly did: string; readonly fromHeight: number },
): Promise<readonly Log[]> {
  const app = `0x${toHex(encodeArguments([appValue(did)]))}`
  const topics = [`0x${toHex(keccak256(new TextEncoder().encode(event)))}`, app]
  const fromBlock = `0x${fromHeight.toString(16)}`
  const filter = { address, topics, fromBlock, toBlock: 'latest' }
  const logs = await callRpc(rpc, 'eth_getLogs', [filter])
  if (!Array.isArray(logs)) throw WalletError.unexpectedReply(rpc, 'eth_getLogs', logs)
  return logs.map((log: unknown) => {
    const read = parseLog(log)
    if (read === undefined) throw WalletError.unexpectedReply(rpc, 'eth_getLogs', log)
    return read
  })
}

const WORD = /^0x[0-9a-f]{64}$/i
const NO_TOPIC = new Uint8Array(32)

function parseLog(log: unknown): Log | undefined {
  const { topics, data, blockNumber, transactionHash } = (log ?? {}) as Record<string, unknown>
  const isWords = Array.isArray(topics) && topics.every((one) => WORD.test(String(one)))
  if (!isWords || typeof data !== 'string' || !/^0x(?:[0-9a-f]{2})*$/i.test(data)) return undefined
  if (!/^0x[0-9a-f]{1,12}$/i.test(String(blockNumber))) return undefined
  if (!WORD.test(String(transactionHash))) return undefined
  const [, , first, second] = topics.map((one) => fromHex(String(one)))
  return {
    topics: [first ?? NO_TOPIC, second ?? NO_TOPIC],
    data: fromHex(data),
    height: Number(blockNumber),
    transaction: String(transactionHash),
  }
}

function numberIn(word: Uint8Array): number {
  return Number(new AbiReader(word).uint(0))
}

function releaseIn(answer: AbiReader, from: number, seq: number): ReleaseRecord | undefined {
  const bundle = toHex(answer.word(from))
  const status = STATUSES[Number(answer.uint(from + 3)) - 1]
  if (status === undefined) return undefined
  const [time, prev] = [Number(answer.uint(from + 1)), Number(answer.uint(from + 2))]
  return { seq, bundle: `sha256:${bundle}`, time, prev, status }
}
