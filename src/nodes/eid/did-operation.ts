/** A request with what is inside its payload. */

import { ElaError } from '../../base/errors.ts'
import { fromBase64Url } from '../../protocol/did/base64url.ts'
import { parseJson } from '../../protocol/did/canonical-json.ts'
import { type Credential, parseCredential } from '../../protocol/did/credential.ts'
import { DID_PREFIX } from '../../protocol/did/did.ts'
import { type DidDocument, parseDocument } from '../../protocol/did/document.ts'
import { type DidRequest, parseRequest } from '../../protocol/did/request.ts'
import { parseTicket, type Ticket } from '../../protocol/did/ticket.ts'
import { DidRefusal } from './did-errors.ts'
import { isNormal } from './did-keys.ts'

interface Common {
  readonly request: DidRequest
  /** The DID or credential the operation is about; customized DIDs in lower case. */
  readonly subject: string
}

export interface DocumentOperation extends Common {
  readonly kind: 'create' | 'update' | 'transfer'
  readonly document: DidDocument
  /** Whether the DID is made from a key; customized ones have a name that controllers chose. */
  readonly isNormal: boolean
  /** Of a transfer. */
  readonly ticket: Ticket | undefined
}

export interface DeclareOperation extends Common {
  readonly kind: 'declare'
  readonly credential: Credential
}

export interface IdOperation extends Common {
  readonly kind: 'deactivate' | 'revoke'
}

export type DidOperation = DocumentOperation | DeclareOperation | IdOperation

/** Throws `eid/malformed` (with the cause) or `eid/badId`. */
export function parseOperation(text: string): DidOperation {
  try {
    return readOperation(text)
  } catch (error) {
    if (!(error instanceof ElaError) || error.code.startsWith('eid/')) throw error
    throw DidRefusal.malformed(withoutDot(error), error)
  }
}

function readOperation(text: string): DidOperation {
  const request = parseRequest(text)
  const kind = request.header.operation
  switch (kind) {
    case 'create':
    case 'update':
    case 'transfer': {
      const document = parseDocument(insideOf(request))
      if (!document.id.startsWith(DID_PREFIX)) throw DidRefusal.badId(document.id)
      const normal = kind !== 'transfer' && isNormal(document)
      const ticket = kind === 'transfer' ? parseTicket(request.header.ticket) : undefined
      const subject = normal ? document.id : document.id.toLowerCase()
      return { kind, request, document, subject, isNormal: normal, ticket }
    }
    case 'declare': {
      const credential = parseCredential(insideOf(request))
      return { kind, request, credential, subject: credential.id }
    }
    case 'deactivate':
    case 'revoke':
      return { kind, request, subject: request.payload }
  }
}

function insideOf({ payload }: DidRequest) {
  const bytes = fromBase64Url(payload, 'The payload')
  return parseJson(new TextDecoder().decode(bytes), 'The payload')
}

function withoutDot({ message }: ElaError): string {
  return message.replace(/\.$/, '')
}
