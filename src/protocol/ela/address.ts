/**
 * Program hashes (prefix byte, then 20 bytes of RIPEMD-160 of SHA-256 of the code) and addresses:
 * base58 of the program hash and the first four bytes of its double SHA-256. For every prefix in use
 * that is 34 characters.
 *
 * @see Elastos.ELA common/uint168.go, core/contract/common.go
 */
import { base58 } from '@scure/base'
import { concatBytes } from '../../base/bytes-text.ts'
import { ChainError } from './errors.ts'
import { hash160, sha256d } from './hash.ts'

/** The first byte of a program hash decides the first letter of the address. */
export const Prefix = {
  /** E: standard, and Schnorr. */
  standard: 0x21,
  /** 8 */
  multisig: 0x12,
  /** X: coins locked for a side chain. */
  crossChain: 0x4b,
  /** D: deposits of producers and council candidates. */
  deposit: 0x1f,
  /** i: council ids and DIDs. */
  identity: 0x67,
  /** S: stakes of DPoS v2. */
  stake: 0x3f,
  /** C: assets and expenses of the council. */
  council: 0x1c,
} as const

export const PROGRAM_HASH_BYTES = 21
const ADDRESS_LENGTH = 34
const CHECKSUM_BYTES = 4

/** The program hash of a code under a prefix, 21 bytes. */
export function programHashOf(code: Uint8Array, prefix: number): Uint8Array {
  return concatBytes(Uint8Array.of(prefix), hash160(code))
}

/**
 * The address of a program hash. The real node encodes a number, so zero bytes in front vanish: the
 * all-zero program hash, which outputs may have, gets a short address that cannot be read back.
 */
export function addressOf(programHash: Uint8Array): string {
  const whole = concatBytes(programHash, sha256d(programHash).subarray(0, CHECKSUM_BYTES))
  const start = whole.findIndex((byte) => byte !== 0)
  return base58.encode(whole.subarray(start))
}

/** The program hash of an address. Throws `protocol/badAddress`. */
export function parseAddress(text: string): Uint8Array {
  const read = readAddress(text)
  if ('fault' in read) throw ChainError.badAddress(text, read.fault)
  return read.programHash
}

/** The program hash of an address, or what is wrong with it in the words of the real node. */
export function readAddress(
  text: string,
): { readonly programHash: Uint8Array } | { readonly fault: string } {
  // The real node counts bytes.
  if (Buffer.byteLength(text) !== ADDRESS_LENGTH) {
    return { fault: '[Uint168FromAddress] error, len != 34' }
  }
  const stranger = [...text].find((letter) => !/^[1-9A-HJ-NP-Za-km-z]$/.test(letter))
  if (stranger !== undefined) {
    return { fault: `invalid character '${stranger}' in decoding a base58 string "${text}"` }
  }
  const bytes = base58.decode(text)
  const programHash = bytes.slice(0, PROGRAM_HASH_BYTES)
  if (bytes.length !== PROGRAM_HASH_BYTES + CHECKSUM_BYTES || addressOf(programHash) !== text) {
    return { fault: '[Uint168FromAddress]: decode address verify failed.' }
  }
  return { programHash }
}

/** Addresses with a fixed meaning. @see Elastos.ELA common/config/config.go */
export const knownAddresses = {
  destroy: 'ELANULLXXXXXXXXXXXXXXXXXXXXXYvs3rr',
  councilAssets: 'CRASSETSXXXXXXXXXXXXXXXXXXXX2qDX5J',
  councilExpenses: 'CREXPENSESXXXXXXXXXXXXXXXXXX4UdT6b',
} as const
