/**
 * Documents of normal DIDs, built and signed.
 *
 * A document is signed by the default key (`#primary`), which is the key the DID is made from.
 * Texts that node and libraries would sign differently are refused here, before signing.
 */
import { type Json, type JsonObject, refuseUnsafe } from '../protocol/did/canonical-json.ts'
import { type Did, didOf, encodeKey } from '../protocol/did/did.ts'
import {
  type DidDocument,
  documentText,
  PROOF_TYPE,
  sortDocument,
} from '../protocol/did/document.ts'
import { DidError } from '../protocol/did/errors.ts'
import { publicKeyOf, signText } from '../protocol/did/sign.ts'
import { formatTime, parseTime } from '../protocol/did/time.ts'

export const DEFAULT_YEARS = 5

export interface NewDocument {
  /** P-256, 32 bytes: makes the DID and signs. */
  readonly privateKey: Uint8Array
  /** Now, seconds since 1970. */
  readonly time: number
  /** Seconds since 1970; five years from now when left out. */
  readonly expires?: number | undefined
  readonly services?: readonly Service[]
}

export interface Service {
  /** `#hive` */
  readonly fragment: string
  readonly type: string
  readonly endpoint: string
}

/** A signed document with one key. Throws `did/unsafeCharacter`, `did/badPrivateKey`. */
export function newDocument({
  privateKey,
  time,
  expires,
  services = [],
}: NewDocument): DidDocument {
  const publicKey = publicKeyOf(privateKey)
  const did = didOf(publicKey)
  const id = `${did}#primary`
  const document: DidDocument = {
    context: [],
    id: did,
    controller: undefined,
    multisig: '',
    publicKey: [{ id, type: PROOF_TYPE, controller: did, publicKeyBase58: encodeKey(publicKey) }],
    authentication: [id],
    authorization: [],
    verifiableCredential: [],
    service: services.map((service) => serviceJson(did, service)),
    expires: formatTime(expires ?? yearsAfter(time, DEFAULT_YEARS)),
    proofs: [],
  }
  return signDocument(document, privateKey, time)
}

/**
 * The document with changes and a new signature: services of the same id are replaced, others
 * added; everything else stays.
 */
export function changedDocument(
  document: DidDocument,
  { privateKey, time, expires, services = [] }: NewDocument,
): DidDocument {
  const added = services.map((service) => serviceJson(document.id as Did, service))
  const kept = document.service.filter(({ id }) => !added.some((service) => service['id'] === id))
  const end = expires ?? parseTime(document.expires) ?? yearsAfter(time, DEFAULT_YEARS)
  const changed = { ...document, service: [...kept, ...added], expires: formatTime(end) }
  return signDocument(changed, privateKey, time)
}

/** Sorts and signs. Throws `did/unsafeCharacter`, and `did/notTheKeyOf` for a foreign key. */
export function signDocument(
  document: DidDocument,
  privateKey: Uint8Array,
  time: number,
): DidDocument {
  if (didOf(publicKeyOf(privateKey)) !== document.id) throw DidError.notTheKeyOf(document.id)
  const sorted = sortDocument(document)
  const text = documentText(sorted)
  refuseUnsafe(JSON.parse(text) as Json, 'document')
  const proof = {
    type: PROOF_TYPE,
    created: formatTime(time),
    creator: `${document.id}#primary`,
    signatureValue: signText(text, privateKey),
  }
  return { ...sorted, proofs: [proof] }
}

/** The same day and time some years later. */
export function yearsAfter(time: number, years: number): number {
  const date = new Date(time * 1000)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return Math.floor(date.getTime() / 1000)
}

function serviceJson(did: Did, { fragment, type, endpoint }: Service): JsonObject {
  if (!/^#?[A-Za-z0-9_.-]+$/.test(fragment)) throw DidError.badFragment(fragment)
  return { id: `${did}#${fragment.replace(/^#/, '')}`, type, serviceEndpoint: endpoint }
}
