/** Whose signature it is, when only the signature is at hand. */
import { createHash } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'

/**
 * The compressed P-256 keys of which this can be the signature (r || s, 64 bytes) over the SHA-256
 * of `message`: two, rarely four, none when it is nobody's.
 *
 * @see SEC 1 v2.0, 4.1.6
 */
export function signersOf(message: Uint8Array, signature: Uint8Array): readonly Uint8Array[] {
  const digest = createHash('sha256').update(message).digest()
  return [0, 1, 2, 3].flatMap((recovery) => {
    try {
      const one = p256.Signature.fromBytes(signature, 'compact').addRecoveryBit(recovery)
      return [one.recoverPublicKey(digest).toBytes(true)]
    } catch {
      return []
    }
  })
}
