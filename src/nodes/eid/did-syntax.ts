/**
 * What a document must look like, whoever signed it.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/did_contracts.go checkPayloadSyntax
 */
import { sameDidUrl, splitDidUrl } from '../../protocol/did/did.ts'
import {
  type DidDocument,
  idOf,
  type KeyReference,
  PROOF_TYPE,
  type PublicKey,
  serviceId,
} from '../../protocol/did/document.ts'
import type { RequestProof } from '../../protocol/did/request.ts'
import { DidRefusal } from './did-errors.ts'
import { isKeyOf, isOwn } from './did-keys.ts'

/** Of a DID made from a key. Throws a `DidRefusal` for the first rule that is broken. */
export function checkNormalDocument(document: DidDocument, proof: RequestProof): void {
  checkUnique(document, proof)
  checkAuthentication(document)
  if (!hasDefaultKey(document)) throw DidRefusal.noDefaultKey(document.id)
  checkAuthorization(document)
  checkComplete(document)
}

/** Of a customized DID, as far as its own text says. */
export function checkCustomizedDocument(document: DidDocument, proof: RequestProof): void {
  const { id, publicKey, authentication, authorization } = document
  const foreign = publicKey.find((key) => !isOwn(id, key))
  if (foreign !== undefined) throw DidRefusal.foreignKey(id, foreign.id)
  if (authentication.length > 0) checkAuthentication(document)
  if (authorization.length > 0) throw DidRefusal.noAuthorization(id)
  checkUnique(document, proof)
  checkComplete(document)
}

function checkComplete(document: DidDocument): void {
  if (document.expires === '') throw DidRefusal.missing('expires')
  for (const key of document.publicKey) checkKey(key)
  if (document.proofs.length === 0) throw DidRefusal.missing('proof')
  for (const { creator, type, created, signatureValue } of document.proofs) {
    if (creator === '') throw DidRefusal.missing('proof.creator')
    if (type !== PROOF_TYPE) throw DidRefusal.badProofType(type)
    if (created === '') throw DidRefusal.missing('proof.created')
    if (signatureValue === '') throw DidRefusal.missing('proof.signatureValue')
  }
}

/** Keys are told apart by their fragments alone, credentials and services by their whole id. */
function checkUnique(document: DidDocument, proof: RequestProof): void {
  if (proof.verificationMethod === '') throw DidRefusal.missing('proof.verificationMethod')
  if (proof.signature === '') throw DidRefusal.missing('proof.signature')
  const { publicKey, authentication, authorization, verifiableCredential, service } = document
  const fragment = (reference: KeyReference) => splitDidUrl(idOf(reference)).fragment
  const embedded = authentication.filter((reference) => typeof reference !== 'string')
  refuseDuplicates('publicKey', [...publicKey, ...embedded].map(fragment))
  refuseDuplicates('authentication', authentication.map(fragment))
  refuseDuplicates('authorization', authorization.map(fragment))
  refuseDuplicates(
    'verifiableCredential',
    verifiableCredential.map(({ id }) => id),
  )
  refuseDuplicates('service', service.map(serviceId))
}

function refuseDuplicates(what: string, ids: readonly string[]): void {
  const seen = new Set<string>()
  for (const id of ids) {
    if (seen.has(id)) throw DidRefusal.duplicate(what, id)
    seen.add(id)
  }
}

/** Every entry is a key of the document itself. */
function checkAuthentication({ id, publicKey, authentication }: DidDocument): void {
  if (authentication.length === 0) throw DidRefusal.missing('authentication')
  const own = publicKey.filter((key) => isOwn(id, key))
  for (const reference of authentication) {
    if (typeof reference !== 'string') {
      checkKey(reference)
      if (!isOwn(id, reference)) {
        throw DidRefusal.badAuthentication(reference.id, 'is of another DID')
      }
    } else if (!own.some((key) => sameDidUrl(key.id, reference))) {
      throw DidRefusal.badAuthentication(reference, 'is not an own key in publicKey')
    }
  }
}

/** The default key is in `publicKey`, and authentication names it. */
function hasDefaultKey({ id, publicKey, authentication }: DidDocument): boolean {
  return publicKey.some(
    (key) =>
      isOwn(id, key) &&
      isKeyOf(id, key) &&
      authentication.some((reference) => sameDidUrl(key.id, idOf(reference))),
  )
}

/** Every id names a key in `publicKey` that somebody else controls. */
function checkAuthorization({ id, publicKey, authorization }: DidDocument): void {
  const foreign = publicKey.filter((key) => !isOwn(id, key))
  for (const reference of authorization) {
    // The node looks at keys written out here, but refuses none of them.
    if (typeof reference !== 'string') continue
    if (!foreign.some((key) => sameDidUrl(key.id, reference))) {
      throw DidRefusal.badAuthorization(reference)
    }
  }
}

function checkKey({ id, publicKeyBase58 }: PublicKey): void {
  if (id === '') throw DidRefusal.missing('publicKey.id')
  if (publicKeyBase58 === '') throw DidRefusal.missing('publicKey.publicKeyBase58')
}
