/** Signing for DIDs: deterministic (RFC 6979), so the same request is the same bytes every time. */
import { createECDH, createHash } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import { toBase64Url } from './base64url.ts'
import { DidError } from './errors.ts'

/** The signature of `message` as base64url text. Throws `did/badPrivateKey`. */
export function signText(message: string | Uint8Array, privateKey: Uint8Array): string {
  return signDigest(createHash('sha256').update(message).digest(), privateKey)
}

/** The same for a message of which only the SHA-256 digest is known. */
export function signDigest(digest: Uint8Array, privateKey: Uint8Array): string {
  if (!p256.utils.isValidSecretKey(privateKey)) throw DidError.badPrivateKey()
  return toBase64Url(p256.sign(digest, privateKey, { prehash: false, lowS: false }))
}

/** The compressed public key, by OpenSSL: it is many times faster. Throws `did/badPrivateKey`. */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  if (privateKey.length !== 32) throw DidError.badPrivateKey()
  const pair = createECDH('prime256v1')
  try {
    pair.setPrivateKey(privateKey)
  } catch {
    throw DidError.badPrivateKey()
  }
  return new Uint8Array(pair.getPublicKey(null, 'compressed'))
}
