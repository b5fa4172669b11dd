import { keccak_256 } from '@noble/hashes/sha3.js'

/** Keccak-256 as Ethereum uses it: the padding of before SHA-3 became a standard. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes)
}
