/**
 * Credentials as DID libraries read them. Inside a document or presentation they come in a short
 * form: ids as `#email`, the issuer left out when it is the owner, the proof's type left out. Only
 * the full form is signed. What a library demands is demanded here too; the node is more lenient
 * (see `parseCredential`).
 *
 * @see Elastos.DID.JS.SDK src/verifiablecredential.ts fromJSON
 */
import type { Json, JsonObject } from './canonical-json.ts'
import { type Credential, parseCredential, sortCredential } from './credential.ts'
import { PROOF_TYPE } from './document.ts'
import { DidError } from './errors.ts'
import { asObject, own, textOf } from './json-fields.ts'
import { formatTime, parseTime } from './time.ts'

/**
 * The full form, ready for `credentialText`.
 *
 * @param holder the DID short ids belong to when the credential names no subject
 *
 * Throws `did/malformed`.
 */
export function readCredential(value: Json, holder = '', where = 'credential'): Credential {
  const object = asObject(value, where)
  const types = own(object, 'type')
  const listed = typeof types === 'string' ? { ...object, type: [types] } : object
  const parsed = parseCredential(listed, where)
  if (parsed.type.length === 0) throw DidError.malformed(`${where}.type`, 'present')
  const subject = subjectOf(parsed.credentialSubject, holder, where)
  const owner = String(subject['id'])
  const issuer = parsed.issuer === '' ? owner : parsed.issuer
  return sortCredential({
    ...parsed,
    id: fullUrl(parsed.id, owner, `${where}.id`),
    issuer: didIn(issuer, `${where}.issuer`),
    issuanceDate: timeText(parsed.issuanceDate, `${where}.issuanceDate`),
    expirationDate:
      parsed.expirationDate === ''
        ? ''
        : timeText(parsed.expirationDate, `${where}.expirationDate`),
    credentialSubject: subject,
    proof: proofOf(object, parsed, issuer, where),
  })
}

function subjectOf(subject: JsonObject, holder: string, where: string): JsonObject {
  refuseNull(subject, `${where}.credentialSubject`)
  const id = textOf(subject, 'id', `${where}.credentialSubject.`)
  return { ...subject, id: didIn(id === '' ? holder : id, `${where}.credentialSubject.id`) }
}

/**
 * Refuses `null` anywhere inside: the DID library for JavaScript cannot read such a credential.
 * Throws `did/malformed`, naming the member.
 */
export function refuseNull(value: Json, where: string): void {
  if (value === null) throw DidError.malformed(where, 'left out or a value, not null')
  if (typeof value !== 'object') return
  for (const [name, inner] of Object.entries(value)) refuseNull(inner, `${where}.${name}`)
}

function proofOf(
  object: JsonObject,
  { proof }: Credential,
  issuer: string,
  where: string,
): Credential['proof'] {
  if (own(object, 'proof') === undefined) throw DidError.malformed(`${where}.proof`, 'present')
  if (proof.signature === '') throw DidError.malformed(`${where}.proof.signature`, 'present')
  return {
    ...proof,
    type: proof.type === '' ? PROOF_TYPE : proof.type,
    created: proof.created === '' ? '' : timeText(proof.created, `${where}.proof.created`),
    verificationMethod: fullUrl(
      proof.verificationMethod,
      issuer,
      `${where}.proof.verificationMethod`,
    ),
  }
}

/** `#email` or `email` of an owner, in full; what is full already stays. Throws `did/malformed`. */
export function fullUrl(url: string, owner: string, where: string): string {
  const [, did = '', fragment = ''] =
    /^(?:(did:elastos:[A-Za-z0-9]+)#|#)?([^#\s]+)$/.exec(url) ?? []
  if (fragment === '' || (did === '' && (owner === '' || url.startsWith('did:')))) {
    throw DidError.malformed(where, 'a DID, # and a name')
  }
  return `${did === '' ? owner : did}#${fragment}`
}

/** Throws `did/malformed`. */
export function didIn(text: string, where: string): string {
  if (!/^did:elastos:[A-Za-z0-9]+$/.test(text)) throw DidError.malformed(where, 'a DID')
  return text
}

/** The time as it is signed: UTC, whole seconds. Throws `did/malformed`. */
export function timeText(text: string, where: string): string {
  const seconds = parseTime(text)
  if (seconds === undefined) throw DidError.malformed(where, 'a time such as 2026-11-23T10:00:00Z')
  return formatTime(seconds)
}
