/** Tokens (JWT) that DIDs sign. */
import type { JsonObject } from '../protocol/did/canonical-json.ts'
import { type Jwt, jwtSignedText, readJwt, verifyJwt } from '../protocol/did/jwt.ts'
import { signText } from '../protocol/did/sign.ts'
import { formatTime } from '../protocol/did/time.ts'
import type { Signer } from './credential.ts'
import { authenticationKey, type Lookup } from './did-documents.ts'
import { NotGenuineError } from './verify-errors.ts'

export interface TokenWish {
  readonly signer: Signer
  /** Without `iss`, `iat`, `nbf` and `exp`, which are added. */
  readonly claims: JsonObject
  /** Now, seconds since 1970. */
  readonly time: number
  readonly lifeSeconds: number
}

/** A token signed by the default key. */
export function signToken({ signer, claims, time, lifeSeconds }: TokenWish): string {
  // Claims can come from a DApp; who signs is not theirs to say.
  const { iss: _, ...others } = claims
  const text = jwtSignedText({
    iss: signer.did,
    ...others,
    iat: time,
    nbf: time,
    exp: time + lifeSeconds,
  })
  return `${text}.${signText(text, signer.privateKey)}`
}

export interface TokenCheck {
  readonly lookup: Lookup
  /** Now, seconds since 1970. */
  readonly time: number
  /** What `aud` must be, if it matters. */
  readonly audience?: string
}

/**
 * The claims of a token that the DID in `iss` signed and that is valid now.
 *
 * Throws what `readJwt` does, and `did/noIssuer`, `did/noDocument`, `did/signerDeactivated`,
 * `did/wrongKey`, `did/wrongSignature`, `did/expired`, `did/notYetValid`, `did/wrongClaim`.
 */
export async function checkToken(text: string, check: TokenCheck): Promise<JsonObject> {
  const { lookup, time, audience } = check
  const jwt = readJwt(text)
  const { claims } = jwt
  const issuer = claims['iss']
  if (typeof issuer !== 'string' || !issuer.startsWith('did:')) throw NotGenuineError.noIssuer()
  const known = await lookup.did(issuer)
  if (known === undefined) throw NotGenuineError.noDocument('The token', issuer)
  if (known.deactivated) throw NotGenuineError.signerDeactivated('The token', issuer)
  await checkSignature(jwt, issuer, async (keyId) =>
    authenticationKey(known.document, keyId, lookup),
  )
  const { aud } = claims
  const exp = secondsIn(claims, 'exp')
  const nbf = secondsIn(claims, 'nbf')
  if (exp !== undefined && exp <= time) {
    throw NotGenuineError.expired('The token', formatTime(Math.floor(exp)))
  }
  if (nbf !== undefined && nbf > time) {
    throw NotGenuineError.notYetValid('The token', formatTime(Math.floor(nbf)))
  }
  if (audience !== undefined && aud !== audience) {
    throw NotGenuineError.wrongClaim('aud', audience, String(aud))
  }
  return claims
}

/** A time that is no number would never come, so a token with one would never end. */
function secondsIn(claims: JsonObject, name: 'exp' | 'nbf'): number | undefined {
  const value = claims[name]
  if (value === undefined) return undefined
  // The latest moment that can be written as a date.
  if (typeof value !== 'number' || Math.abs(value) > 8.64e12) {
    throw NotGenuineError.wrongClaim(name, 'seconds since 1970', JSON.stringify(value))
  }
  return value
}

async function checkSignature(
  jwt: Jwt,
  issuer: string,
  keyOf: (keyId: string) => Promise<Uint8Array | undefined>,
): Promise<void> {
  const kid = jwt.header['kid'] ?? '#primary'
  const fragment = String(kid).slice(String(kid).lastIndexOf('#'))
  const keyId = String(kid).startsWith('did:') ? String(kid) : `${issuer}#${fragment.slice(1)}`
  const key = await keyOf(keyId)
  if (key === undefined) throw NotGenuineError.wrongKey('The token', keyId, issuer)
  if (!verifyJwt(jwt, key)) throw NotGenuineError.wrongSignature('the token')
}
