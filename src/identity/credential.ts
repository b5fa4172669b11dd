/** Credentials: issued, and checked as DID libraries check them. */

import { fromBase64Url } from '../protocol/did/base64url.ts'
import { type Json, type JsonObject, refuseUnsafe } from '../protocol/did/canonical-json.ts'
import { type Credential, credentialText, sortCredential } from '../protocol/did/credential.ts'
import { didIn, fullUrl, refuseNull } from '../protocol/did/credential-form.ts'
import { PROOF_TYPE } from '../protocol/did/document.ts'
import { signText } from '../protocol/did/sign.ts'
import { verifyBytes } from '../protocol/did/signature.ts'
import { formatTime, parseTime } from '../protocol/did/time.ts'
import { authenticationKey, type Lookup } from './did-documents.ts'
import { NotGenuineError } from './verify-errors.ts'

export const SELF_PROCLAIMED = 'SelfProclaimedCredential'
const EVERY_CREDENTIAL = 'VerifiableCredential'

/** Who signs. */
export interface Signer {
  readonly did: string
  /** P-256, the key the DID is made from. */
  readonly privateKey: Uint8Array
}

export interface CredentialWish {
  readonly issuer: Signer
  /** Whom it is about. */
  readonly subject: string
  /** `#email`, with or without `#`. */
  readonly fragment: string
  /** `VerifiableCredential` is added. Of `context#Name` the context goes where it belongs. */
  readonly types: readonly string[]
  readonly properties: JsonObject
  /** Seconds since 1970. */
  readonly time: number
  readonly expires: number
}

/**
 * A signed credential. Throws `did/unsafeCharacter`, `did/unsafeNumber`, `did/unsafeKey` for values
 * that node and libraries would sign differently, and `did/malformed` for a bad id or subject and
 * for `null`, which libraries cannot read.
 */
export function issueCredential(wish: CredentialWish): Credential {
  const { issuer, subject, fragment, properties, time, expires } = wish
  const { types, contexts } = typesOf(wish.types)
  const { id: _, ...claims } = properties
  const unsigned = sortCredential({
    context: contexts,
    id: fullUrl(fragment, didIn(subject, 'subject'), 'id'),
    type: types,
    issuer: issuer.did,
    issuanceDate: formatTime(time),
    expirationDate: formatTime(expires),
    credentialSubject: { id: subject, ...claims },
    proof: {
      type: PROOF_TYPE,
      created: formatTime(time),
      verificationMethod: `${issuer.did}#primary`,
      nonce: '',
      realm: '',
      signature: '',
    },
  })
  const text = credentialText(unsigned)
  refuseUnsafe(JSON.parse(text) as Json, 'credential')
  refuseNull(unsigned.credentialSubject, 'credentialSubject')
  const signature = signText(text, issuer.privateKey)
  return { ...unsigned, proof: { ...unsigned.proof, signature } }
}

/** What every credential with contexts begins with. @see Elastos.DID.JS.SDK setDefaultType */
const BASE_CONTEXTS = [
  'https://www.w3.org/2018/credentials/v1',
  'https://ns.elastos.org/credentials/v1',
]

function typesOf(wished: readonly string[]) {
  const split = wished.map((type) => type.split('#', 2))
  const contexts = split.flatMap(([context = '', name]) => (name === undefined ? [] : [context]))
  const names = split.map(([first = '', name]) => name ?? first)
  return {
    types: [...new Set([EVERY_CREDENTIAL, ...names])],
    contexts: contexts.length === 0 ? [] : [...new Set([...BASE_CONTEXTS, ...contexts])],
  }
}

/**
 * Checks that the issuer signed exactly this: id under its subject, key of the issuer, signature.
 * Throws one of `did/wrongScope`, `noDocument`, `wrongKey`, `wrongProofType`, `wrongSignature`.
 */
export async function checkGenuine(credential: Credential, lookup: Lookup): Promise<void> {
  const { id, issuer, proof } = credential
  const what = `The credential ${id}`
  const subject = String(credential.credentialSubject['id'])
  if (!id.startsWith(`${subject}#`)) throw NotGenuineError.wrongScope(id, subject)
  const known = await lookup.did(issuer)
  if (known === undefined) throw NotGenuineError.noDocument(what, issuer)
  const key = await authenticationKey(known.document, proof.verificationMethod, lookup)
  if (key === undefined) throw NotGenuineError.wrongKey(what, proof.verificationMethod, issuer)
  if (proof.type !== PROOF_TYPE) throw NotGenuineError.wrongProofType(what, proof.type)
  const signature = fromBase64Url(proof.signature, 'The signature')
  const text = credentialText(credential).normalize('NFC')
  if (!verifyBytes(Buffer.from(text), signature, key)) {
    throw NotGenuineError.wrongSignature(`the credential ${id}`)
  }
}

/**
 * Checks that it is genuine and counts now: not expired, not revoked, its issuer not deactivated.
 * Throws what `checkGenuine` does, and `did/expired`, `did/revoked`, `did/signerDeactivated`.
 *
 * @param time now, seconds since 1970
 */
export async function checkCredential(
  credential: Credential,
  lookup: Lookup,
  time: number,
): Promise<void> {
  const { id, issuer, expirationDate } = credential
  await checkGenuine(credential, lookup)
  const expires = parseTime(expirationDate)
  if (expires !== undefined && expires < time) {
    throw NotGenuineError.expired(`The credential ${id}`, expirationDate)
  }
  if ((await lookup.did(issuer))?.deactivated === true) {
    throw NotGenuineError.signerDeactivated(`The credential ${id}`, issuer)
  }
  if (await lookup.isRevoked(id, issuer)) throw NotGenuineError.revoked(id)
}
