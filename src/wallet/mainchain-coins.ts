/** ELA on the main chain: balances, and transfers made of coins. */

import { toHex } from '../base/bytes-text.ts'
import { ElaError } from '../base/errors.ts'
import { callRpc } from '../base/json-rpc.ts'
import { encode } from '../protocol/codec.ts'
import { addressOf, Prefix, parseAddress, programHashOf } from '../protocol/ela/address.ts'
import { parseEla } from '../protocol/ela/amount.ts'
import { displayHash } from '../protocol/ela/hash.ts'
import { publicKeyOf } from '../protocol/ela/keys.ts'
import { standardCode } from '../protocol/ela/script.ts'
import { transactionCodec, transactionId } from '../protocol/ela/transaction.ts'
import { buildTransfer, USUAL_FEE_SELA } from '../protocol/ela/transfer.ts'
import { chooseCoins } from './coin-choice.ts'
import { assertDevnetMainchain, isDevnetKey } from './devnet-only.ts'
import { WalletError } from './errors.ts'
import { type Patience, poll } from './polling.ts'

export interface MainchainTransfer extends Partial<Patience> {
  readonly rpc: string
  /** Its standard (E) address pays and gets the change. */
  readonly privateKey: Uint8Array
  readonly to: readonly { readonly address: string; readonly sela: bigint }[]
  readonly memo?: string | undefined
}

export interface SentMainchainTransfer {
  readonly txid: string
  readonly from: string
  readonly feeSela: bigint
  /** Of the block; `undefined` while the transaction waits for one. */
  readonly height: number | undefined
}

const WAIT_MS = 10_000
/** An attribute may hold 16 MB, but the pool takes no transaction that large. */
const MAX_MEMO_BYTES = 10_000

/** In sela, of the newest block; coins in waiting transactions still count. */
export async function mainchainBalance(rpc: string, address: string): Promise<bigint> {
  const method = 'getreceivedbyaddress'
  const reply = await callRpc(rpc, method, { address })
  if (typeof reply !== 'string') throw WalletError.unexpectedReply(rpc, method, reply)
  return parseEla(reply)
}

/**
 * Chooses coins, signs, sends and waits for the block.
 *
 * Throws `wallet/foreignNetwork` when the key is a devnet's and the node is not,
 * `wallet/memoTooLong`, `wallet/notEnough`, `wallet/coinsWaiting`, and `rpc/refused` with the
 * node's reason.
 */
export async function sendMainchain(request: MainchainTransfer): Promise<SentMainchainTransfer> {
  const { rpc, privateKey, to, memo } = request
  const memoBytes = memo === undefined ? 0 : Buffer.byteLength(memo)
  if (memoBytes > MAX_MEMO_BYTES) throw WalletError.memoTooLong(memoBytes, MAX_MEMO_BYTES)
  if (isDevnetKey(privateKey)) await assertDevnetMainchain(rpc)
  const owner = programHashOf(standardCode(publicKeyOf(privateKey)), Prefix.standard)
  const from = addressOf(owner)
  const needs = to.reduce((total, { sela }) => total + sela, USUAL_FEE_SELA)
  const unsigned = buildTransfer({
    inputs: await chooseCoins(rpc, from, needs),
    outputs: to.map(({ address, sela }) => ({ programHash: parseAddress(address), value: sela })),
    changeTo: owner,
    fee: USUAL_FEE_SELA,
    ...(memo === undefined ? {} : { memo }),
  })
  const { signTransaction } = await import('../protocol/ela/sign.ts')
  const signed = signTransaction(unsigned, [privateKey])
  await callRpc(rpc, 'sendrawtransaction', { data: toHex(encode(transactionCodec, signed)) })
  const txid = displayHash(transactionId(signed))
  return { txid, from, feeSela: USUAL_FEE_SELA, height: await heightOf(request, txid) }
}

/** Height of the block a transaction is in, once it is in one. */
async function heightOf(
  { rpc, waitMs = WAIT_MS, signal }: MainchainTransfer,
  txid: string,
): Promise<number | undefined> {
  const blockhash = await poll(
    () => blockOf(rpc, txid),
    signal === undefined ? { waitMs } : { waitMs, signal },
  )
  if (blockhash === undefined) return undefined
  const method = 'getblock'
  const block = await callRpc(rpc, method, { blockhash, verbosity: 1 })
  const { height } = (block ?? {}) as { height?: unknown }
  if (typeof height !== 'number') throw WalletError.unexpectedReply(rpc, method, block)
  return height
}

async function blockOf(rpc: string, txid: string): Promise<string | undefined> {
  let reply: unknown
  try {
    reply = await callRpc(rpc, 'getrawtransaction', { txid, verbose: true })
  } catch (error) {
    // Between pool and block, for a moment, it can be in neither.
    if (error instanceof ElaError && error.code === 'rpc/refused') return undefined
    throw error
  }
  const { blockhash } = (reply ?? {}) as { blockhash?: unknown }
  // While it waits, the hash is missing, empty or zero.
  return typeof blockhash === 'string' && /[1-9a-f]/.test(blockhash) ? blockhash : undefined
}
