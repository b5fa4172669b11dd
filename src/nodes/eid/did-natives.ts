/**
 * The native contracts of EID that read DIDs: 0x17 gives a part of what resolving gives, as JSON;
 * 0x7d7 (2007) a credential of a document. A call the node answers with an error just fails here.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/did_contracts.go resolveDID, kyc
 */
import { ElaError } from '../../base/errors.ts'
import { fromBase64Url } from '../../protocol/did/base64url.ts'
import {
  asGoWritesIt,
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
  parseJson,
} from '../../protocol/did/canonical-json.ts'
import { decodeTexts } from '../../protocol/evm/abi-texts.ts'
import type { NativeContract } from '../evm/extension.ts'
import { KYC_ADDRESS, RESOLVE_DID_ADDRESS } from './did-contract.ts'
import { isNormal } from './did-keys.ts'
import { encodeCredential, findCredential } from './did-kyc.ts'
import { resolveDid } from './did-queries.ts'
import type { DidState } from './did-state.ts'

export function didNatives(state: DidState): Readonly<Record<string, NativeContract>> {
  return {
    [RESOLVE_DID_ADDRESS]: (input) => unlessRefused(() => resolveBranch(state, textOf(input))),
    [KYC_ADDRESS]: (input) => unlessRefused(() => credentialIn(state, input)),
  }
}

/** Input that cannot be read is a failed call, like everything else the contract has no answer to. */
function unlessRefused(answer: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return answer()
  } catch (error) {
    if (error instanceof ElaError) return undefined
    throw error
  }
}

/** `{"did", "all"?, "branch": ["transaction", 0, "txid"]}` → the JSON at the end of the branch. */
function resolveBranch(state: DidState, text: string): Uint8Array | undefined {
  const params = parseJson(text, 'The input')
  if (!isObject(params)) return undefined
  const { did, all, branch } = params
  // Customized names are refused: only what could be an address is looked up.
  const document = typeof did === 'string' ? state.did(did)?.documents.at(-1)?.document : undefined
  if (document === undefined || !isNormal(document) || !Array.isArray(branch)) return undefined
  const answer = resolveDid(state, { did, all })
  if (!('result' in answer)) return undefined
  const whole = expanded(answer.result as JsonObject)
  const part = branch.reduce<Json>((value, step: Json) => stepInto(value, step), whole)
  return new TextEncoder().encode(asGoWritesIt(canonicalJson(part)))
}

/** What is not there is `null`, as far as one goes on. */
function stepInto(value: Json, step: Json): Json {
  if (typeof step === 'string') {
    return isObject(value) && Object.hasOwn(value, step) ? (value[step] ?? null) : null
  }
  if (typeof step === 'number') {
    return Array.isArray(value) ? ((value[Math.trunc(step)] as Json | undefined) ?? null) : null
  }
  return value
}

/** Documents written out, where RPC has their base64url text. */
function expanded(resolved: JsonObject): JsonObject {
  const transactions = resolved['transaction']
  if (!Array.isArray(transactions)) return resolved
  return { ...resolved, transaction: transactions.map((one: Json) => withDocument(one)) }
}

function withDocument(transaction: Json): Json {
  if (!isObject(transaction)) return transaction
  const { operation } = transaction
  if (!isObject(operation) || typeof operation['payload'] !== 'string') return transaction
  return { ...transaction, operation: { ...operation, payload: documentIn(operation['payload']) } }
}

/** A deactivation carries an id instead, of which the node makes an empty document. */
function documentIn(payload: string): Json {
  try {
    return parseJson(textOf(fromBase64Url(payload, 'The payload')), 'The payload')
  } catch (error) {
    if (error instanceof ElaError) return { id: '', expires: '' }
    throw error
  }
}

/** `(string did, string ending of the credential's id)`; nothing when the DID has no credentials. */
function credentialIn(state: DidState, input: Uint8Array): Uint8Array | undefined {
  const [did = '', ending = ''] = decodeTexts(input, 2).map(textOf)
  const found = findCredential(state, did, ending)
  if (found.kind === 'noCredentials') return new Uint8Array()
  return found.kind === 'credential' ? encodeCredential(found.credential) : undefined
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
