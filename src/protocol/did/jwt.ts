/**
 * JSON web tokens as DIDs sign them: ES256, which is P-256 over SHA-256 with a signature r || s.
 *
 *     base64url(header) . base64url(claims) . base64url(signature)
 *
 * `iss` is the DID; without `kid` its default key signs.
 *
 * @see RFC 7519, RFC 7515; Elastos.DID.JS.SDK src/jwt/
 */
import { fromBase64Url, toBase64Url } from './base64url.ts'
import { isObject, type JsonObject, parseJson } from './canonical-json.ts'
import { DidError } from './errors.ts'
import { verifyBytes } from './signature.ts'

/** Tokens travel in URLs and headers; a presentation with pictures can be large. */
const MAX_LENGTH = 256 * 1024

export interface Jwt {
  readonly header: JsonObject
  readonly claims: JsonObject
  /** The part that is signed. */
  readonly signedText: string
  /** Empty in a token without signature (`alg` none). */
  readonly signature: Uint8Array
}

/**
 * Takes a token apart; nothing is verified.
 * Throws `did/tooLong`, `did/badToken`, `did/notBase64Url`, `did/notJson`.
 */
export function readJwt(text: string): Jwt {
  if (text.length > MAX_LENGTH) throw DidError.tooLong('The token', text.length, MAX_LENGTH)
  const parts = text.split('.')
  const [header = '', claims = '', signature = ''] = parts
  if (parts.length !== 3) throw DidError.badToken(`it has ${parts.length} parts, not 3`)
  return {
    header: jsonPart(header, "The token's header"),
    claims: jsonPart(claims, 'The claims of the token'),
    signedText: `${header}.${claims}`,
    signature: fromBase64Url(signature, "The token's signature"),
  }
}

function jsonPart(text: string, what: string): JsonObject {
  const value = parseJson(new TextDecoder().decode(fromBase64Url(text, what)), what)
  if (!isObject(value)) throw DidError.badToken(`${what} is no JSON object`)
  return value
}

/** The text to sign, with `kid` when another key than the default one signs. */
export function jwtSignedText(claims: JsonObject, kid?: string): string {
  const header = { typ: 'JWT', alg: 'ES256', ...(kid === undefined ? {} : { kid }) }
  return `${toBase64Url(JSON.stringify(header))}.${toBase64Url(JSON.stringify(claims))}`
}

/** Whether the token is an ES256 token of this key. Never throws. */
export function verifyJwt({ header, signedText, signature }: Jwt, publicKey: Uint8Array): boolean {
  return header['alg'] === 'ES256' && verifyBytes(Buffer.from(signedText), signature, publicKey)
}
