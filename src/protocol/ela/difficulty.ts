/**
 * Targets and their compact form: the first byte is a length in bytes, the other three the highest
 * bytes of the number, with a sign bit that targets never have set.
 *
 * @see Elastos.ELA blockchain/difficulty.go
 */
import { toHex } from '../../base/bytes-text.ts'
import { reversed } from './hash.ts'

/** No block may be easier than this. */
export const POW_LIMIT = 2n ** 255n - 1n
/** Of the first block on the public networks. */
export const POW_LIMIT_BITS = 0x1f00_08ff
/** Of every block of a network with instant blocks: about two tries. */
export const INSTANT_BITS = 0x207f_ffff

/** The target of compact bits, below zero when the sign bit is set. */
export function targetOfBits(bits: number): bigint {
  const mantissa = BigInt(bits & 0x007f_ffff)
  const shift = 8n * (BigInt(bits >>> 24) - 3n)
  const size = shift < 0n ? mantissa >> -shift : mantissa << shift
  return (bits & 0x0080_0000) === 0 ? size : -size
}

/** The compact bits of a target of zero or more; digits below the highest 23 bits are lost. */
export function bitsOfTarget(target: bigint): number {
  if (target <= 0n) return 0
  const digits = target.toString(16)
  let length = Math.ceil(digits.length / 2)
  const shift = 8n * (BigInt(length) - 3n)
  let mantissa = Number(shift < 0n ? target << -shift : target >> shift)
  if ((mantissa & 0x0080_0000) !== 0) {
    mantissa >>= 8
    length += 1
  }
  return length * 0x100_0000 + mantissa
}

/** A hash (internal order) as the number that is compared with a target. */
export function numberOfHash(hash: Uint8Array): bigint {
  return BigInt(`0x${toHex(reversed(hash))}`)
}

/** Whether a hash is proof of work for the bits; never for targets of zero or above the limit. */
export function meetsBits(hash: Uint8Array, bits: number): boolean {
  const target = targetOfBits(bits)
  return target > 0n && target <= POW_LIMIT && numberOfHash(hash) <= target
}

/** How much work a block adds: the tries its target takes on average. */
export function workOfBits(bits: number): bigint {
  const target = targetOfBits(bits)
  return target <= 0n ? 0n : 2n ** 256n / (target + 1n)
}

/** The number `getmininginfo` and blocks show: how much harder than the limit, rounded down. */
export function difficultyOfBits(bits: number, limitBits: number): bigint {
  const target = targetOfBits(bits)
  return target <= 0n ? 0n : targetOfBits(limitBits) / target
}

export interface RetargetRule {
  /** Bits of block 1. With `INSTANT_BITS` they never change. */
  readonly limitBits: number
  /** How long the blocks between two retargets should take. */
  readonly timespanSeconds: number
  readonly secondsPerBlock: number
  /** By how much one retarget may change the target at most, up or down. */
  readonly factor: number
}

/** One day of blocks, two minutes each. */
export const PUBLIC_RETARGET: RetargetRule = {
  limitBits: POW_LIMIT_BITS,
  timespanSeconds: 24 * 60 * 60,
  secondsPerBlock: 120,
  factor: 4,
}

export interface PreviousBlock {
  readonly height: number
  readonly bits: number
  /** Seconds since 1970. */
  readonly time: number
}

/**
 * The bits of the block after `previous`.
 *
 * @param timeAt time of an earlier block of the same branch, asked for only at a retarget
 */
export function nextBits(
  rule: RetargetRule,
  previous: PreviousBlock,
  timeAt: (height: number) => number,
): number {
  if (previous.height === 0 || rule.limitBits === INSTANT_BITS) return rule.limitBits
  const interval = Math.floor(rule.timespanSeconds / rule.secondsPerBlock)
  if ((previous.height + 1) % interval !== 0) return previous.bits
  const actual = previous.time - timeAt(previous.height - interval + 1)
  const least = Math.floor(rule.timespanSeconds / rule.factor)
  const span = Math.min(Math.max(actual, least), rule.timespanSeconds * rule.factor)
  const target = (targetOfBits(previous.bits) * BigInt(span)) / BigInt(rule.timespanSeconds)
  return bitsOfTarget(target < POW_LIMIT ? target : POW_LIMIT)
}
