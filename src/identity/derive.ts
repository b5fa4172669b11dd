/**
 * BIP-32 on the two curves of Elastos: P-256 (main chain, DIDs) and secp256k1 (ESC, EID).
 *
 * Elastos takes Bitcoin's BIP-32 as it is and puts P-256 in the place of secp256k1: same HMAC key,
 * same layouts, same version bytes, other order and other points. So the root xprv of a phrase is
 * Bitcoin's, its root xpub is not.
 *
 * Points come from OpenSSL: 0.04 ms each, and no curve library to load.
 *
 * @see Elastos.ELA.Wallet.JS.SDK src/walletcore/hdkey.ts
 */
import { createECDH, createHash, createHmac } from 'node:crypto'
import { toHex } from '../base/bytes-text.ts'
import { IdentityError } from './errors.ts'

export type Curve = 'p256' | 'secp256k1'

/** A private key that others can be derived from. */
export interface HdKey {
  readonly curve: Curve
  /** 32 bytes. */
  readonly privateKey: Uint8Array
  /** 33 bytes, compressed. */
  readonly publicKey: Uint8Array
  readonly chainCode: Uint8Array
  readonly depth: number
  /** With the hardened bit. */
  readonly index: number
  /** First four bytes of the parent's key hash; zeros for a root. */
  readonly parentFingerprint: Uint8Array
}

const HARDENED = 0x8000_0000
const PATH = /^m(?:\/\d+'?)*$/

const CURVES = {
  p256: {
    openssl: 'prime256v1',
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  secp256k1: {
    openssl: 'secp256k1',
    order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  },
} as const

/** The public key of a private key: 33 bytes compressed, or 65. */
export function publicKeyOn(
  curve: Curve,
  privateKey: Uint8Array,
  form: 'compressed' | 'uncompressed' = 'compressed',
): Uint8Array {
  const pair = createECDH(CURVES[curve].openssl)
  pair.setPrivateKey(privateKey)
  return new Uint8Array(pair.getPublicKey(undefined, form))
}

export function isPrivateKey(curve: Curve, bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false
  const number = toNumber(bytes)
  return number > 0n && number < CURVES[curve].order
}

/** Computes the public key when it is first asked for: the last key of a path often goes without. */
export function hdKey(parts: Omit<HdKey, 'publicKey'>): HdKey {
  let publicKey: Uint8Array | undefined
  return {
    ...parts,
    get publicKey() {
      publicKey ??= publicKeyOn(parts.curve, parts.privateKey)
      return publicKey
    },
  }
}

/** The root of all keys of a seed. Throws `identity/badSeed` unless it has 16 to 64 bytes. */
export function rootKey(seed: Uint8Array, curve: Curve): HdKey {
  if (seed.length < 16 || seed.length > 64) throw IdentityError.badSeed(seed.length)
  const mac = hmacSha512(Buffer.from('Bitcoin seed'), seed)
  const privateKey = mac.subarray(0, 32)
  if (!isPrivateKey(curve, privateKey)) throw IdentityError.noSuchKey(0)
  return hdKey({
    curve,
    privateKey,
    chainCode: mac.subarray(32),
    depth: 0,
    index: 0,
    parentFingerprint: new Uint8Array(4),
  })
}

/**
 * The key at the end of a path such as `m/44'/0'/0'/0/0`, `m` being `key` itself.
 *
 * Throws `identity/badPath`, and `identity/noSuchKey` for the index in 2³² that has no key.
 */
export function derive(key: HdKey, path: string): HdKey {
  if (!PATH.test(path)) throw IdentityError.badPath(path)
  let at = key
  for (const step of path.split('/').slice(1)) {
    const hardened = step.endsWith("'")
    const index = Number(hardened ? step.slice(0, -1) : step)
    if (index >= HARDENED) throw IdentityError.badPath(path)
    at = childOf(at, hardened ? index + HARDENED : index)
  }
  return at
}

/** One step down; `index` carries the hardened bit. */
export function childOf(parent: HdKey, index: number): HdKey {
  const { curve, privateKey, publicKey, chainCode, depth } = parent
  if (depth === 255) throw IdentityError.noSuchKey(index)
  const data = Buffer.alloc(37)
  data.set(index >= HARDENED ? privateKey : publicKey, index >= HARDENED ? 1 : 0)
  data.writeUInt32BE(index, 33)
  const mac = hmacSha512(chainCode, data)
  const { order } = CURVES[curve]
  const added = toNumber(mac.subarray(0, 32))
  const number = (added + toNumber(privateKey)) % order
  if (added >= order || number === 0n) throw IdentityError.noSuchKey(index % HARDENED)
  return hdKey({
    curve,
    privateKey: toBytes(number),
    chainCode: mac.subarray(32),
    depth: depth + 1,
    index,
    parentFingerprint: fingerprint(publicKey),
  })
}

function hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha512', key).update(data).digest())
}

/** First four bytes of RIPEMD-160 of SHA-256, as in Bitcoin. */
function fingerprint(publicKey: Uint8Array): Uint8Array {
  const inner = createHash('sha256').update(publicKey).digest()
  return new Uint8Array(createHash('ripemd160').update(inner).digest().subarray(0, 4))
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

function toBytes(number: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(number.toString(16).padStart(64, '0'), 'hex'))
}
