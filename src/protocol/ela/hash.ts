/** Hashes of the main chain. Internal order is the raw digest; RPC shows it byte-reversed. */
import { hash } from 'node:crypto'
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { CodecError } from '../codec.ts'

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', bytes, 'buffer'))
}

/** SHA-256 of the SHA-256: ids of transactions, blocks and Merkle nodes. */
export function sha256d(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', hash('sha256', bytes, 'buffer'), 'buffer'))
}

/** RIPEMD-160 of the SHA-256, 20 bytes: program hashes. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('ripemd160', hash('sha256', bytes, 'buffer'), 'buffer'))
}

/** Internal order → the 64 digits RPC shows. */
export function displayHash(internal: Uint8Array): string {
  return toHex(reversed(internal))
}

/** The 64 digits RPC shows → internal order. Throws `protocol/malformed`, `base/notHex`. */
export function parseDisplayHash(text: string): Uint8Array {
  if (text.length !== 64) {
    throw CodecError.malformed(`A hash has 64 hexadecimal digits, \`${text.slice(0, 80)}\` has not`)
  }
  return fromHex(text).reverse()
}

export function reversed(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes).reverse()
}
