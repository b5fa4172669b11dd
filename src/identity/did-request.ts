/** Signed requests: what a transaction to the DID contract carries. */
import { toBase64Url } from '../protocol/did/base64url.ts'
import { type Credential, wholeCredentialText } from '../protocol/did/credential.ts'
import { didOf } from '../protocol/did/did.ts'
import { type DidDocument, PROOF_TYPE, wholeDocumentText } from '../protocol/did/document.ts'
import {
  CREDENTIAL_SPECIFICATION,
  DID_SPECIFICATION,
  type DidRequest,
  encodePayload,
  type Operation,
  signedText,
} from '../protocol/did/request.ts'
import { publicKeyOf, signText } from '../protocol/did/sign.ts'
import type { Ticket } from '../protocol/did/ticket.ts'
import { wholeTicketText } from '../protocol/did/ticket-form.ts'

export function createRequest(document: DidDocument, privateKey: Uint8Array): DidRequest {
  return signRequest(
    { operation: 'create', payload: encodePayload(wholeDocumentText(document)) },
    privateKey,
  )
}

/** @param previousTxid transaction of the document this one follows, with or without `0x` */
export function updateRequest(
  document: DidDocument,
  previousTxid: string,
  privateKey: Uint8Array,
): DidRequest {
  return signRequest(
    {
      operation: 'update',
      payload: encodePayload(wholeDocumentText(document)),
      previousTxid: previousTxid.replace(/^0x/, ''),
    },
    privateKey,
  )
}

/** Gives a customized DID to the controllers in `document`; one of them signs. */
export function transferRequest(
  document: DidDocument,
  ticket: Ticket,
  privateKey: Uint8Array,
): DidRequest {
  return signRequest(
    {
      operation: 'transfer',
      payload: encodePayload(wholeDocumentText(document)),
      ticket: toBase64Url(wholeTicketText(ticket)),
    },
    privateKey,
  )
}

/** Puts a credential onto the chain; its owner signs. */
export function declareRequest(credential: Credential, privateKey: Uint8Array): DidRequest {
  const payload = encodePayload(wholeCredentialText(credential))
  return signRequest({ operation: 'declare', payload }, privateKey)
}

/** Ends a credential; its owner or issuer signs. */
export function revokeRequest(id: string, privateKey: Uint8Array): DidRequest {
  return signRequest({ operation: 'revoke', payload: id }, privateKey)
}

/**
 * Ends a DID for ever: that of the key, or another that the key may end.
 * @param keyId id of the key in the other's document
 */
export function deactivateRequest(
  privateKey: Uint8Array,
  did: string = didOf(publicKeyOf(privateKey)),
  keyId?: string,
): DidRequest {
  return signRequest({ operation: 'deactivate', payload: did, keyId }, privateKey)
}

interface Unsigned {
  readonly operation: Operation
  readonly payload: string
  readonly previousTxid?: string
  readonly ticket?: string
  /** The default key of the DID made from the key when left out. */
  readonly keyId?: string | undefined
}

function signRequest(
  { operation, payload, previousTxid = '', ticket = '', keyId }: Unsigned,
  privateKey: Uint8Array,
): DidRequest {
  const isCredential = operation === 'declare' || operation === 'revoke'
  const specification = isCredential ? CREDENTIAL_SPECIFICATION : DID_SPECIFICATION
  const header = { specification, operation, previousTxid, ticket }
  const proof = {
    type: PROOF_TYPE,
    verificationMethod: keyId ?? `${didOf(publicKeyOf(privateKey))}#primary`,
    signature: signText(signedText({ header, payload }), privateKey),
  }
  return { header, payload, proof }
}
