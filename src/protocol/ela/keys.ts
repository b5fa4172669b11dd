/**
 * Keys and signatures on P-256 by node:crypto: fast, and quick to load. Making signatures is in
 * `sign-digest.ts`, Schnorr in `schnorr.ts`.
 *
 * @see Elastos.ELA crypto/crypto.go
 */
import { createECDH, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { toHex } from '../../base/bytes-text.ts'
import { ChainError } from './errors.ts'

export const PRIVATE_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
const PUBLIC_KEY_BYTES = 33

/** SubjectPublicKeyInfo of a compressed P-256 point, up to the point. @see RFC 5480 */
const SPKI_HEAD = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex')

/** The compressed public key, 33 bytes. Throws `protocol/badPrivateKey`. */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  if (privateKey.length !== PRIVATE_KEY_BYTES) {
    throw ChainError.badPrivateKey(`it has ${privateKey.length} bytes`)
  }
  const pair = createECDH('prime256v1')
  try {
    pair.setPrivateKey(privateKey)
  } catch {
    throw ChainError.badPrivateKey('it is zero, or not below the order of the curve')
  }
  return new Uint8Array(pair.getPublicKey(null, 'compressed'))
}

/** Keys that were read, since reading one costs as much as a verification. Bounded. */
const readKeys = new Map<string, KeyObject | undefined>()
const MAX_READ_KEYS = 2048

/** Whether the bytes are a compressed point of the curve. */
export function isPublicKey(bytes: Uint8Array): boolean {
  return keyObjectOf(bytes) !== undefined
}

/**
 * Whether `signature` (r and s, 32 bytes each) is over the SHA-256 of `message`. Like the real node
 * it accepts an s in the upper half. A key or signature of the wrong form is `false`.
 */
export function verifySignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  const key = keyObjectOf(publicKey)
  return (
    key !== undefined && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
  )
}

function keyObjectOf(bytes: Uint8Array): KeyObject | undefined {
  if (bytes.length !== PUBLIC_KEY_BYTES) return undefined
  const name = toHex(bytes)
  if (!readKeys.has(name)) {
    if (readKeys.size >= MAX_READ_KEYS) readKeys.clear()
    readKeys.set(name, readPublicKey(bytes))
  }
  return readKeys.get(name)
}

function readPublicKey(point: Uint8Array): KeyObject | undefined {
  try {
    const key = Buffer.concat([SPKI_HEAD, point])
    return createPublicKey({ key, format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
