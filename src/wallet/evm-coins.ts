/** ELA on ESC and EID: balances, transfers, and any other signed transaction. */

import { toHex } from '../base/bytes-text.ts'
import { callRpc } from '../base/json-rpc.ts'
import {
  addressOfPrivateKey,
  checksumAddress,
  type EvmAddress,
  parseAddress,
} from '../protocol/evm/address.ts'
import { formatAmount } from './amount.ts'
import type { EvmNode } from './chains.ts'
import { assertDevnetEvm, isDevnetKey } from './devnet-only.ts'
import { WalletError } from './errors.ts'
import { type Patience, poll } from './polling.ts'

export interface EvmTransactionRequest extends EvmNode, Partial<Patience> {
  readonly privateKey: Uint8Array
  /** Left out: a contract is created. */
  readonly to?: string
  readonly data?: Uint8Array
  /** Wei. */
  readonly value?: bigint
  /** The node's estimate when left out. */
  readonly gas?: bigint
  /** The caller has just made sure that the node is a devnet's. */
  readonly isDevnet?: true
  /** Of the payer, asked for just before; asked for now when left out. */
  readonly standing?: Promise<Standing>
  /** Told before anything is sent: whoever keeps it can see the transaction through after a crash. */
  readonly onSigned?: (signed: SignedEvmTransaction) => void
}

export interface SignedEvmTransaction {
  readonly hash: `0x${string}`
  /** `0x` and digits, as nodes take it. No secret. */
  readonly raw: string
  readonly from: EvmAddress
  readonly nonce: number
}

export interface SentEvmTransaction {
  readonly hash: `0x${string}`
  readonly from: EvmAddress
  readonly gasPrice: bigint
  /** `undefined` while the transaction waits for a block. */
  readonly receipt: EvmReceipt | undefined
}

export interface EvmReceipt {
  readonly height: number
  readonly blockHash: string
  readonly gasUsed: bigint
  /** All the node said, such as `logs`, and `didLog` on EID. */
  readonly fields: Readonly<Record<string, unknown>>
}

const WAIT_MS = 10_000

/** In wei, of the newest block. */
export async function evmBalance(rpc: string, address: string): Promise<bigint> {
  return quantity(rpc, 'eth_getBalance', [address, 'latest'])
}

/** What an account's next transaction depends on. Prices and balance in wei. */
export interface Standing {
  readonly from: EvmAddress
  readonly chainId: bigint
  /** Counts transactions that wait for a block too. */
  readonly nonce: bigint
  readonly gasPrice: bigint
  readonly balance: bigint
}

/** Throws `rpc/…`. */
export async function standingOf(rpc: string, privateKey: Uint8Array): Promise<Standing> {
  const from = addressOfPrivateKey(privateKey)
  const [chainId, nonce, gasPrice, balance] = await Promise.all([
    quantity(rpc, 'eth_chainId'),
    quantity(rpc, 'eth_getTransactionCount', [from, 'pending']),
    quantity(rpc, 'eth_gasPrice'),
    evmBalance(rpc, from),
  ])
  return { from, chainId, nonce, gasPrice, balance }
}

/**
 * Signs a legacy transaction, sends it and waits for its receipt.
 *
 * Sending again at once is fine: the number of the transaction counts those that wait.
 *
 * Throws `wallet/foreignNetwork` when the key is a devnet's and the node is not,
 * `wallet/wrongChainId`, `wallet/notEnough`, `wallet/reverted`, and `rpc/refused` with the node's
 * reason when it does not take the transaction or when its estimate already fails.
 */
export async function sendEvmTransaction(
  request: EvmTransactionRequest,
): Promise<SentEvmTransaction> {
  const { chain, rpc, chainId, privateKey, data = new Uint8Array(), value = 0n } = request
  if (request.isDevnet !== true && isDevnetKey(privateKey)) await assertDevnetEvm(request)
  const to = request.to === undefined ? undefined : parseAddress(request.to)
  const { standing = standingOf(rpc, privateKey) } = request
  const { from, chainId: actualId, nonce, gasPrice, balance: has } = await standing
  const call = { from, to, value: hexOf(value), data: `0x${toHex(data)}` }
  if (actualId !== BigInt(chainId)) {
    throw WalletError.wrongChainId(rpc, chainId, actualId.toString())
  }
  const lacking = (needs: bigint) =>
    WalletError.notEnough({
      chain,
      address: checksumAddress(from),
      has: formatAmount(has, chain),
      needs: formatAmount(needs, chain),
    })
  // Asked before the estimate, which would fail for the same reason in other words.
  if (has < value) throw lacking(value)
  const gasLimit = request.gas ?? (await quantity(rpc, 'eth_estimateGas', [call]))
  if (has < value + gasLimit * gasPrice) throw lacking(value + gasLimit * gasPrice)
  const { signLegacyTransaction } = await import('../protocol/evm/legacy-transaction.ts')
  const { raw, hash } = signLegacyTransaction(
    { nonce, gasPrice, gasLimit, to, value, data, chainId: actualId },
    privateKey,
  )
  const text = `0x${toHex(raw)}`
  request.onSigned?.({ hash, raw: text, from, nonce: Number(nonce) })
  await callRpc(rpc, 'eth_sendRawTransaction', [text])
  return { hash, from, gasPrice, receipt: await receiptOf(request, hash) }
}

/**
 * Sees a transaction through that was signed earlier: waits for it, and sends it again when the
 * chain does not know it and its number is still free. `undefined` when another transaction took
 * the number, so that this one will never be.
 *
 * Throws `wallet/reverted`, `rpc/…`.
 */
export async function resumeEvmTransaction(
  request: Pick<EvmTransactionRequest, 'rpc' | 'waitMs' | 'signal'>,
  { hash, raw, from, nonce }: SignedEvmTransaction,
): Promise<Pick<SentEvmTransaction, 'hash' | 'from' | 'receipt'> | undefined> {
  const { rpc } = request
  if ((await callRpc(rpc, 'eth_getTransactionByHash', [hash])) === null) {
    const next = await quantity(rpc, 'eth_getTransactionCount', [from, 'pending'])
    if (next !== BigInt(nonce)) return undefined
    await callRpc(rpc, 'eth_sendRawTransaction', [raw])
  }
  return { hash, from, receipt: await receiptOf(request, hash) }
}

/** In wei, as the node suggests it. */
export function evmGasPrice(rpc: string): Promise<bigint> {
  return quantity(rpc, 'eth_gasPrice')
}

/** What a call would cost now. Throws `rpc/refused` when it would fail. */
export function estimateEvmGas(
  rpc: string,
  call: { readonly from: string; readonly to: string; readonly data: Uint8Array },
): Promise<bigint> {
  return quantity(rpc, 'eth_estimateGas', [{ ...call, data: `0x${toHex(call.data)}` }])
}

async function receiptOf(
  { rpc, waitMs = WAIT_MS, signal }: Pick<EvmTransactionRequest, 'rpc' | 'waitMs' | 'signal'>,
  hash: string,
): Promise<EvmReceipt | undefined> {
  const method = 'eth_getTransactionReceipt'
  const ask = async () => (await callRpc(rpc, method, [hash])) ?? undefined
  const patience = signal === undefined ? { waitMs } : { waitMs, signal }
  const reply = await poll(ask, patience)
  if (reply === undefined) return undefined
  if (typeof reply !== 'object') throw WalletError.unexpectedReply(rpc, method, reply)
  const fields = reply as Readonly<Record<string, unknown>>
  const number = (name: string) => parseQuantity(rpc, method, fields[name])
  const height = Number(number('blockNumber'))
  if (number('status') !== 1n) throw WalletError.reverted(hash, height)
  return { height, blockHash: String(fields['blockHash']), gasUsed: number('gasUsed'), fields }
}

async function quantity(
  rpc: string,
  method: string,
  params: readonly unknown[] = [],
): Promise<bigint> {
  return parseQuantity(rpc, method, await callRpc(rpc, method, params))
}

function parseQuantity(rpc: string, method: string, reply: unknown): bigint {
  if (typeof reply !== 'string' || !/^0x[0-9a-f]+$/i.test(reply)) {
    throw WalletError.unexpectedReply(rpc, method, reply)
  }
  return BigInt(reply)
}

function hexOf(number: bigint): string {
  return `0x${number.toString(16)}`
}
