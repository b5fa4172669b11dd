/**
 * Recursive length prefix: the byte form of transactions and blocks of EVM chains.
 *
 *     first byte     meaning
 *     00 … 7f        the byte itself
 *     80 … b7        a string of 0 … 55 bytes
 *     b8 … bf        a string whose length is the next 1 … 8 bytes, big-endian
 *     c0 … f7        a list whose items take 0 … 55 bytes
 *     f8 … ff        a list whose length is the next 1 … 8 bytes, big-endian
 *
 * Every value has one form only. The others are refused, as the chains' nodes refuse them.
 *
 * @see Elastos.ELA.SideChain.ESC rlp/decode.go
 */
import { concatBytes } from '../../base/bytes-text.ts'
import { CodecError } from '../codec.ts'

export type RlpItem = Uint8Array | readonly RlpItem[]

const MAX_DEPTH = 64
const SHORT = 55
const STRING = 0x80
const LIST = 0xc0

export function encodeRlp(item: RlpItem): Uint8Array {
  return concatBytes(...partsOf(item, 0))
}

function partsOf(item: RlpItem, depth: number): readonly Uint8Array[] {
  if (depth > MAX_DEPTH) throw CodecError.tooLong('The nesting of lists', depth, MAX_DEPTH)
  if (item instanceof Uint8Array) {
    const first = item[0]
    if (item.length === 1 && first !== undefined && first < STRING) return [item]
    return [headOf(STRING, item.length), item]
  }
  const parts = item.flatMap((inner) => partsOf(inner, depth + 1))
  return [
    headOf(
      LIST,
      parts.reduce((sum, part) => sum + part.length, 0),
    ),
    ...parts,
  ]
}

function headOf(kind: number, length: number): Uint8Array {
  if (length <= SHORT) return Uint8Array.of(kind + length)
  const digits = bytesOfUint(BigInt(length))
  return Uint8Array.of(kind + SHORT + digits.length, ...digits)
}

/**
 * Throws `protocol/truncated`, `protocol/trailing`, `protocol/notCanonical` for a length or a single
 * byte in a longer form, and `protocol/tooLong` for lists in more than 64 lists.
 */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const { item, end } = readItem(bytes, { at: 0, end: bytes.length, depth: 0 })
  if (end < bytes.length) throw CodecError.trailing(bytes.length - end)
  return item
}

interface Span {
  readonly at: number
  readonly end: number
  readonly depth: number
}

function readItem(bytes: Uint8Array, span: Span): { readonly item: RlpItem; readonly end: number } {
  if (span.depth > MAX_DEPTH)
    throw CodecError.tooLong('The nesting of lists', span.depth, MAX_DEPTH)
  const first = bytes[span.at]
  if (first === undefined || span.at >= span.end) throw CodecError.truncated(1, 0)
  if (first < STRING) return { item: bytes.slice(span.at, span.at + 1), end: span.at + 1 }
  const kind = first < LIST ? STRING : LIST
  const { from, to } = contentOf(bytes, span, first - kind)
  if (kind === STRING) return { item: stringOf(bytes, from, to), end: to }
  const items: RlpItem[] = []
  for (let at = from; at < to; ) {
    const read = readItem(bytes, { at, end: to, depth: span.depth + 1 })
    items.push(read.item)
    at = read.end
  }
  return { item: items, end: to }
}

function stringOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const first = bytes[from]
  if (to - from === 1 && first !== undefined && first < STRING) {
    throw CodecError.notCanonical('A single byte')
  }
  return bytes.slice(from, to)
}

/** Where the content of an item lies; `size` is its first byte without the kind. */
function contentOf(bytes: Uint8Array, span: Span, size: number): { from: number; to: number } {
  const head = span.at + 1
  const digits = size > SHORT ? size - SHORT : 0
  const from = head + digits
  if (from > span.end) throw CodecError.truncated(digits, span.end - head)
  const length = digits === 0 ? size : longLength(bytes.subarray(head, from))
  if (length > span.end - from) throw CodecError.truncated(length, span.end - from)
  return { from, to: from + length }
}

function longLength(digits: Uint8Array): number {
  if (digits[0] === 0) throw CodecError.notCanonical('A length')
  const length = digits.reduce((sum, digit) => sum * 256 + digit, 0)
  if (length <= SHORT) throw CodecError.notCanonical('A length')
  return length
}

/** Big-endian without leading zeros; zero is no bytes at all. */
export function bytesOfUint(value: bigint): Uint8Array {
  if (value < 0n) throw CodecError.outOfRange('an unsigned integer', value)
  if (value === 0n) return new Uint8Array()
  const digits = value.toString(16)
  return new Uint8Array(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'))
}

/** Throws `protocol/notCanonical` for leading zeros, `protocol/tooLong` beyond `maxBytes`. */
export function uintOfBytes(bytes: Uint8Array, maxBytes = 32): bigint {
  if (bytes.length > maxBytes) throw CodecError.tooLong('An integer', bytes.length, maxBytes)
  if (bytes[0] === 0) throw CodecError.notCanonical('An integer')
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}
