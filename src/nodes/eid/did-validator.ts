/**
 * Whether EID takes a DID operation, by the rules of the node and in their order.
 *
 * Times decide about expiry here. The node counts blocks of five seconds instead, which on a chain
 * that makes blocks on demand would never come.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/did_contracts.go Run, didvalidator.go checkRegisterDID
 */

import { asGoWritesIt } from '../../protocol/did/canonical-json.ts'
import { addressPart, splitDidUrl } from '../../protocol/did/did.ts'
import { documentText, sortDocument } from '../../protocol/did/document.ts'
import { signedText } from '../../protocol/did/request.ts'
import { checkCredentialOrder, checkDeclare, checkRevoke } from './did-credentials.ts'
import { DidRefusal } from './did-errors.ts'
import { authenticationKey, deactivationKey, defaultKey, isNormal, signs } from './did-keys.ts'
import type { DidOperation, DocumentOperation, IdOperation } from './did-operation.ts'
import { checkFuture, checkSigner } from './did-signer.ts'
import type { DidRecord, DidState } from './did-state.ts'
import { checkNormalDocument } from './did-syntax.ts'

/** Throws a `DidRefusal` with the first rule that is broken. `time` is the block's. */
export function checkOperation(operation: DidOperation, state: DidState, time: number): void {
  switch (operation.kind) {
    case 'create':
    case 'update':
      checkDocument(operation, state, time)
      break
    case 'transfer':
      throw DidRefusal.notYet(`The transfer of the customized DID ${operation.subject}`)
    case 'deactivate':
      checkDeactivate(operation, state, time)
      break
    case 'declare':
      checkDeclare(operation, state, time)
      break
    case 'revoke':
      checkRevoke(operation, state, time)
      break
  }
}

/**
 * The part of the rules that other operations can change after this one was admitted. Checked again
 * when it is mined, so that of two that exclude each other one counts.
 */
export function checkOrder(operation: DidOperation, state: DidState, height: number): void {
  const { subject } = operation
  if (state.lastHeightOf(subject) === height) throw DidRefusal.sameBlock(subject)
  switch (operation.kind) {
    case 'create':
    case 'update':
    case 'transfer':
      checkPredecessor(operation, state.did(subject))
      break
    case 'deactivate':
      existing(state, subject)
      break
    case 'declare':
    case 'revoke':
      checkCredentialOrder(operation, state)
      break
  }
}

function checkDocument(operation: DocumentOperation, state: DidState, time: number): void {
  const { document, request } = operation
  const { id } = document
  if (!isNormal(document)) throw DidRefusal.notYet(`The customized DID ${id}`)
  if (!/^[a-zA-Z0-9]+$/.test(addressPart(id))) throw DidRefusal.badId(id)
  checkFuture('expires', document.expires, time)
  const record = state.did(id)
  if (record?.deactivation !== undefined) throw DidRefusal.deactivated(id)
  checkNormalDocument(document, request.proof)
  checkPredecessor(operation, record)
  checkOuterProof(operation)
  checkInnerProofs(operation)
}

function checkPredecessor(operation: DocumentOperation, record: DidRecord | undefined): void {
  const { subject, kind, request } = operation
  if (record?.deactivation !== undefined) throw DidRefusal.deactivated(subject)
  if (kind === 'create') {
    if (record !== undefined) throw DidRefusal.alreadyExists(subject)
    return
  }
  if (record === undefined) throw DidRefusal.notFound(subject)
  const { previousTxid } = request.header
  if (!/^[0-9a-fA-F]{64}$/.test(previousTxid)) throw DidRefusal.badPreviousTxid(previousTxid)
  const last = record.documents.at(-1)?.txid ?? ''
  if (previousTxid.toLowerCase() !== last) throw DidRefusal.wrongPreviousTxid(subject, last)
}

/** The request is signed by any authentication key of the document it brings. */
function checkOuterProof({ document, request }: DocumentOperation): void {
  const { verificationMethod, signature } = request.proof
  const key = authenticationKey(document, verificationMethod)
  if (key === undefined) throw DidRefusal.wrongKey('request', verificationMethod)
  if (!signs(key, signedText(request), signature)) {
    throw DidRefusal.badSignature('request', verificationMethod)
  }
}

/** The document is signed by the default key alone, over the text the node writes of it. */
function checkInnerProofs({ document }: DocumentOperation): void {
  const sorted = sortDocument(document)
  const text = asGoWritesIt(documentText(sorted))
  for (const { creator, signatureValue } of document.proofs) {
    const key = defaultKey(sorted, creator)
    if (key === undefined) throw DidRefusal.wrongKey('document', creator)
    if (!signs(key, text, signatureValue)) throw DidRefusal.badSignature('document', creator)
  }
}

function checkDeactivate(operation: IdOperation, state: DidState, time: number): void {
  const { subject, request } = operation
  const { verificationMethod, signature } = request.proof
  const record = existing(state, subject)
  checkSigner(state, splitDidUrl(verificationMethod).did, time)
  const [document] = record.documents.slice(-1).map((mined) => mined.document)
  const key = document && deactivationKey(document, verificationMethod)
  if (key === undefined) throw DidRefusal.wrongKey('deactivation', verificationMethod)
  if (!signs(key, signedText(request), signature)) {
    throw DidRefusal.badSignature('deactivation', verificationMethod)
  }
}

function existing(state: DidState, did: string): DidRecord {
  const record = state.did(did)
  if (record === undefined) throw DidRefusal.notFound(did)
  if (record.deactivation !== undefined) throw DidRefusal.deactivated(did)
  return record
}
