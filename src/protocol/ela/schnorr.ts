/**
 * Schnorr signatures on P-256 in the chain's own form (not BIP 340):
 *
 *     e = SHA-256(r 32 || public key 33 || message 32) mod n
 *     R = s·G − e·P must have x = r and a y that is a square modulo p
 *
 * The message is the double SHA-256 of the unsigned transaction. Keys aggregate by adding points.
 *
 * @see Elastos.ELA crypto/schnorr.go
 */
import { createHmac } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import { concatBytes, toHex } from '../../base/bytes-text.ts'
import { ChainError } from './errors.ts'
import { sha256 } from './hash.ts'
import { publicKeyOf } from './keys.ts'

const { Point } = p256
const { Fp, Fn } = Point
type Point = InstanceType<typeof Point>

/** Whether `signature` (r and s) of a 32-byte message is right for a key or sum of keys. */
export function verifySchnorr(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64 || message.length !== 32) return false
  const r = numberOf(signature.subarray(0, 32))
  const s = numberOf(signature.subarray(32))
  if (r >= Fp.ORDER || s >= Fn.ORDER) return false
  const key = pointOf(publicKey)
  if (key === undefined) return false
  const e = challenge(signature.subarray(0, 32), publicKey, message)
  const R = times(Point.BASE, s).add(times(key, Fn.neg(e)))
  if (R.is0()) return false
  const { x, y } = R.toAffine()
  return x === r && isSquare(y)
}

/**
 * Signs for the sum of the keys. The nonce follows from keys and message, so that no message ever
 * gets two signatures with one nonce. Throws `protocol/badPrivateKey`.
 */
export function signSchnorr(message: Uint8Array, privateKeys: readonly Uint8Array[]): Uint8Array {
  let secret = 0n
  for (const privateKey of privateKeys) {
    publicKeyOf(privateKey)
    secret = Fn.add(secret, numberOf(privateKey))
  }
  if (secret === 0n) throw ChainError.badPrivateKey('the keys add up to nothing')
  const publicKey = Point.BASE.multiply(secret).toBytes(true)
  const nonce = nonceOf(secret, message)
  const { x, y } = Point.BASE.multiply(nonce).toAffine()
  const r = bytesOf(x)
  const k = isSquare(y) ? nonce : Fn.neg(nonce)
  const e = challenge(r, publicKey, message)
  return concatBytes(r, bytesOf(Fn.add(k, Fn.mul(e, secret))))
}

/** The one key for which all of these must sign. Throws `protocol/badPublicKey`. */
export function aggregateKeys(publicKeys: readonly Uint8Array[]): Uint8Array {
  let sum = Point.ZERO
  for (const publicKey of publicKeys) {
    const point = pointOf(publicKey)
    if (point === undefined) throw ChainError.badPublicKey('it is no point of the curve')
    sum = sum.add(point)
  }
  if (sum.is0()) throw ChainError.badPublicKey('the keys add up to nothing')
  return sum.toBytes(true)
}

function nonceOf(secret: bigint, message: Uint8Array): bigint {
  // 64 bytes, so that the remainder is as good as evenly spread.
  const wide = createHmac('sha512', bytesOf(secret))
    .update('Schnorr P-256')
    .update(message)
    .digest()
  return Fn.create(numberOf(wide)) || 1n
}

function challenge(r: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint {
  return Fn.create(numberOf(sha256(concatBytes(r, publicKey, message))))
}

/** Public values only: the time it takes tells about them. */
function times(point: Point, factor: bigint): Point {
  return factor === 0n ? Point.ZERO : point.multiplyUnsafe(factor)
}

function isSquare(y: bigint): boolean {
  return y !== 0n && Fp.eql(Fp.pow(y, (Fp.ORDER - 1n) / 2n), Fp.ONE)
}

function pointOf(publicKey: Uint8Array): Point | undefined {
  if (publicKey.length !== 33) return undefined
  try {
    return Point.fromBytes(publicKey)
  } catch {
    return undefined
  }
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

function bytesOf(value: bigint): Uint8Array {
  return Fn.toBytes(value)
}
