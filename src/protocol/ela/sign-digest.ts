/** ECDSA over a digest, apart from `keys.ts` because the curve library takes long to load. */
import { p256 } from '@noble/curves/nist.js'
import { publicKeyOf } from './keys.ts'

/**
 * r and s, 32 bytes each; deterministic (RFC 6979) with s in the lower half, as wallets sign.
 * Throws `protocol/badPrivateKey`.
 *
 * @param digest SHA-256, 32 bytes
 */
export function signDigest(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  // Checks the key in words a user understands.
  publicKeyOf(privateKey)
  return p256.sign(digest, privateKey, { prehash: false, lowS: true })
}

/** For single signatures; `verifySignature` of `keys.ts` is faster when the message is at hand. */
export function verifyDigest(
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return p256.verify(signature, digest, publicKey, { prehash: false, lowS: false })
  } catch {
    return false
  }
}
