/** Signed requests: what a transaction to the DID contract carries. */
import { didOf } from '../protocol/did/did.ts'
import { type DidDocument, PROOF_TYPE, wholeDocumentText } from '../protocol/did/document.ts'
import {
  DID_SPECIFICATION,
  type DidRequest,
  encodePayload,
  type Operation,
  signedText,
} from '../protocol/did/request.ts'
import { publicKeyOf, signText } from '../protocol/did/sign.ts'

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

/** Ends the DID of this key for ever. */
export function deactivateRequest(privateKey: Uint8Array): DidRequest {
  const payload = didOf(publicKeyOf(privateKey))
  return signRequest({ operation: 'deactivate', payload }, privateKey)
}

interface Unsigned {
  readonly operation: Operation
  readonly payload: string
  readonly previousTxid?: string
}

function signRequest(
  { operation, payload, previousTxid = '' }: Unsigned,
  privateKey: Uint8Array,
): DidRequest {
  const header = { specification: DID_SPECIFICATION, operation, previousTxid, ticket: '' }
  const proof = {
    type: PROOF_TYPE,
    verificationMethod: `${didOf(publicKeyOf(privateKey))}#primary`,
    signature: signText(signedText({ header, payload }), privateKey),
  }
  return { header, payload, proof }
}
