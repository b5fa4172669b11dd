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

/** Throws a `DidRefusal` for the first rule that is broken. */
export function checkNormalDocument(document: DidDocument, proof: RequestProof): void {
  if (proof.verificationMethod === '') throw DidRefusal.missing('proof.verificationMethod')
  if (proof.signature === '') throw DidRefusal.missing('proof.signature')
  checkUnique(document)
  checkAuthentication(document)
  checkAuthorization(document)
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
function checkUnique({
  publicKey,
  authentication,
  authorization,
  verifiableCredential,
  service,
}: DidDocument): void {
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

/** Every entry is a key of the document itself, and one of them is the default key. */
function checkAuthentication({ id, publicKey, authentication }: DidDocument): void {
  if (authentication.length === 0) throw DidRefusal.missing('authentication')
  const own = publicKey.filter((key) => isOwn(id, key))
  let hasDefaultKey = false
  for (const reference of authentication) {
    const keys = own.filter((key) => sameDidUrl(key.id, idOf(reference)))
    if (typeof reference !== 'string') {
      checkKey(reference)
      if (!isOwn(id, reference)) {
        throw DidRefusal.badAuthentication(reference.id, 'is of another DID')
      }
    } else if (keys.length === 0) {
      throw DidRefusal.badAuthentication(reference, 'is not an own key in publicKey')
    }
    if (keys.some((key) => isKeyOf(id, key))) hasDefaultKey = true
  }
  if (!hasDefaultKey) throw DidRefusal.noDefaultKey(id)
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
