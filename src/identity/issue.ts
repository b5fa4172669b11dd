/** Credentials and presentations in the name of a DID, also a customized one. */
import { isObject, type Json, type JsonObject, parseJson } from '../protocol/did/canonical-json.ts'
import type { Credential } from '../protocol/did/credential.ts'
import type { Presentation } from '../protocol/did/presentation.ts'
import { type CredentialWish, issueCredential, type Signer } from './credential.ts'
import type { Authority } from './did-authority.ts'
import { DidUseError } from './did-errors.ts'
import { type PresentationWish, present } from './presentation.ts'

/** Throws as `issueCredential` does. */
export function issueAs(authority: Authority, wish: Omit<CredentialWish, 'issuer'>): Credential {
  const signer = firstSigner(authority)
  const issuer = { did: authority.did, privateKey: signer.privateKey }
  const issued = issueCredential({ ...wish, issuer })
  const proof = { ...issued.proof, verificationMethod: `${signer.did}#primary` }
  return { ...issued, proof }
}

/** Throws as `present` does. */
export function presentAs(
  authority: Authority,
  wish: Omit<PresentationWish, 'holder'>,
): Presentation {
  const signer = firstSigner(authority)
  const holder = { did: authority.did, privateKey: signer.privateKey }
  const shown = present({ ...wish, holder })
  const proof = { ...shown.proof, verificationMethod: `${signer.did}#primary` }
  return { ...shown, proof }
}

/** The key that names the DID's signature: its own, or that of a controller. Not part of the text. */
function firstSigner({ did, signers }: Authority): Signer {
  const [signer] = signers
  if (signer === undefined) throw DidUseError.noKey(did)
  return signer
}

/** `name=text` and `name:=json`, over the members of a JSON object. Throws `did/badClaim`. */
export function parseClaims(claims: readonly string[], object: string | undefined): JsonObject {
  const base = object === undefined ? {} : parseJson(object, 'The claims')
  if (!isObject(base)) throw DidUseError.badClaim('--claims', 'the file holds no JSON object')
  const properties: Record<string, Json> = { ...base }
  for (const text of claims) {
    const [, name = '', json, value = ''] = /^([^=:\s]+)(:)?=([\s\S]*)$/.exec(text) ?? []
    if (name === '' || name === 'id') {
      throw DidUseError.badClaim(text, name === 'id' ? '`id` is the subject' : 'it has no name')
    }
    properties[name] = json === undefined ? value : parsed(text, value)
  }
  if (Object.keys(properties).length === 0) throw DidUseError.claimNeeded()
  return properties
}

function parsed(claim: string, text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw DidUseError.badClaim(claim, 'what follows := is no JSON')
  }
}
