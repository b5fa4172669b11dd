/** Reading DIDs from EID. */
import { ElaError, messageOf } from '../base/errors.ts'
import { callRpc } from '../base/json-rpc.ts'
import { fromBase64Url } from '../protocol/did/base64url.ts'
import { type Json, parseJson } from '../protocol/did/canonical-json.ts'
import { parseDocument } from '../protocol/did/document.ts'
import { asObject, listOf, textOf } from '../protocol/did/json-fields.ts'
import { DidUseError } from './did-errors.ts'

/** `unpublished`: the chain knows nothing of it. */
export type DidStatus = 'valid' | 'deactivated' | 'unpublished'

export interface ResolvedTransaction {
  /** 64 hexadecimal digits without `0x`. */
  readonly txid: string
  /** Time of the block, RFC 3339. */
  readonly timestamp: string
  readonly operation: string
  /** The document as it was published; absent for a deactivation. */
  readonly document?: Json
}

export interface ResolvedDid {
  readonly did: string
  readonly status: DidStatus
  /** Newest first. */
  readonly transactions: readonly ResolvedTransaction[]
}

const STATUSES: Readonly<Record<number, DidStatus>> = {
  0: 'valid',
  1: 'valid',
  2: 'deactivated',
  3: 'unpublished',
}

/**
 * The newest document of a DID, or with `all` every one it had. The node checked the signatures.
 * Throws `rpc/…`, and `did/badReply` for an answer of another shape.
 */
export async function resolveDid(rpc: string, did: string, all = false): Promise<ResolvedDid> {
  const reply = await callRpc(rpc, 'did_resolveDID', [all ? { did, all } : { did }])
  try {
    return parseReply(reply as Json)
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    throw DidUseError.badReply(rpc, messageOf(error), error)
  }
}

/** How much a published document holds. Throws `did/malformed`. */
export function sizesOf(document: Json) {
  const { publicKey, service, verifiableCredential, expires } = parseDocument(document)
  const [keys, services] = [publicKey.length, service.length]
  return { keys, services, credentials: verifiableCredential.length, expires }
}

function parseReply(reply: Json): ResolvedDid {
  const object = asObject(reply, 'result')
  const status = STATUSES[Number(object['status'])] ?? 'unpublished'
  const transactions = listOf(object, 'transaction', '').map(parseTransaction)
  return { did: textOf(object, 'did', ''), status, transactions }
}

function parseTransaction(value: Json): ResolvedTransaction {
  const transaction = asObject(value, 'transaction')
  const operation = asObject(transaction['operation'], 'operation')
  const name = textOf(asObject(operation['header'], 'header'), 'operation', 'header.')
  const payload = textOf(operation, 'payload', 'operation.')
  const mined = {
    txid: textOf(transaction, 'txid', 'transaction.'),
    timestamp: textOf(transaction, 'timestamp', 'transaction.'),
    operation: name,
  }
  if (name === 'deactivate') return mined
  const text = new TextDecoder().decode(fromBase64Url(payload, 'The payload'))
  return { ...mined, document: parseJson(text, 'The document') }
}
