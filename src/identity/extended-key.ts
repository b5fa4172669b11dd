/**
 * Keys that can be derived further, as text: xprv… and xpub….
 *
 *     version 4 | depth 1 | parent fingerprint 4 | index 4 | chain code 32 | key 33 | checksum 4
 *
 * all in base58. The key is `00 ‖ private key` or the compressed public key. Elastos uses Bitcoin's
 * version bytes on both curves, so the text does not say which curve it is for.
 */
import { createHash } from 'node:crypto'
import { createBase58check } from '@scure/base'
import { concatBytes } from '../base/bytes-text.ts'
import { type Curve, type HdKey, hdKey, isPrivateKey } from './derive.ts'
import { IdentityError } from './errors.ts'

const XPRV = 0x0488ade4
const XPUB = 0x0488b21e
const LENGTH = 78

const base58check = createBase58check(
  (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest()),
)

export function toXprv(key: HdKey): string {
  return base58check.encode(layout(XPRV, key, concatBytes(Uint8Array.of(0), key.privateKey)))
}

export function toXpub(key: HdKey): string {
  return base58check.encode(layout(XPUB, key, key.publicKey))
}

/**
 * Reads an xprv. Throws `identity/badExtendedKey`, and `identity/publicOnly` for an xpub: what can
 * be derived from a public key alone has no use here.
 */
export function parseXprv(text: string, curve: Curve): HdKey {
  const bytes = Buffer.from(bytesOf(text))
  const version = bytes.readUInt32BE(0)
  if (version === XPUB) throw IdentityError.publicOnly()
  if (version !== XPRV) throw IdentityError.badExtendedKey('it is of another network')
  const privateKey = new Uint8Array(bytes.subarray(46))
  if (bytes[45] !== 0 || !isPrivateKey(curve, privateKey)) {
    throw IdentityError.badExtendedKey('it holds no private key')
  }
  return hdKey({
    curve,
    privateKey,
    chainCode: new Uint8Array(bytes.subarray(13, 45)),
    depth: bytes.readUInt8(4),
    index: bytes.readUInt32BE(9),
    parentFingerprint: new Uint8Array(bytes.subarray(5, 9)),
  })
}

function bytesOf(text: string): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = base58check.decode(text)
  } catch {
    throw IdentityError.badExtendedKey('a character is wrong or missing')
  }
  if (bytes.length !== LENGTH) {
    throw IdentityError.badExtendedKey(`it has ${bytes.length} bytes instead of ${LENGTH}`)
  }
  return bytes
}

function layout(version: number, key: HdKey, keyBytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(version, 0)
  head.writeUInt8(key.depth, 4)
  head.set(key.parentFingerprint, 5)
  head.writeUInt32BE(key.index, 9)
  return concatBytes(head, key.chainCode, keyBytes)
}
