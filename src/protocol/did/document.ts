/**
 * DID documents: parsed with the node's leniency, written in the one order that is signed.
 *
 * Members the node does not know are dropped when parsing and so are not under the signature.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/did/doc.go, mashal.go; Elastos.DID.JS.SDK src/diddocument.ts
 */
import {
  canonicalJson,
  compareBytes,
  type Json,
  type JsonObject,
  member,
} from './canonical-json.ts'
import {
  type Credential,
  parseCredential,
  sortCredential,
  wholeCredentialText,
} from './credential.ts'
import { DidError } from './errors.ts'
import { asObject, listOf, own, textOf, textsOf } from './json-fields.ts'

/** The only signature type there is. */
export const PROOF_TYPE = 'ECDSAsecp256r1'

export interface PublicKey {
  readonly id: string
  readonly type: string
  /** '' means the document's own DID. */
  readonly controller: string
  readonly publicKeyBase58: string
}

/** The id of a key in `publicKey`, or a key of its own. */
export type KeyReference = string | PublicKey

export interface DocumentProof {
  readonly type: string
  readonly created: string
  readonly creator: string
  readonly signatureValue: string
}

export interface DidDocument {
  readonly context: readonly string[]
  readonly id: string
  /** Customized DIDs only: one DID as text, several as a list. */
  readonly controller: string | readonly string[] | undefined
  readonly multisig: string
  readonly publicKey: readonly PublicKey[]
  readonly authentication: readonly KeyReference[]
  readonly authorization: readonly KeyReference[]
  readonly verifiableCredential: readonly Credential[]
  readonly service: readonly JsonObject[]
  /** RFC 3339; '' when absent. */
  readonly expires: string
  readonly proofs: readonly DocumentProof[]
}

const SERVICE_ORDER = ['id', 'type', 'serviceEndpoint']

/** Throws `did/malformed`. */
export function parseDocument(value: Json): DidDocument {
  const object = asObject(value, 'document')
  return {
    context: textsOf(object, '@context', ''),
    id: textOf(object, 'id', ''),
    controller: parseController(own(object, 'controller')),
    multisig: textOf(object, 'multisig', ''),
    publicKey: listOf(object, 'publicKey', '').map((key) => parsePublicKey(key, 'publicKey')),
    authentication: parseReferences(object, 'authentication'),
    authorization: parseReferences(object, 'authorization'),
    verifiableCredential: listOf(object, 'verifiableCredential', '').map((credential) =>
      parseCredential(credential, 'verifiableCredential'),
    ),
    service: listOf(object, 'service', '').map(parseService),
    expires: textOf(object, 'expires', ''),
    proofs: parseProofs(own(object, 'proof')),
  }
}

function parseController(value: Json | undefined): string | readonly string[] | undefined {
  if (value === undefined || typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item: Json) => typeof item === 'string')) return value
  throw DidError.malformed('controller', 'a DID or a list of DIDs')
}

function parsePublicKey(value: Json, where: string): PublicKey {
  const object = asObject(value, where)
  return {
    id: textOf(object, 'id', `${where}.`),
    type: textOf(object, 'type', `${where}.`),
    controller: textOf(object, 'controller', `${where}.`),
    publicKeyBase58: textOf(object, 'publicKeyBase58', `${where}.`),
  }
}

function parseReferences(object: JsonObject, name: string): readonly KeyReference[] {
  return listOf(object, name, '').map((item) =>
    typeof item === 'string' ? item : parsePublicKey(item, name),
  )
}

function parseService(value: Json): JsonObject {
  const service = asObject(value, 'service')
  for (const name of SERVICE_ORDER) {
    if (!Object.hasOwn(service, name)) throw DidError.malformed(`service.${name}`, 'present')
  }
  if (typeof service['id'] !== 'string') throw DidError.malformed('service.id', 'a text')
  return service
}

function parseProofs(value: Json | undefined): readonly DocumentProof[] {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).map((item: Json) => {
    const object = asObject(item, 'proof')
    return {
      type: textOf(object, 'type', 'proof.'),
      created: textOf(object, 'created', 'proof.'),
      creator: textOf(object, 'creator', 'proof.'),
      signatureValue: textOf(object, 'signatureValue', 'proof.'),
    }
  })
}

/** The same document with every list in the order it is signed in. */
export function sortDocument(document: DidDocument): DidDocument {
  const { controller } = document
  const byId = (a: { readonly id: string }, b: { readonly id: string }) => compareBytes(a.id, b.id)
  const byReference = (a: KeyReference, b: KeyReference) => compareBytes(idOf(a), idOf(b))
  return {
    ...document,
    controller: typeof controller === 'object' ? [...controller].sort(compareBytes) : controller,
    publicKey: [...document.publicKey].sort(byId),
    authentication: [...document.authentication].sort(byReference),
    authorization: [...document.authorization].sort(byReference),
    verifiableCredential: document.verifiableCredential.map(sortCredential).sort(byId),
    service: [...document.service].sort((a, b) => compareBytes(serviceId(a), serviceId(b))),
  }
}

export function idOf(reference: KeyReference): string {
  return typeof reference === 'string' ? reference : reference.id
}

export function serviceId(service: JsonObject): string {
  return String(service['id'])
}

/** The text a document's proofs sign: everything but the proofs, in plain JSON. */
export function documentText(document: DidDocument): string {
  return `{${members(document).join(',')}}`
}

/** The text that is published: several proofs as a list, one alone as an object. */
export function wholeDocumentText(document: DidDocument): string {
  const proofs = document.proofs.map(proofText)
  const proof = proofs.length === 1 ? proofs.join() : `[${proofs.join(',')}]`
  return `{${[...members(document), member('proof', proof)].join(',')}}`
}

function members(document: DidDocument): string[] {
  const { context, id, controller, multisig, service, expires } = document
  const list = (name: string, texts: readonly string[]) =>
    texts.length > 0 ? [member(name, `[${texts.join(',')}]`)] : []
  const text = (name: string, value: string) =>
    value !== '' ? [member(name, JSON.stringify(value))] : []
  return [
    ...list(
      '@context',
      context.map((item) => JSON.stringify(item)),
    ),
    member('id', JSON.stringify(id)),
    ...(controller !== undefined ? [member('controller', JSON.stringify(controller))] : []),
    ...text('multisig', multisig),
    ...list('publicKey', document.publicKey.map(keyText)),
    ...list('authentication', document.authentication.map(referenceText)),
    ...list('authorization', document.authorization.map(referenceText)),
    ...list('verifiableCredential', document.verifiableCredential.map(wholeCredentialText)),
    ...list(
      'service',
      service.map((item) => canonicalJson(item, SERVICE_ORDER)),
    ),
    ...text('expires', expires),
  ]
}

function keyText({ id, type, controller, publicKeyBase58 }: PublicKey): string {
  return JSON.stringify({ id, ...(type !== '' ? { type } : {}), controller, publicKeyBase58 })
}

function referenceText(reference: KeyReference): string {
  return typeof reference === 'string' ? JSON.stringify(reference) : keyText(reference)
}

function proofText({ type, created, creator, signatureValue }: DocumentProof): string {
  return JSON.stringify({ type, created, creator, signatureValue })
}
