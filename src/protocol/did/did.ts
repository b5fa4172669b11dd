/**
 * Identifiers of Elastos DIDs.
 *
 *     script  = 21 || compressed P-256 key (33 bytes) || AD
 *     payload = 67 || ripemd160(sha256(script))
 *     DID     = did:elastos: || base58check(payload)        the address begins with `i`
 *
 * @see Elastos.ELA.SideChain.EID core/vm/did/common.go GetDIDAddress
 */
import { base58 } from '@scure/base'
import { concatBytes } from '../../base/bytes-text.ts'
import { addressOf, Prefix, programHashOf, readAddress } from '../ela/address.ts'
import { DidError } from './errors.ts'

export type Did = `did:elastos:${string}`

export const DID_PREFIX = 'did:elastos:'

/** The DID whose default key is this compressed P-256 key. Throws `did/badPublicKey`. */
export function didOf(publicKey: Uint8Array): Did {
  return `${DID_PREFIX}${didAddressOf(publicKey)}`
}

/** The part after `did:elastos:`. Throws `did/badPublicKey`. */
export function didAddressOf(publicKey: Uint8Array): string {
  if (publicKey.length !== 33) throw DidError.badPublicKey(`${publicKey.length} bytes, not 33`)
  const script = concatBytes(Uint8Array.of(0x21), publicKey, Uint8Array.of(0xad))
  return addressOf(programHashOf(script, Prefix.identity))
}

/**
 * Reads a DID, with or without `did:elastos:`. A fragment is refused.
 * Customized names (letters and digits that are no address) pass: only a chain knows them.
 * Throws `did/notADid`.
 */
export function parseDid(text: string): Did {
  const address = text.startsWith(DID_PREFIX) ? text.slice(DID_PREFIX.length) : text
  if (!/^[a-zA-Z0-9]{1,128}$/.test(address)) throw DidError.notADid(text)
  return `${DID_PREFIX}${address}`
}

/** Whether the text is a DID made from a key: prefix and checksum are right. */
export function isKeyDid(text: string): text is Did {
  if (!text.startsWith(DID_PREFIX)) return false
  const read = readAddress(text.slice(DID_PREFIX.length))
  return 'programHash' in read && read.programHash[0] === Prefix.identity
}

export interface DidUrl {
  /** Before the last `#`; empty in the short form `#primary`. */
  readonly did: string
  /** With its `#`; empty when there is none. */
  readonly fragment: string
}

/** Splits a key, credential or service id. Text without `#` has neither part, as in the node. */
export function splitDidUrl(url: string): DidUrl {
  const at = url.lastIndexOf('#')
  return at < 0 ? { did: '', fragment: '' } : { did: url.slice(0, at), fragment: url.slice(at) }
}

/** Whether two key ids name the same key: a missing DID part means "of this document". */
export function sameDidUrl(a: string, b: string): boolean {
  const left = splitDidUrl(a)
  const right = splitDidUrl(b)
  if (left.fragment !== right.fragment) return false
  return left.did === '' || right.did === '' || left.did === right.did
}

/** The text after the last `:`, as the node takes the address from a DID; empty without one. */
export function addressPart(did: string): string {
  const at = did.lastIndexOf(':')
  return at < 0 ? '' : did.slice(at + 1)
}

/** The compressed key written in base58, or `undefined` when it is no 33 bytes of base58. */
export function decodeKey(base58Text: string): Uint8Array | undefined {
  if (base58Text.length > 64) return undefined
  try {
    const key = base58.decode(base58Text)
    return key.length === 33 ? key : undefined
  } catch {
    return undefined
  }
}

export function encodeKey(publicKey: Uint8Array): string {
  return base58.encode(publicKey)
}
