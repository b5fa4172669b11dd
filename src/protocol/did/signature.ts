/**
 * Signatures of DIDs: ECDSA over P-256 and SHA-256, 64 bytes r || s, as base64url text. Both forms
 * of s are good. Verifying is OpenSSL's; signing is in `sign.ts`, because its library loads slowly.
 *
 * @see Elastos.DID.JS.SDK src/crypto/ecdsasigner.ts
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { concatBytes } from '../../base/bytes-text.ts'
import { DidError } from './errors.ts'

/** ASN.1 of "a P-256 public key of 33 bytes follows" (RFC 5480). */
const SPKI_HEAD = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex')

/** Whether `signature` is over these bytes by this compressed key. Never throws. */
export function verifyBytes(
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64) return false
  let key: KeyObject
  try {
    key = importKey(publicKey)
  } catch {
    return false
  }
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

function importKey(publicKey: Uint8Array): KeyObject {
  if (publicKey.length !== 33) throw DidError.badPublicKey(`${publicKey.length} bytes, not 33`)
  return createPublicKey({
    key: Buffer.from(concatBytes(SPKI_HEAD, publicKey)),
    format: 'der',
    type: 'spki',
  })
}
