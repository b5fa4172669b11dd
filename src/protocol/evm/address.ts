/** Addresses of EVM chains: the last 20 bytes of the hash of a public key. */
import { createECDH, ECDH } from 'node:crypto'
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { CodecError } from '../codec.ts'
import { keccak256 } from './keccak.ts'
import { bytesOfUint, encodeRlp } from './rlp.ts'

/** `0x` and 40 digits. Lower case wherever the protocol rooms return one; see `checksumAddress`. */
export type EvmAddress = `0x${string}`

// OpenSSL's points: loading a curve library for an address would cost every command 20 ms.
const CURVE = 'secp256k1'

export const ZERO_ADDRESS: EvmAddress = `0x${'0'.repeat(40)}`

/** The address of a secp256k1 public key, compressed (33 bytes) or not (65 bytes). */
export function addressOfPublicKey(publicKey: Uint8Array): EvmAddress {
  const point = ECDH.convertKey(publicKey, CURVE, undefined, undefined, 'uncompressed')
  // The declared type allows for an encoding to text, which is not asked for.
  return addressOfPoint(Buffer.from(point))
}

/** The address of a 32-byte private key. */
export function addressOfPrivateKey(privateKey: Uint8Array): EvmAddress {
  const pair = createECDH(CURVE)
  pair.setPrivateKey(privateKey)
  return addressOfPoint(pair.getPublicKey())
}

/** @param point 65 bytes: 04, x, y */
function addressOfPoint(point: Uint8Array): EvmAddress {
  return addressOfBytes(keccak256(point.subarray(1)).subarray(12))
}

/** Where a contract lands that `sender` creates with its transaction number `nonce`. */
export function contractAddress(sender: string, nonce: bigint): EvmAddress {
  const created = encodeRlp([addressBytes(sender), bytesOfUint(nonce)])
  return addressOfBytes(keccak256(created).subarray(12))
}

export function addressOfBytes(bytes: Uint8Array): EvmAddress {
  if (bytes.length !== 20) throw CodecError.malformed('An address has 20 bytes')
  return `0x${toHex(bytes)}`
}

export function addressBytes(address: string): Uint8Array {
  return fromHex(parseAddress(address))
}

/**
 * The lower-case form of an address a person wrote. Mixed case must carry the right checksum.
 * Throws `protocol/malformed`.
 */
export function parseAddress(text: string): EvmAddress {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) {
    throw CodecError.malformed(`\`${text.slice(0, 60)}\` is no EVM address: 0x and 40 hex digits`)
  }
  const lower = `0x${text.slice(2).toLowerCase()}` as const
  const oneCase = text.slice(2) === lower.slice(2) || text.slice(2) === text.slice(2).toUpperCase()
  if (!oneCase && checksumAddress(lower) !== text) {
    throw CodecError.malformed(
      `\`${text}\` has a typing error: its upper and lower case do not fit`,
    )
  }
  return lower
}

/** Whether `text` is an address with the right checksum, or in one case. */
export function isAddress(text: string): text is EvmAddress {
  try {
    parseAddress(text)
    return true
  } catch {
    return false
  }
}

/**
 * The form people see: a letter is upper case where the hash of the digits has 8 or more.
 *
 * @see EIP-55
 */
export function checksumAddress(address: string): EvmAddress {
  const digits = address.slice(2).toLowerCase()
  const hash = toHex(keccak256(new TextEncoder().encode(digits)))
  const cased = Array.from(digits, (digit, at) =>
    Number.parseInt(hash.charAt(at), 16) >= 8 ? digit.toUpperCase() : digit,
  )
  return `0x${cased.join('')}`
}
