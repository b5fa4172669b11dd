/**
 * What a DID transaction carries: the text argument of the contract's `publishDidTransaction`.
 *
 *     { "header": {"specification", "operation", "previousTxid"?, "ticket"?},
 *       "payload": base64url of a document or credential, or an id as it is,
 *       "proof": {"type"?, "verificationMethod", "signature"} }
 *
 * @see Elastos.ELA.SideChain.EID core/vm/did/payload.go; Elastos.DID.JS.SDK src/backend/idchaindrequest.ts
 */
import { Writer } from '../codec.ts'
import { varString } from '../ela/var-uint.ts'
import { toBase64Url } from './base64url.ts'
import { parseJson } from './canonical-json.ts'
import { DidError } from './errors.ts'
import { asObject, own, textOf } from './json-fields.ts'

export const DID_SPECIFICATION = 'elastos/did/1.0'
export const CREDENTIAL_SPECIFICATION = 'elastos/credential/1.0'

/** EVM transactions are at most 128 KiB, so no request is longer. */
const MAX_REQUEST_BYTES = 128 * 1024

const lengthAndText = varString()
const operations = ['create', 'update', 'transfer', 'deactivate', 'declare', 'revoke'] as const
export type Operation = (typeof operations)[number]

export interface RequestHeader {
  readonly specification: string
  readonly operation: Operation
  /** 64 hexadecimal digits without `0x`; '' when absent. */
  readonly previousTxid: string
  /** base64url of a ticket's JSON; '' when absent. */
  readonly ticket: string
}

export interface RequestProof {
  readonly type: string
  readonly verificationMethod: string
  readonly signature: string
}

export interface DidRequest {
  readonly header: RequestHeader
  readonly payload: string
  readonly proof: RequestProof
}

/**
 * Throws `did/notJson`, `did/tooDeep`, `did/tooLong`, `did/malformed` or `did/unknownOperation`.
 */
export function parseRequest(text: string): DidRequest {
  if (text.length > MAX_REQUEST_BYTES) {
    throw DidError.tooLong('The request', text.length, MAX_REQUEST_BYTES)
  }
  const object = asObject(parseJson(text, 'The request'), 'request')
  const header = asObject(own(object, 'header') ?? {}, 'header')
  const proof = asObject(own(object, 'proof') ?? {}, 'proof')
  const name = textOf(header, 'operation', 'header.')
  const operation = operations.find((known) => known === name)
  if (operation === undefined) throw DidError.unknownOperation(name)
  return {
    header: {
      specification: textOf(header, 'specification', 'header.'),
      operation,
      previousTxid: textOf(header, 'previousTxid', 'header.'),
      ticket: textOf(header, 'ticket', 'header.'),
    },
    payload: textOf(object, 'payload', ''),
    proof: {
      type: textOf(proof, 'type', 'proof.'),
      verificationMethod: textOf(proof, 'verificationMethod', 'proof.'),
      signature: textOf(proof, 'signature', 'proof.'),
    },
  }
}

/** A request as JSON value: absent members left out, in the order libraries and nodes write it. */
export function requestJson(request: DidRequest): Record<string, unknown> {
  const { specification, operation, previousTxid, ticket } = request.header
  const { type, verificationMethod, signature } = request.proof
  return {
    header: {
      specification,
      operation,
      ...(previousTxid !== '' ? { previousTxid } : {}),
      ...(ticket !== '' ? { ticket } : {}),
    },
    payload: request.payload,
    proof: { ...(type !== '' ? { type } : {}), verificationMethod, signature },
  }
}

export function requestText(request: DidRequest): string {
  return JSON.stringify(requestJson(request))
}

/** The text the request's proof signs. */
export function signedText({ header, payload }: Omit<DidRequest, 'proof'>): string {
  const start = header.specification + header.operation
  switch (header.operation) {
    case 'create':
    case 'update':
    case 'deactivate':
      return start + header.previousTxid + payload
    case 'transfer':
      return start + header.previousTxid + header.ticket + payload
    case 'declare':
    case 'revoke':
      return start + payload
  }
}

/** `payload` of create, update, transfer and declare: the base64url of a JSON text. */
export function encodePayload(jsonText: string): string {
  return toBase64Url(jsonText)
}

/**
 * The node's own binary form, which the fee is measured on and receipts carry in `didLog`: each
 * text preceded by its length as a variable-length integer of the main chain.
 */
export function requestBytes({ header, payload, proof }: DidRequest): Uint8Array {
  const texts = [
    header.specification,
    header.operation,
    ...(header.operation === 'update' ? [header.previousTxid] : []),
    ...(header.operation === 'transfer' ? [header.ticket] : []),
    payload,
    proof.type,
    proof.verificationMethod,
    proof.signature,
  ]
  const to = new Writer()
  for (const text of texts) lengthAndText.write(to, text)
  return to.bytes()
}
