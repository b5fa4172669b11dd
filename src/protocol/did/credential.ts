/** Verifiable credentials inside documents and in `declare` requests. */
import {
  canonicalJson,
  compareBytes,
  type Json,
  type JsonObject,
  member,
} from './canonical-json.ts'
import { asObject, own, textOf, textsOf } from './json-fields.ts'

/** Absent texts are '', as the node keeps them. */
export interface CredentialProof {
  readonly type: string
  readonly created: string
  readonly verificationMethod: string
  readonly nonce: string
  readonly realm: string
  readonly signature: string
}

export interface Credential {
  readonly context: readonly string[]
  readonly id: string
  readonly type: readonly string[]
  readonly issuer: string
  readonly issuanceDate: string
  readonly expirationDate: string
  readonly credentialSubject: JsonObject
  readonly proof: CredentialProof
}

/** Throws `did/malformed`. */
export function parseCredential(value: Json, where = 'credential'): Credential {
  const object = asObject(value, where)
  const at = `${where}.`
  return {
    context: textsOf(object, '@context', at),
    id: textOf(object, 'id', at),
    type: textsOf(object, 'type', at),
    issuer: textOf(object, 'issuer', at),
    issuanceDate: textOf(object, 'issuanceDate', at),
    expirationDate: textOf(object, 'expirationDate', at),
    credentialSubject: asObject(own(object, 'credentialSubject'), `${at}credentialSubject`),
    proof: parseProof(own(object, 'proof') ?? {}, `${at}proof`),
  }
}

function parseProof(value: Json, where: string): CredentialProof {
  const object = asObject(value, where)
  const text = (name: string) => textOf(object, name, `${where}.`)
  return {
    type: text('type'),
    created: text('created'),
    verificationMethod: text('verificationMethod'),
    nonce: text('nonce'),
    realm: text('realm'),
    signature: text('signature'),
  }
}

/** With types in the order they are signed in. */
export function sortCredential(credential: Credential): Credential {
  return { ...credential, type: [...credential.type].sort(compareBytes) }
}

/** The text a credential's proof signs. */
export function credentialText(credential: Credential): string {
  return `{${claims(credential).join(',')}}`
}

/** The text of the whole credential, as it stands inside a signed document. */
export function wholeCredentialText(credential: Credential): string {
  return `{${[...claims(credential), member('proof', proofText(credential.proof))].join(',')}}`
}

function claims(credential: Credential): string[] {
  const { context, id, type, issuer, issuanceDate, expirationDate } = credential
  return [
    ...(context.length > 0 ? [member('@context', JSON.stringify(context))] : []),
    member('id', JSON.stringify(id)),
    ...(type.length > 0 ? [member('type', JSON.stringify(type))] : []),
    member('issuer', JSON.stringify(issuer)),
    member('issuanceDate', JSON.stringify(issuanceDate)),
    ...(expirationDate !== '' ? [member('expirationDate', JSON.stringify(expirationDate))] : []),
    member('credentialSubject', canonicalJson(credential.credentialSubject, ['id'])),
  ]
}

function proofText(proof: CredentialProof): string {
  const { type, created, verificationMethod, nonce, realm, signature } = proof
  return JSON.stringify({
    ...(type !== '' ? { type } : {}),
    ...(created !== '' ? { created } : {}),
    verificationMethod,
    ...(nonce !== '' ? { nonce } : {}),
    ...(realm !== '' ? { realm } : {}),
    signature,
  })
}
