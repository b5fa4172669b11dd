/** Puts signed DID requests onto EID. */
import { ElaError } from '../base/errors.ts'
import { callRpc } from '../base/json-rpc.ts'
import { DidUseError } from '../identity/did-errors.ts'
import type { Operation } from '../protocol/did/request.ts'
import { encodeStringCall, selectorOf } from '../protocol/evm/abi.ts'
import { type SentEvmTransaction, type Standing, sendEvmTransaction } from './evm-coins.ts'

export interface EidChain {
  readonly rpc: string
  readonly chainId: number
  /** Address of the DID contract. */
  readonly contract: string
}

/** Who pays, and for how long to wait. */
export interface Paying {
  readonly chain: EidChain
  /** secp256k1: pays the gas. */
  readonly payerKey: Uint8Array
  /** 0 does not wait for a block. */
  readonly waitMs: number
  readonly signal: AbortSignal
}

export interface PublishedDid {
  readonly did: string
  readonly operation: Operation
  /** `0x` and 64 digits. */
  readonly txid: string
  /** Who paid. */
  readonly from: string
  readonly status: 'mined' | 'pending'
  readonly height?: number
  readonly gasUsed?: bigint
}

/** What the caller has just made sure of, or asked for, so that it is not asked again. */
interface Known {
  readonly isDevnet?: true
  readonly standing?: Promise<Standing>
}

const PUBLISH = 'publishDidTransaction(string)'

/**
 * Puts a request that somebody signed onto the chain and pays for it.
 * Throws `did/refused` with the chain's reason, and what `sendEvmTransaction` does.
 */
export async function sendDidRequest(
  { chain, payerKey, waitMs, signal, isDevnet, standing }: Paying & Known,
  request: string,
): Promise<SentEvmTransaction> {
  try {
    return await sendEvmTransaction({
      chain: 'eid',
      rpc: chain.rpc,
      chainId: chain.chainId,
      privateKey: payerKey,
      to: chain.contract,
      data: encodeStringCall(selectorOf(PUBLISH), request),
      waitMs,
      signal,
      ...(isDevnet === undefined ? {} : { isDevnet }),
      ...(standing === undefined ? {} : { standing }),
    })
  } catch (error) {
    throw await withReason(chain.rpc, request, error)
  }
}

/** The chain says `diderror` to everything; our own nodes know more. */
async function withReason(rpc: string, request: string, error: unknown): Promise<unknown> {
  const isRefusal =
    error instanceof ElaError && ['rpc/refused', 'wallet/reverted'].includes(error.code)
  if (!isRefusal) return error
  const reason = await callRpc(rpc, 'ela_whyRefused', [request]).catch(() => undefined)
  return typeof reason === 'string' ? DidUseError.refused(reason, error) : error
}

/** Of the newest block, or of this machine if that is later: a devnet's clock can be ahead. */
export async function timeOf(rpc: string): Promise<number> {
  const block = await callRpc(rpc, 'eth_getBlockByNumber', ['latest', false])
  const { timestamp } = (block ?? {}) as { timestamp?: unknown }
  return Math.max(Number(timestamp) || 0, Math.floor(Date.now() / 1000))
}
