/**
 * Verifiable presentations: credentials that their owner shows to somebody who asked with a nonce,
 * for a realm.
 *
 *     signed bytes = text of the presentation without its proof || realm || nonce
 *
 * @see Elastos.DID.JS.SDK src/verifiablepresentation.ts
 */
import { compareBytes, type Json, type JsonObject, member } from './canonical-json.ts'
import { type Credential, wholeCredentialText } from './credential.ts'
import { didIn, fullUrl, readCredential, timeText } from './credential-form.ts'
import { splitDidUrl } from './did.ts'
import { PROOF_TYPE } from './document.ts'
import { DidError } from './errors.ts'
import { asObject, listOf, own, textOf, textsOf } from './json-fields.ts'

export const PRESENTATION_TYPE = 'VerifiablePresentation'

export interface PresentationProof {
  readonly type: string
  /** '' when absent, as all texts here. */
  readonly created: string
  readonly verificationMethod: string
  readonly realm: string
  readonly nonce: string
  readonly signature: string
}

export interface Presentation {
  readonly context: readonly string[]
  readonly id: string
  /** Sorted. */
  readonly type: readonly string[]
  /** As written; '' when absent. See `holderOf`. */
  readonly holder: string
  readonly created: string
  /** In full form, sorted by id. */
  readonly credentials: readonly Credential[]
  readonly proof: PresentationProof
}

/** Throws `did/malformed`. */
export function readPresentation(value: Json): Presentation {
  const object = asObject(value, 'presentation')
  const holder = textOf(object, 'holder', '')
  if (holder !== '') didIn(holder, 'holder')
  const proof = readProof(own(object, 'proof'), holder)
  const created = textOf(object, 'created', '')
  if (created === '' && proof.created === '') throw DidError.malformed('created', 'present')
  const id = textOf(object, 'id', '')
  return {
    context: textsOf(object, '@context', ''),
    id: id === '' ? '' : fullUrl(id, holder, 'id'),
    type: [...readTypes(object)].sort(compareBytes),
    holder,
    created: created === '' ? '' : timeText(created, 'created'),
    credentials: readCredentials(object, holder),
    proof,
  }
}

/** Whose presentation it is: named, or else the owner of the key that signed. */
export function holderOf({ holder, proof }: Presentation): string {
  return holder === '' ? splitDidUrl(proof.verificationMethod).did : holder
}

function readTypes(object: JsonObject): readonly string[] {
  const type = own(object, 'type')
  if (typeof type === 'string') return [type]
  const types = textsOf(object, 'type', '')
  if (types.length === 0) throw DidError.malformed('type', 'present')
  return types
}

function readCredentials(object: JsonObject, holder: string): readonly Credential[] {
  const credentials = listOf(object, 'verifiableCredential', '')
    .map((one, at) => readCredential(one, holder, `verifiableCredential[${at}]`))
    .sort((a, b) => compareBytes(a.id, b.id))
  const twice = credentials.find(({ id }, at) => credentials[at + 1]?.id === id)
  if (twice !== undefined) {
    throw DidError.malformed('verifiableCredential', `free of repetitions (${twice.id} is twice)`)
  }
  return credentials
}

function readProof(value: Json | undefined, holder: string): PresentationProof {
  const object = asObject(value, 'proof')
  const text = (name: string) => textOf(object, name, 'proof.')
  const needed = (name: string) => {
    if (typeof own(object, name) !== 'string') throw DidError.malformed(`proof.${name}`, 'a text')
    return text(name)
  }
  const created = text('created')
  const type = text('type')
  return {
    type: type === '' ? PROOF_TYPE : type,
    created: created === '' ? '' : timeText(created, 'proof.created'),
    verificationMethod: fullUrl(needed('verificationMethod'), holder, 'proof.verificationMethod'),
    realm: needed('realm'),
    nonce: needed('nonce'),
    signature: needed('signature'),
  }
}

/** All that the proof signs. */
export function presentationSignedText(
  presentation: Omit<Presentation, 'proof'>,
  realm: string,
  nonce: string,
): string {
  return `{${members(presentation).join(',')}}`.normalize('NFC') + realm + nonce
}

/** The whole presentation in full form. */
export function presentationText(presentation: Presentation): string {
  const { type, created, verificationMethod, realm, nonce, signature } = presentation.proof
  const proof = JSON.stringify({
    type,
    ...(created !== '' ? { created } : {}),
    verificationMethod,
    realm,
    nonce,
    signature,
  })
  return `{${[...members(presentation), member('proof', proof)].join(',')}}`
}

function members(presentation: Omit<Presentation, 'proof'>): string[] {
  const { context, id, type, holder, created, credentials } = presentation
  const text = (name: string, value: string) =>
    value === '' ? [] : [member(name, JSON.stringify(value))]
  return [
    ...(context.length > 0 ? [member('@context', JSON.stringify(context))] : []),
    ...text('id', id),
    member('type', JSON.stringify(type.length === 1 ? type[0] : type)),
    ...text('holder', holder),
    ...text('created', created),
    member('verifiableCredential', `[${credentials.map(wholeCredentialText).join(',')}]`),
  ]
}
