/**
 * Several `string` or `bytes` values, one after another, in the contract calling convention.
 *
 *     32 bytes a value   where it begins, counted from the start of all
 *     …                  each: 32 bytes length, its bytes, zeros up to a multiple of 32
 */
import { concatBytes } from '../../base/bytes-text.ts'
import { CodecError } from '../codec.ts'

const WORD = 32

export function encodeTexts(...texts: readonly Uint8Array[]): Uint8Array {
  const bodies = texts.map((text) =>
    concatBytes(word(text.length), text, new Uint8Array((WORD - (text.length % WORD)) % WORD)),
  )
  let at = texts.length * WORD
  const heads = bodies.map((body) => {
    const head = word(at)
    at += body.length
    return head
  })
  return concatBytes(...heads, ...bodies)
}

/** Throws `protocol/truncated` and `protocol/outOfRange`. */
export function decodeTexts(data: Uint8Array, count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const from = sizeAt(data, index * WORD)
    const length = sizeAt(data, from)
    const start = from + WORD
    if (length > data.length - start) throw CodecError.truncated(length, data.length - start)
    return data.slice(start, start + length)
  })
}

function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(WORD)
  bytes.writeUIntBE(value, WORD - 6, 6)
  return new Uint8Array(bytes)
}

function sizeAt(data: Uint8Array, at: number): number {
  if (at + WORD > data.length) throw CodecError.truncated(WORD, Math.max(0, data.length - at))
  const value = BigInt(`0x${Buffer.from(data.subarray(at, at + WORD)).toString('hex')}`)
  if (value > 0x7fff_ffffn) throw CodecError.outOfRange('a size in call data', value)
  return Number(value)
}
