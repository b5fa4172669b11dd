/** One transfer of ELA, the same on every chain. */
import type { DevnetAccount } from '../identity/devnet-accounts.ts'
import { addressOfAccount, addressOfName } from './account-names.ts'
import { parseAmount } from './amount.ts'
import type { Chain } from './chains.ts'
import { WalletError } from './errors.ts'
import { type EvmNode, evmBalance, sendEvmTransaction } from './evm-coins.ts'
import { mainchainBalance, sendMainchain } from './mainchain-coins.ts'

/** Where a chain answers. */
export type Endpoint = EvmNode | { readonly chain: 'mainchain'; readonly rpc: string }

export interface TransferRequest {
  readonly endpoint: Endpoint
  readonly from: DevnetAccount
  /** A name or an address. */
  readonly to: string
  /** As a person writes it, in ELA. */
  readonly amount: string
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
  const { endpoint, from, to, amount, memo } = request
  const { chain } = endpoint
  const ends = { from: addressOfAccount(from, chain), to: addressOfName(to, chain) }
  const units = parseAmount(amount, chain)
  if (endpoint.chain === 'mainchain')
    return { chain, ...ends, ...(await onMainchain(request, ends.to, units)) }
  if (memo !== undefined) throw WalletError.memoNotHere(endpoint.chain)
  return { chain, ...ends, ...(await onEvm(request, endpoint, { to: ends.to, units })) }
}

type Sent = Pick<Transfer, 'txid' | 'status' | 'height' | 'units' | 'feeUnits'>

async function onMainchain(request: TransferRequest, to: string, units: bigint): Promise<Sent> {
  const { endpoint, from, memo, waitMs, signal } = request
  const { txid, feeSela, height } = await sendMainchain({
    rpc: endpoint.rpc,
    privateKey: from.ela.privateKey,
    to: [{ address: to, sela: units }],
    memo,
    waitMs,
    ...(signal === undefined ? {} : { signal }),
  })
  return { txid, units, feeUnits: feeSela, ...minedAt(height) }
}

async function onEvm(
  { from, waitMs, signal }: TransferRequest,
  endpoint: EvmNode,
  { to, units }: { readonly to: string; readonly units: bigint },
): Promise<Sent> {
  const { hash, gasPrice, receipt } = await sendEvmTransaction({
    ...endpoint,
    privateKey: from.evm.privateKey,
    to,
    value: units,
    waitMs,
    ...(signal === undefined ? {} : { signal }),
  })
  const sent = { txid: hash, units, ...minedAt(receipt?.height) }
  return receipt === undefined ? sent : { ...sent, feeUnits: receipt.gasUsed * gasPrice }
}

function minedAt(height: number | undefined): Pick<Transfer, 'status' | 'height'> {
  return height === undefined ? { status: 'pending' } : { status: 'mined', height }
}

/** In the smallest unit of the chain. */
export async function balanceOn({ chain, rpc }: Endpoint, address: string): Promise<bigint> {
  return chain === 'mainchain' ? mainchainBalance(rpc, address) : evmBalance(rpc, address)
}
