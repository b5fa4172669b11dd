/**
 * Which coins of an address a transfer spends.
 *
 * The node lists coins of mined blocks, and goes on listing one that a waiting transaction spends
 * already; spending it again is refused. So what waits is read first and left out. That also holds
 * for transactions other programs sent.
 *
 * @see Elastos.ELA servers/interfaces.go GetUTXOsByAmount, mempool/conflictmanager.go
 */
import { ElaError } from '../base/errors.ts'
import { callRpc } from '../base/json-rpc.ts'
import { formatEla, parseEla } from '../protocol/ela/amount.ts'
import { parseDisplayHash } from '../protocol/ela/hash.ts'
import type { Coin } from '../protocol/ela/transfer.ts'
import { WalletError } from './errors.ts'

/** A coin as the node lists it. */
interface ListedCoin {
  readonly txid: string
  readonly vout: number
  readonly amount: string
  readonly outputlock?: number
  readonly txtype: number
  readonly confirmations: number
}

const COINBASE = 0
/** No network asks for more blocks on top before a reward may be spent. */
const SURELY_MATURE = 100

/**
 * Coins worth at least `needs` sela. Throws `wallet/notEnough`, and `wallet/coinsWaiting` when there
 * will be enough after the next block.
 */
export async function chooseCoins(
  rpc: string,
  address: string,
  needs: bigint,
): Promise<readonly Coin[]> {
  const waiting = await spentByWaiting(rpc)
  // The node picks few coins of a rich address, such as a miner's; a list of all can be long.
  const offered = await offeredCoins(rpc, address, needs)
  const picked = pick(
    offered.filter((coin) => !waiting.has(nameOf(coin))),
    needs,
  )
  if (picked !== undefined) return picked
  const all = (await listed(rpc, 'listunspent', { addresses: [address] })).filter(isMature)
  const free = pick(
    all.filter((coin) => !waiting.has(nameOf(coin))),
    needs,
  )
  if (free !== undefined) return free
  const has = sum(all)
  if (has >= needs) throw WalletError.coinsWaiting(address)
  throw WalletError.notEnough({
    chain: 'mainchain',
    address,
    has: formatEla(has),
    needs: formatEla(needs),
  })
}

async function offeredCoins(
  rpc: string,
  address: string,
  needs: bigint,
): Promise<readonly ListedCoin[]> {
  // With all its decimals: the node refuses nine digits or more without a point.
  const amount = `${needs / 100_000_000n}.${(needs % 100_000_000n).toString().padStart(8, '0')}`
  try {
    return await listed(rpc, 'getutxosbyamount', { address, amount })
  } catch (error) {
    // It also refuses when the coins do not suffice; the list of all says by how much.
    if (error instanceof ElaError && error.code === 'rpc/refused') return []
    throw error
  }
}

/** The largest first, so that a transfer has few inputs. */
function pick(coins: readonly ListedCoin[], needs: bigint): readonly Coin[] | undefined {
  const picked: Coin[] = []
  let total = 0n
  const largestFirst = coins
    .map((coin) => ({ coin, value: parseEla(coin.amount) }))
    .sort((a, b) => (a.value < b.value ? 1 : a.value > b.value ? -1 : 0))
  for (const { coin, value } of largestFirst) {
    if (total >= needs) break
    total += value
    picked.push({ txid: parseDisplayHash(coin.txid), index: coin.vout, value })
  }
  return total >= needs ? picked : undefined
}

/** `txid:index` of every coin that a waiting transaction spends. */
async function spentByWaiting(rpc: string): Promise<ReadonlySet<string>> {
  const method = 'getrawmempool'
  const reply = await callRpc(rpc, method, { state: 'all' })
  if (!Array.isArray(reply)) throw WalletError.unexpectedReply(rpc, method, reply)
  const inputs = (reply as { vin?: unknown }[]).flatMap(({ vin }) =>
    Array.isArray(vin) ? (vin as { txid: unknown; vout: unknown }[]) : [],
  )
  return new Set(inputs.map(({ txid, vout }) => `${String(txid)}:${String(vout)}`))
}

async function listed(
  rpc: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
): Promise<readonly ListedCoin[]> {
  const reply = (await callRpc(rpc, method, params)) ?? []
  if (!Array.isArray(reply) || !reply.every(isListedCoin)) {
    throw WalletError.unexpectedReply(rpc, method, reply)
  }
  return reply.filter(isUnlocked)
}

function isListedCoin(value: unknown): value is ListedCoin {
  if (typeof value !== 'object' || value === null) return false
  const { txid, vout, amount } = value as Partial<Record<string, unknown>>
  return typeof txid === 'string' && typeof vout === 'number' && typeof amount === 'string'
}

/** A locked coin can wait years for its height, and a transfer that spends it waits as long. */
function isUnlocked({ outputlock = 0 }: ListedCoin): boolean {
  return outputlock === 0
}

/** Block rewards are listed long before they may be spent. */
function isMature({ txtype, confirmations }: ListedCoin): boolean {
  return txtype !== COINBASE || confirmations > SURELY_MATURE
}

function nameOf({ txid, vout }: ListedCoin): string {
  return `${txid}:${vout}`
}

function sum(coins: readonly ListedCoin[]): bigint {
  return coins.reduce((total, { amount }) => total + parseEla(amount), 0n)
}
