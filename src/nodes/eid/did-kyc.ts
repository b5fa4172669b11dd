/**
 * A credential inside a document, for contracts: its JSON text, and what a contract minds of it.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/did_contracts.go kyc, internal/ethapi/didapi.go
 * KycCredential, core/vm/did/encode.go
 */
import { asGoWritesIt } from '../../protocol/did/canonical-json.ts'
import { type Credential, wholeCredentialText } from '../../protocol/did/credential.ts'
import { DID_PREFIX } from '../../protocol/did/did.ts'
import { encodeTexts } from '../../protocol/evm/abi-texts.ts'
import type { Answer } from '../evm/extension.ts'
import type { DidState } from './did-state.ts'

export type Found =
  | { readonly kind: 'credential'; readonly credential: Credential }
  | { readonly kind: 'unknownDid' | 'noCredentials' | 'noSuchCredential' }

/** The first credential of the DID's last document whose id ends with `ending`. */
export function findCredential(state: DidState, asked: string, ending: string): Found {
  const did = asked.startsWith(DID_PREFIX) ? asked : `${DID_PREFIX}${asked}`
  const document = state.did(did)?.documents.at(-1)?.document
  if (document === undefined) return { kind: 'unknownDid' }
  const { verifiableCredential } = document
  if (verifiableCredential.length === 0) return { kind: 'noCredentials' }
  const credential = verifiableCredential.find(
    ({ id }) => id.endsWith(ending) && id.startsWith(did),
  )
  return credential === undefined
    ? { kind: 'noSuchCredential' }
    : { kind: 'credential', credential }
}

/** `(string json, bytes)`; the bytes are `(string id, issuer, issuanceDate, expirationDate)`. */
export function encodeCredential(credential: Credential): Uint8Array {
  const { id, issuer, issuanceDate, expirationDate } = credential
  const facts = encodeTexts(...[id, issuer, issuanceDate, expirationDate].map(bytesOf))
  return encodeTexts(bytesOf(jsonOf(credential)), facts)
}

/** `did_kycCredential`: `{did, id}`. */
export function kycCredential(
  state: DidState,
  { did, id }: Readonly<Record<string, unknown>>,
): Answer {
  if (typeof did !== 'string') return failure('did is null')
  if (typeof id !== 'string') return failure('id is null')
  const found = findCredential(state, did, id)
  switch (found.kind) {
    case 'unknownDid':
      return failure('leveldb: not found')
    case 'noCredentials':
      return { result: '' }
    case 'noSuchCredential':
      // The node's own handler does not look whether it found one.
      return failure('method handler crashed')
    case 'credential': {
      const { credential } = found
      const encodeABI = Buffer.from(encodeCredential(credential)).toString('base64')
      return { result: { verifiableCredentialData: jsonOf(credential), encodeABI } }
    }
  }
}

function jsonOf(credential: Credential): string {
  return asGoWritesIt(wholeCredentialText(credential))
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function failure(message: string): Answer {
  return { error: { code: -32000, message } }
}
