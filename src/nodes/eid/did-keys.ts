/** Which key of a document a signature may be by. All look keys up by their id. */
import { fromBase64Url } from '../../protocol/did/base64url.ts'
import { addressPart, decodeKey, didAddressOf, sameDidUrl } from '../../protocol/did/did.ts'
import type { DidDocument, KeyReference, PublicKey } from '../../protocol/did/document.ts'
import { verifyBytes } from '../../protocol/did/signature.ts'

/** One of the document's authentication keys. */
export function authenticationKey(document: DidDocument, id: string): PublicKey | undefined {
  return referencedKeys(document, document.authentication, id)[0]
}

/** The authentication key that the DID is made from. */
export function defaultKey(document: DidDocument, id: string): PublicKey | undefined {
  return referencedKeys(document, document.authentication, id).find((key) =>
    isKeyOf(document.id, key),
  )
}

/** The default key or one of the authorization keys: these may deactivate. */
export function deactivationKey(document: DidDocument, id: string): PublicKey | undefined {
  return defaultKey(document, id) ?? referencedKeys(document, document.authorization, id)[0]
}

/** Whether the DID is made from this key. */
export function isKeyOf(did: string, { publicKeyBase58 }: PublicKey): boolean {
  const key = decodeKey(publicKeyBase58)
  return key !== undefined && didAddressOf(key) === addressPart(did)
}

/** Whether the key belongs to the document itself, not to somebody it names. */
export function isOwn(did: string, { controller }: PublicKey): boolean {
  return controller === '' || controller === did
}

/** Whether the document says of itself that it is of a normal DID: one made from a key. */
export function isNormal({ id, publicKey }: DidDocument): boolean {
  return publicKey.some((key) => isOwn(id, key) && isKeyOf(id, key))
}

/** Whether the base64url signature is by this key over this text. */
export function signs(key: PublicKey, text: string, signature: string): boolean {
  const publicKey = decodeKey(key.publicKeyBase58)
  if (publicKey === undefined) return false
  let bytes: Uint8Array
  try {
    bytes = fromBase64Url(signature, 'The signature')
  } catch {
    return false
  }
  return verifyBytes(Buffer.from(text), bytes, publicKey)
}

function referencedKeys(
  { publicKey }: DidDocument,
  references: readonly KeyReference[],
  id: string,
): readonly PublicKey[] {
  return references.flatMap((reference) => {
    if (typeof reference !== 'string') return sameDidUrl(id, reference.id) ? [reference] : []
    return sameDidUrl(id, reference) ? publicKey.filter((key) => sameDidUrl(id, key.id)) : []
  })
}
