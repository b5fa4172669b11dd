/**
 * Customized DIDs: a name instead of a key, controlled by one DID or several.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/didvalidator.go checkCustomizedDID
 */
import { asGoWritesIt } from '../../protocol/did/canonical-json.ts'
import { addressPart, DID_PREFIX, splitDidUrl } from '../../protocol/did/did.ts'
import { type DidDocument, documentText, sortDocument } from '../../protocol/did/document.ts'
import { signedText } from '../../protocol/did/request.ts'
import { type Ticket, ticketText } from '../../protocol/did/ticket.ts'
import { DidRefusal } from './did-errors.ts'
import { isNormal, signs } from './did-keys.ts'
import { checkName } from './did-names.ts'
import type { DocumentOperation } from './did-operation.ts'
import { checkPredecessor } from './did-order.ts'
import {
  authenticationKeyOf,
  checkFuture,
  checkSigner,
  controllerKey,
  controllersOf,
  type Now,
} from './did-signer.ts'
import { checkCustomizedDocument } from './did-syntax.ts'

/** Throws a `DidRefusal` with the first rule that is broken. */
export function checkCustomized(operation: DocumentOperation, now: Now): void {
  const { document, request, subject, kind, ticket } = operation
  if (!/^[a-zA-Z0-9]+$/.test(addressPart(document.id))) throw DidRefusal.badId(document.id)
  checkName(document, now.reservedNames)
  checkFuture('expires', document.expires, now.time)
  const record = now.state.did(subject)
  checkPredecessor(operation, record, now.time)
  checkControllers(document, now)
  const needed = signaturesNeeded(document)
  checkCustomizedDocument(document, request.proof)
  const before = record?.documents.at(-1)?.document
  if (kind === 'update' && before !== undefined) checkSameControllers(document, before)
  checkRequestProof(operation, now)
  if (kind === 'transfer' && before !== undefined && ticket !== undefined) {
    checkSigner(subject, now)
    checkTicket(ticket, { document, before, now })
  }
  checkDocumentProofs(document, needed, now)
}

/** Controllers are normal DIDs on the chain, each named once; one alone is no list. */
function checkControllers(document: DidDocument, now: Now): void {
  const controllers = controllersOf(document)
  if (controllers.length === 0) throw DidRefusal.missing('controller')
  if (controllers.length === 1 && typeof document.controller !== 'string') {
    throw DidRefusal.badController(controllers.join(), 'is alone and yet in a list')
  }
  for (const [index, did] of controllers.entries()) {
    if (controllers.indexOf(did) !== index) throw DidRefusal.duplicate('controller', did)
    if (!did.startsWith(DID_PREFIX)) throw DidRefusal.badController(did, 'is no DID')
    if (!isNormal(checkSigner(did, now))) {
      throw DidRefusal.badController(did, 'is customized itself')
    }
  }
}

/** `m:n`: m signatures of n controllers. One controller has no multisig and signs alone. */
function signaturesNeeded(document: DidDocument): number {
  const { multisig } = document
  const count = controllersOf(document).length
  if (count === 1) {
    if (multisig !== '') throw DidRefusal.badMultisig(multisig, 'is for several controllers')
    if (document.proofs.length > 1) throw DidRefusal.duplicate('proof', document.id)
    return 1
  }
  const [, m, n] = /^(\d{1,4}):(\d{1,4})$/.exec(multisig) ?? []
  if (m === undefined) throw DidRefusal.badMultisig(multisig, 'is not written as m:n')
  if (Number(n) !== count) throw DidRefusal.badMultisig(multisig, `is not for ${count} controllers`)
  if (Number(m) < 1 || Number(m) > count) throw DidRefusal.badMultisig(multisig, 'cannot be met')
  return Number(m)
}

/** The node compares only lists; a single controller would be anybody's to replace. */
function checkSameControllers(document: DidDocument, before: DidDocument): void {
  const listed = (one: DidDocument) => [...controllersOf(one)].sort().join()
  if (listed(document) !== listed(before) || document.multisig !== before.multisig) {
    throw DidRefusal.controllersChanged(document.id)
  }
}

function checkRequestProof({ document, request }: DocumentOperation, now: Now): void {
  const { verificationMethod, signature } = request.proof
  const key = authenticationKeyOf(document, verificationMethod, now)
  if (key === undefined) throw DidRefusal.wrongKey('request', verificationMethod)
  if (!signs(key, signedText(request), signature)) {
    throw DidRefusal.badSignature('request', verificationMethod)
  }
}

interface Transfer {
  readonly document: DidDocument
  readonly before: DidDocument
  readonly now: Now
}

/** Given by enough of the old controllers to one of the new, who signs the new document. */
function checkTicket(ticket: Ticket, { document, before, now }: Transfer): void {
  const { id, to, proofs } = ticket
  if (id !== document.id) throw DidRefusal.badTicket(`is for ${id}`)
  if (!controllersOf(document).includes(to)) {
    throw DidRefusal.badTicket(`is for ${to}, who is no controller of the new document`)
  }
  if (!document.proofs.some(({ creator }) => splitDidUrl(creator).did === to)) {
    throw DidRefusal.badTicket(`is for ${to}, who has not signed the new document`)
  }
  const signatures = proofs.map(({ verificationMethod, signature }) => ({
    id: verificationMethod,
    signature,
  }))
  const text = asGoWritesIt(ticketText(ticket))
  checkSignatures(signatures, { what: 'ticket', text, document: before, now })
  const needed = signaturesNeeded({ ...before, proofs: [] })
  if (proofs.length < needed) throw DidRefusal.tooFewProofs('The ticket', needed, proofs.length)
}

function checkDocumentProofs(document: DidDocument, needed: number, now: Now): void {
  const { proofs } = document
  const signatures = proofs.map(({ creator, signatureValue }) => ({
    id: creator,
    signature: signatureValue,
  }))
  const text = asGoWritesIt(documentText(sortDocument(document)))
  checkSignatures(signatures, { what: 'document', text, document, now })
  if (proofs.length < needed) throw DidRefusal.tooFewProofs('The document', needed, proofs.length)
}

interface Signed {
  readonly what: string
  readonly text: string
  /** Whose controllers sign. */
  readonly document: DidDocument
  readonly now: Now
}

/** Each is by the default key of another controller, and all are good. */
function checkSignatures(
  signatures: readonly { readonly id: string; readonly signature: string }[],
  { what, text, document, now }: Signed,
): void {
  const seen = new Set<string>()
  for (const { id, signature } of signatures) {
    const key = controllerKey(document, id, now)
    if (key === undefined) throw DidRefusal.wrongKey(what, id)
    // By key, not by id: one controller must not count twice under two spellings.
    if (seen.has(key.publicKeyBase58)) throw DidRefusal.duplicate(`${what} proof`, id)
    seen.add(key.publicKeyBase58)
    if (!signs(key, text, signature)) throw DidRefusal.badSignature(what, id)
  }
}
