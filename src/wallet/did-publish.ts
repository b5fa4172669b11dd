/** Puts signed DID requests onto EID. */
import { ElaError } from '../base/errors.ts'
import { callRpc } from '../base/json-rpc.ts'
import {
  changedDocument,
  type NewDocument,
  newDocument,
  type Service,
} from '../identity/did-document.ts'
import { DidUseError } from '../identity/did-errors.ts'
import { createRequest, updateRequest } from '../identity/did-request.ts'
import { resolveDid } from '../identity/did-resolve.ts'
import { didOf } from '../protocol/did/did.ts'
import { parseDocument } from '../protocol/did/document.ts'
import { type DidRequest, type Operation, requestText } from '../protocol/did/request.ts'
import { publicKeyOf } from '../protocol/did/sign.ts'
import { encodeStringCall, selectorOf } from '../protocol/evm/abi.ts'
import { assertDevnetEvm } from './devnet-only.ts'
import { type SentEvmTransaction, sendEvmTransaction } from './evm-coins.ts'

export interface EidChain {
  readonly rpc: string
  readonly chainId: number
  /** Address of the DID contract. */
  readonly contract: string
}

export interface Sending {
  readonly chain: EidChain
  /** P-256: signs the document and the request. */
  readonly didKey: Uint8Array
  /** secp256k1: pays the gas. */
  readonly payerKey: Uint8Array
  /** 0 does not wait for a block. */
  readonly waitMs: number
  readonly signal: AbortSignal
}

export interface Publishing extends Sending {
  /** Seconds since 1970. */
  readonly expires?: number | undefined
  readonly services: readonly Service[]
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

const PUBLISH = 'publishDidTransaction(string)'

/**
 * Creates the DID of the key on the chain, or updates it when it is there: services are added, a
 * new end is set, everything else stays.
 *
 * Throws `wallet/foreignNetwork` unless the chain is a devnet's, before anything is signed;
 * `did/deactivated`; `did/refused` with the chain's reason; `did/unsafeCharacter`; and what
 * `sendEvmTransaction` does.
 */
export async function publishDid(publishing: Publishing): Promise<PublishedDid> {
  const { chain, didKey, expires, services } = publishing
  const did = didOf(publicKeyOf(didKey))
  const [{ status, transactions }, time] = await Promise.all([
    resolveDid(chain.rpc, did),
    timeOf(chain.rpc),
    assertDevnetEvm({ chain: 'eid', rpc: chain.rpc }),
  ])
  if (status === 'deactivated') throw DidUseError.deactivated(did)
  const wish: NewDocument = { privateKey: didKey, time, expires, services }
  const [last] = transactions
  if (status === 'unpublished' || last?.document === undefined) {
    return send(publishing, createRequest(newDocument(wish), didKey))
  }
  const document = changedDocument(parseDocument(last.document), wish)
  return send(publishing, updateRequest(document, last.txid, didKey))
}

async function send(sending: Sending, request: DidRequest): Promise<PublishedDid> {
  const { hash, from, receipt } = await sendDidRequest(
    { ...sending, isDevnet: true },
    requestText(request),
  )
  return {
    did: didOf(publicKeyOf(sending.didKey)),
    operation: request.header.operation,
    txid: hash,
    from,
    status: receipt === undefined ? 'pending' : 'mined',
    ...(receipt === undefined ? {} : { height: receipt.height, gasUsed: receipt.gasUsed }),
  }
}

/**
 * Puts a request that somebody signed onto the chain and pays for it.
 * Throws `did/refused` with the chain's reason, and what `sendEvmTransaction` does.
 */
export async function sendDidRequest(
  { chain, payerKey, waitMs, signal, isDevnet }: Omit<Sending, 'didKey'> & { isDevnet?: true },
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
