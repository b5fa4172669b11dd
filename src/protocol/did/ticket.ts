/** Tickets: the owners of a customized DID give it to others with one. */

import { fromBase64Url } from './base64url.ts'
import { type Json, parseJson } from './canonical-json.ts'
import { DidError } from './errors.ts'
import { asObject, own, textOf } from './json-fields.ts'

export interface TicketProof {
  readonly type: string
  readonly created: string
  readonly verificationMethod: string
  readonly signature: string
}

export interface Ticket {
  readonly id: string
  /** The DID that will control. */
  readonly to: string
  /** The last transaction of the DID that is given. */
  readonly txid: string
  readonly proofs: readonly TicketProof[]
}

/** The ticket in `header.ticket`. Throws `did/notBase64Url`, `did/notJson`, `did/malformed`. */
export function parseTicket(base64Url: string): Ticket {
  const bytes = fromBase64Url(base64Url, 'The ticket')
  const object = asObject(parseJson(new TextDecoder().decode(bytes), 'The ticket'), 'ticket')
  const proof = own(object, 'proof')
  if (proof === undefined) throw DidError.malformed('ticket.proof', 'present')
  return {
    id: textOf(object, 'id', 'ticket.'),
    to: textOf(object, 'to', 'ticket.'),
    txid: textOf(object, 'txid', 'ticket.'),
    proofs: (Array.isArray(proof) ? proof : [proof]).map(parseProof),
  }
}

function parseProof(value: Json): TicketProof {
  const object = asObject(value, 'ticket.proof')
  const text = (name: string) => textOf(object, name, 'ticket.proof.')
  return {
    type: text('type'),
    created: text('created'),
    verificationMethod: text('verificationMethod'),
    signature: text('signature'),
  }
}

/** The text a ticket's proofs sign, in plain JSON. */
export function ticketText({ id, to, txid }: Ticket): string {
  return JSON.stringify({ id, to, txid })
}
