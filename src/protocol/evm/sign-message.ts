/**
 * Signatures over hashes and messages, as wallets give them to DApps: `0x`, r, s and 27 or 28.
 *
 * @see EIP-191
 */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { concatBytes, toHex } from '../../base/bytes-text.ts'
import { keccak256 } from './keccak.ts'

/** What `personal_sign` signs: a message with a head no transaction can have. */
export function personalMessageHash(message: Uint8Array): Uint8Array {
  const head = `\u0019Ethereum Signed Message:\n${message.length}`
  return keccak256(concatBytes(new TextEncoder().encode(head), message))
}

/** Signs 32 bytes. */
export function signHash(hash: Uint8Array, privateKey: Uint8Array): `0x${string}` {
  const bytes = secp256k1.sign(hash, privateKey, { prehash: false, format: 'recovered' })
  const parity = bytes[0] ?? 0
  return `0x${toHex(bytes.subarray(1))}${(27 + parity).toString(16)}`
}
