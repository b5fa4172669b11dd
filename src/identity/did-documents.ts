/** Documents of others, and the keys in them. */
import { decodeKey, sameDidUrl, splitDidUrl } from '../protocol/did/did.ts'
import { type DidDocument, idOf, type KeyReference } from '../protocol/did/document.ts'

export interface KnownDid {
  readonly document: DidDocument
  readonly deactivated: boolean
}

/** Where verifying looks up what it does not have. */
export interface Lookup {
  /** `undefined` when nobody published the DID. */
  readonly did: (did: string) => Promise<KnownDid | undefined>
  /** What `did` answered at a time, seconds since 1970; absent where nobody knows the past. */
  readonly didAt?: (did: string, time: number) => Promise<KnownDid | undefined>
  readonly isRevoked: (credentialId: string, issuer: string) => Promise<boolean>
}

/** Only the documents at hand; no credential counts as revoked. */
export function lookupIn(documents: readonly DidDocument[]): Lookup {
  return {
    did: async (did) => {
      const document = documents.find(({ id }) => id === did)
      return document === undefined ? undefined : { document, deactivated: false }
    },
    isRevoked: async () => false,
  }
}

/**
 * The compressed key with this id if it may sign for the document's DID: an authentication key of
 * its own, or of one of its controllers. `undefined` otherwise.
 */
export async function authenticationKey(
  document: DidDocument,
  keyId: string,
  lookup: Lookup,
): Promise<Uint8Array | undefined> {
  const owner = splitDidUrl(keyId).did
  if (owner === document.id || owner === '') return ownKey(document, keyId)
  if (!controllersOf(document).includes(owner)) return undefined
  const controller = await lookup.did(owner)
  return controller === undefined || controller.deactivated
    ? undefined
    : ownKey(controller.document, keyId)
}

export function controllersOf({ controller = [] }: DidDocument): readonly string[] {
  return typeof controller === 'string' ? [controller] : controller
}

function ownKey(document: DidDocument, keyId: string): Uint8Array | undefined {
  const named = (one: KeyReference) => sameDidUrl(idOf(one), keyId)
  const listed = document.authentication.find(named)
  if (listed === undefined) return undefined
  const key = typeof listed === 'string' ? document.publicKey.find(named) : listed
  return key === undefined ? undefined : decodeKey(key.publicKeyBase58)
}
