/**
 * The little of the contract calling convention that the chains' own contracts need: one function
 * with one `string`.
 *
 *     4 bytes    selector: the first four of the hash of the signature
 *     32 bytes   where the string begins, counted from after the selector
 *     32 bytes   its length in bytes
 *     …          its UTF-8 bytes, filled up with zeros to a multiple of 32
 */
import { concatBytes, equalBytes, fromHex } from '../../base/bytes-text.ts'
import { CodecError } from '../codec.ts'
import { keccak256 } from './keccak.ts'

const WORD = 32

/** The four bytes that name a function such as `publishDidTransaction(string)`. */
export function selectorOf(signature: string): Uint8Array {
  return keccak256(new TextEncoder().encode(signature)).slice(0, 4)
}

/** Call data of a function with one string argument. */
export function encodeStringCall(selector: Uint8Array, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  const padding = new Uint8Array((WORD - (bytes.length % WORD)) % WORD)
  return concatBytes(selector, wordOf(WORD), wordOf(bytes.length), bytes, padding)
}

/**
 * The string argument of a call, as raw UTF-8 bytes, or `undefined` when the call is of another
 * function. Reads what a Solidity contract would read: bytes after the string do not matter.
 * Throws `protocol/truncated`, `protocol/outOfRange`.
 *
 * @param selector four bytes, or their hexadecimal form
 */
export function decodeStringBytes(
  data: Uint8Array,
  selector: Uint8Array | string,
): Uint8Array | undefined {
  const wanted = typeof selector === 'string' ? fromHex(selector) : selector
  if (data.length < 4 || !equalBytes(data.subarray(0, 4), wanted)) return undefined
  const args = data.subarray(4)
  const offset = sizeAt(args, 0)
  const length = sizeAt(args, offset)
  const from = offset + WORD
  if (length > args.length - from) throw CodecError.truncated(length, args.length - from)
  return args.slice(from, from + length)
}

/**
 * The string argument of a call, or `undefined` when the call is of another function.
 * Throws `protocol/truncated`, `protocol/outOfRange`, `protocol/malformed` for broken UTF-8.
 */
export function decodeStringArgument(
  data: Uint8Array,
  selector: Uint8Array | string,
): string | undefined {
  const bytes = decodeStringBytes(data, selector)
  if (bytes === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw CodecError.malformed('The argument is not UTF-8 text')
  }
}

function wordOf(value: number): Uint8Array {
  const word = Buffer.alloc(WORD)
  word.writeUIntBE(value, WORD - 6, 6)
  return new Uint8Array(word)
}

function sizeAt(args: Uint8Array, at: number): number {
  if (at + WORD > args.length) throw CodecError.truncated(WORD, Math.max(0, args.length - at))
  const value = BigInt(`0x${Buffer.from(args.subarray(at, at + WORD)).toString('hex')}`)
  if (value > 0x7fff_ffffn) throw CodecError.outOfRange('a size in call data', value)
  return Number(value)
}
