/** One transfer of ELA, the same on every chain. */
import type { DevnetAccount } from '../identity/devnet-accounts.ts'
import { addressOfAccount, addressOfName } from './account-names.ts'
import { parseAmount } from './amount.ts'
import type { Chain, EvmNode } from './chains.ts'
import { WalletError } from './errors.ts'
import { evmBalance, sendEvmTransaction } from './evm-coins.ts'
import { mainchainBalance, sendMainchain } from './mainchain-coins.ts'

/** Where a chain answers. */
export type Endpoint = EvmNode | { readonly chain: 'mainchain'; readonly rpc: string }

/** What a person asked for, checked. */
export interface Order {
  readonly chain: Chain
  /** An address. */
  readonly to: string
  /** Smallest unit. */
  readonly units: bigint
}

/**
 * Reads the words of an order.
 *
 * Throws what `addressOfName` and `parseAmount` throw, and `wallet/lockedAddress`.
 */
export function readOrder(chain: Chain, to: string, amount: string): Order {
  const address = addressOfName(to, chain)
  if (/^[XDS]/.test(address)) throw WalletError.lockedAddress(address)
  return { chain, to: address, units: parseAmount(amount, chain) }
}

export interface TransferRequest {
  readonly endpoint: Endpoint
  readonly from: DevnetAccount
  readonly order: Order
  /** Main chain only. */
  readonly memo?: string | undefined
  /** How long to wait for a block; 0 does not wait. */
  readonly waitMs: number
  readonly signal?: AbortSignal
}

export interface Transfer {
  readonly chain: Chain
  readonly txid: string
  readonly status: 'mined' | 'pending'
  /** Of the block; absent while pending. */
  readonly height?: number
  readonly from: string
  readonly to: string
  /** Smallest unit, as all that follow. */
  readonly units: bigint
  /** What the sender paid; on ESC and EID known only when mined. */
  readonly feeUnits?: bigint
}

/** Throws what the chain's own function throws, and `wallet/memoNotHere`. */
export async function transfer(request: TransferRequest): Promise<Transfer> {
  const { endpoint, from, order, memo } = request
  const ends = { ...order, from: addressOfAccount(from, endpoint.chain) }
  if (endpoint.chain === 'mainchain') return { ...ends, ...(await onMainchain(request)) }
  if (memo !== undefined) throw WalletError.memoNotHere(endpoint.chain)
  return { ...ends, ...(await onEvm(request, endpoint)) }
}

type Sent = Pick<Transfer, 'txid' | 'status' | 'height' | 'feeUnits'>

async function onMainchain(request: TransferRequest): Promise<Sent> {
  const { endpoint, from, order, memo, waitMs, signal } = request
  const { txid, feeSela, height } = await sendMainchain({
    rpc: endpoint.rpc,
    privateKey: from.ela.privateKey,
    to: [{ address: order.to, sela: order.units }],
    memo,
    waitMs,
    ...(signal === undefined ? {} : { signal }),
  })
  return { txid, feeUnits: feeSela, ...minedAt(height) }
}

async function onEvm(request: TransferRequest, endpoint: EvmNode): Promise<Sent> {
  const { from, order, waitMs, signal } = request
  const { hash, gasPrice, receipt } = await sendEvmTransaction({
    ...endpoint,
    privateKey: from.evm.privateKey,
    to: order.to,
    value: order.units,
    waitMs,
    ...(signal === undefined ? {} : { signal }),
  })
  const sent = { txid: hash, ...minedAt(receipt?.height) }
  return receipt === undefined ? sent : { ...sent, feeUnits: receipt.gasUsed * gasPrice }
}

function minedAt(height: number | undefined): Pick<Transfer, 'status' | 'height'> {
  return height === undefined ? { status: 'pending' } : { status: 'mined', height }
}

/** In the smallest unit of the chain. */
export async function balanceOn({ chain, rpc }: Endpoint, address: string): Promise<bigint> {
  return chain === 'mainchain' ? mainchainBalance(rpc, address) : evmBalance(rpc, address)
}
