/**
 * From a text to what it says, and back. A text that says nothing readable is not believed either.
 */
import { ElaError } from '../base/errors.ts'
import { type Json, parseJson } from '../protocol/did/canonical-json.ts'
import { type Credential, wholeCredentialText } from '../protocol/did/credential.ts'
import { readCredential } from '../protocol/did/credential-form.ts'
import type { DidDocument } from '../protocol/did/document.ts'
import { readDocument } from '../protocol/did/document-form.ts'
import {
  type Presentation,
  presentationText,
  readPresentation,
} from '../protocol/did/presentation.ts'
import type { Ticket } from '../protocol/did/ticket.ts'
import { readTicket, wholeTicketText } from '../protocol/did/ticket-form.ts'
import { DocumentError } from './document-errors.ts'

/** All throw `did/unreadable`, which ends with "not verified". */
export const documentOfText = (text: string): DidDocument =>
  reading('DID document', text, readDocument)

export const credentialOfText = (text: string): Credential =>
  reading('credential', text, (value) => readCredential(value))

export const presentationOfText = (text: string): Presentation =>
  reading('presentation', text, readPresentation)

export const ticketOfText = (text: string): Ticket => reading('ticket', text, readTicket)

/** The full forms, as JSON. */
export const credentialJson = (credential: Credential): Json =>
  JSON.parse(wholeCredentialText(credential)) as Json

export const presentationJson = (presentation: Presentation): Json =>
  JSON.parse(presentationText(presentation)) as Json

export const ticketJson = (ticket: Ticket): Json => JSON.parse(wholeTicketText(ticket)) as Json

/** A document, or the ticket that gives away a customized DID. */
export function documentOrTicketOfText(text: string): DidDocument | Ticket {
  return reading('DID document', text, (value) => {
    const isTicket = typeof value === 'object' && value !== null && Object.hasOwn(value, 'txid')
    return isTicket ? readTicket(value) : readDocument(value)
  })
}

/** Names what is wrong with a text as a reason not to believe it. */
export function believing<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    throw DocumentError.unreadable(what, error)
  }
}

function reading<T>(what: string, text: string, read: (value: Json) => T): T {
  return believing(what, () => read(parseJson(text, 'The text')))
}
