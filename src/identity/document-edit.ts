/** Changes to documents: each gives an unsigned one. `sealDocument` signs it. */
import type { Credential } from '../protocol/did/credential.ts'
import { type Did, decodeKey, didOf, encodeKey } from '../protocol/did/did.ts'
import { type DidDocument, idOf, PROOF_TYPE, serviceId } from '../protocol/did/document.ts'
import { DidError } from '../protocol/did/errors.ts'
import { formatTime } from '../protocol/did/time.ts'
import type { Service } from './did-document.ts'
import { DidUseError } from './did-errors.ts'

export interface NewKey {
  readonly fragment: string
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array
  /** Whose key it is when it may only deactivate; the document's own keys may sign. */
  readonly controller?: string | undefined
}

/** Adds a service or replaces the one of that id. Throws `did/badFragment`. */
export function withService(
  document: DidDocument,
  { fragment, type, endpoint }: Service,
): DidDocument {
  const id = idIn(document, fragment)
  const kept = document.service.filter((one) => serviceId(one) !== id)
  return { ...document, service: [...kept, { id, type, serviceEndpoint: endpoint }] }
}

/** Throws `did/notInDocument`. */
export function withoutService(document: DidDocument, fragment: string): DidDocument {
  const id = existing(document, fragment, { what: 'service', ids: document.service.map(serviceId) })
  return { ...document, service: document.service.filter((one) => serviceId(one) !== id) }
}

/** Throws `did/alreadyInDocument`, `did/badFragment`. */
export function withKey(document: DidDocument, key: NewKey): DidDocument {
  const { fragment, publicKey, controller = document.id } = key
  const id = idIn(document, fragment)
  const encoded = encodeKey(publicKey)
  const twin = document.publicKey.find((one) => one.id === id || one.publicKeyBase58 === encoded)
  if (twin !== undefined) throw DidUseError.alreadyInDocument(document.id, 'key', twin.id)
  const list = controller === document.id ? 'authentication' : 'authorization'
  const added = { id, type: PROOF_TYPE, controller, publicKeyBase58: encoded }
  return {
    ...document,
    publicKey: [...document.publicKey, added],
    [list]: [...document[list], id],
  }
}

/** Throws `did/notInDocument`, and `did/defaultKeyStays` for the key the DID is made from. */
export function withoutKey(document: DidDocument, fragment: string): DidDocument {
  const ids = document.publicKey.map((one) => one.id)
  const id = existing(document, fragment, { what: 'key', ids })
  const named = document.publicKey.find((one) => one.id === id)
  const bytes = named && decodeKey(named.publicKeyBase58)
  if (bytes !== undefined && didOf(bytes) === document.id) throw DidUseError.defaultKeyStays(id)
  return {
    ...document,
    publicKey: document.publicKey.filter((one) => one.id !== id),
    authentication: document.authentication.filter((one) => idOf(one) !== id),
    authorization: document.authorization.filter((one) => idOf(one) !== id),
  }
}

/** Adds a credential or replaces the one of that id. Throws `did/notAboutThis`. */
export function withCredential(document: DidDocument, credential: Credential): DidDocument {
  const subject = String(credential.credentialSubject['id'])
  if (subject !== document.id) throw DidUseError.notAboutThis(credential.id, document.id)
  const kept = document.verifiableCredential.filter(({ id }) => id !== credential.id)
  return { ...document, verifiableCredential: [...kept, credential] }
}

/** Throws `did/notInDocument`. */
export function withoutCredential(document: DidDocument, fragment: string): DidDocument {
  const ids = document.verifiableCredential.map((one) => one.id)
  const id = existing(document, fragment, { what: 'credential', ids })
  const kept = document.verifiableCredential.filter((one) => one.id !== id)
  return { ...document, verifiableCredential: kept }
}

/** @param seconds since 1970 */
export function withExpires(document: DidDocument, seconds: number): DidDocument {
  return { ...document, expires: formatTime(seconds) }
}

/** `hive`, `#hive` or the whole id. */
function idIn({ id }: DidDocument, fragment: string): string {
  const own = fragment.startsWith(`${id}#`) ? fragment.slice(id.length) : fragment
  if (!/^#?[A-Za-z0-9_.-]+$/.test(own)) throw DidError.badFragment(fragment)
  return `${id as Did}#${own.replace(/^#/, '')}`
}

function existing(
  document: DidDocument,
  fragment: string,
  { what, ids }: { readonly what: string; readonly ids: readonly string[] },
): string {
  const id = idIn(document, fragment)
  if (ids.includes(id)) return id
  throw DidUseError.notInDocument(
    document.id,
    `${what} ${fragment}`,
    ids.map((one) => one.slice(one.indexOf('#') + 1)),
  )
}
