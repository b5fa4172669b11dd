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
import { checkDeclare, checkRevoke } from './did-credentials.ts'
import { checkCustomized } from './did-customized.ts'
import { DidRefusal } from './did-errors.ts'
import { authenticationKey, deactivationKey, defaultKey, isNormal, signs } from './did-keys.ts'
import type { DidOperation, DocumentOperation, IdOperation } from './did-operation.ts'
import { checkPredecessor, existing } from './did-order.ts'
import { checkFuture, checkSigner, controllerKey, type Now } from './did-signer.ts'
import { checkNormalDocument } from './did-syntax.ts'

/** Throws a `DidRefusal` with the first rule that is broken. */
export function checkOperation(operation: DidOperation, now: Now): void {
  switch (operation.kind) {
    case 'create':
    case 'update':
    case 'transfer':
      if (operation.isNormal) checkNormal(operation, now)
      else checkCustomized(operation, now)
      break
    case 'deactivate':
      checkDeactivate(operation, now)
      break
    case 'declare':
      checkDeclare(operation, now)
      break
    case 'revoke':
      checkRevoke(operation, now)
      break
  }
}

function checkNormal(operation: DocumentOperation, { state, time }: Now): void {
  const { document, request } = operation
  const { id } = document
  if (!/^[a-zA-Z0-9]+$/.test(addressPart(id))) throw DidRefusal.badId(id)
  checkFuture('expires', document.expires, time)
  const record = state.did(id)
  if (record?.deactivation !== undefined) throw DidRefusal.deactivated(id)
  checkNormalDocument(document, request.proof)
  checkPredecessor(operation, record, time)
  checkOuterProof(operation)
  checkInnerProofs(operation)
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

/** By the default key or an authorization key; of a customized DID by a controller's default key. */
function checkDeactivate({ subject, request }: IdOperation, now: Now): void {
  const { verificationMethod, signature } = request.proof
  const document = existing(subject, now.state).documents.at(-1)?.document
  checkSigner(splitDidUrl(verificationMethod).did, now)
  const keyOf = document !== undefined && isNormal(document) ? deactivationKey : controllerKey
  const key = document && keyOf(document, verificationMethod, now)
  if (key === undefined) throw DidRefusal.wrongKey('deactivation', verificationMethod)
  if (!signs(key, signedText(request), signature)) {
    throw DidRefusal.badSignature('deactivation', verificationMethod)
  }
}
