/** Signing documents, by their own key or by their controllers. */
import { compareBytes, type Json, refuseUnsafe } from '../protocol/did/canonical-json.ts'
import {
  type DidDocument,
  documentText,
  PROOF_TYPE,
  sortDocument,
} from '../protocol/did/document.ts'
import { signaturesNeeded } from '../protocol/did/document-form.ts'
import { signText } from '../protocol/did/sign.ts'
import { type Ticket, ticketText } from '../protocol/did/ticket.ts'
import { formatTime } from '../protocol/did/time.ts'
import type { Signer } from './credential.ts'
import { DEFAULT_YEARS, signDocument, yearsAfter } from './did-document.ts'
import { controllersOf } from './did-documents.ts'
import { DidUseError } from './did-errors.ts'

export interface CustomizedWish {
  readonly did: string
  readonly controllers: readonly string[]
  /** `m:n`; '' with one controller. */
  readonly multisig: string
  /** Seconds since 1970. */
  readonly time: number
}

/** An unsigned document without keys of its own. */
export function customizedDocument(wish: CustomizedWish): DidDocument {
  const { did, controllers, multisig, time } = wish
  const [only] = controllers
  return {
    context: [],
    id: did,
    controller: controllers.length === 1 ? only : [...controllers].sort(compareBytes),
    multisig,
    publicKey: [],
    authentication: [],
    authorization: [],
    verifiableCredential: [],
    service: [],
    expires: formatTime(yearsAfter(time, DEFAULT_YEARS)),
    proofs: [],
  }
}

/**
 * Sorts and signs: a normal DID's document by its own key, a customized one's by as many of the
 * signers as it asks for, no more: libraries refuse more.
 *
 * Throws `did/unsafe…`, `did/notTheKeyOf`, and `did/tooFewKeys` when controllers are missing.
 */
export function sealDocument(
  document: DidDocument,
  signers: readonly Signer[],
  time: number,
): DidDocument {
  const controllers = controllersOf(document)
  if (controllers.length === 0) {
    const [signer] = signers
    if (signer === undefined) throw DidUseError.noKey(document.id)
    return signDocument(document, signer.privateKey, time)
  }
  const sorted = sortDocument(document)
  const text = documentText(sorted)
  refuseUnsafe(JSON.parse(text) as Json, 'document')
  const chosen = chooseSigners(document, signers)
  const proofs = chosen.map(({ did, privateKey }) => ({
    type: PROOF_TYPE,
    created: formatTime(time),
    creator: `${did}#primary`,
    signatureValue: signText(text, privateKey),
  }))
  return { ...sorted, proofs }
}

/** A ticket signed by as many controllers of the document as it asks for. */
export function sealTicket(
  { to, txid }: Pick<Ticket, 'to' | 'txid'>,
  { document, signers, time }: { document: DidDocument; signers: readonly Signer[]; time: number },
): Ticket {
  const ticket = { id: document.id, to, txid, proofs: [] }
  const text = ticketText(ticket)
  const proofs = chooseSigners(document, signers).map(({ did, privateKey }) => ({
    type: PROOF_TYPE,
    created: formatTime(time),
    verificationMethod: `${did}#primary`,
    signature: signText(text, privateKey),
  }))
  return { ...ticket, proofs }
}

function chooseSigners(document: DidDocument, signers: readonly Signer[]): readonly Signer[] {
  const controllers = controllersOf(document)
  const able = signers.filter(({ did }) => controllers.includes(did))
  const needed = signaturesNeeded(document)
  if (able.length < needed) throw DidUseError.tooFewKeys(document.id, needed, able.length)
  return able.slice(0, needed)
}
