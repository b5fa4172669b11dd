/**
 * The little of Protocol Buffers that IPFS blocks use.
 *
 *     field    varint of number × 8 + kind, then the value
 *     kind 0   a varint: 7 bits a byte, low ones first, the top bit says that more follow
 *     kind 2   a varint length, then as many bytes
 */
import { CodecError } from '../codec.ts'

export type Field =
  | { readonly number: number; readonly value: number }
  | { readonly number: number; readonly bytes: Uint8Array }

export class ProtobufWriter {
  readonly #parts: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  uint(number: number, value: number): void {
    this.#add(Uint8Array.of(number * 8, ...varint(value)))
  }

  bytes(number: number, value: Uint8Array): void {
    this.#add(Uint8Array.of(number * 8 + 2, ...varint(value.length)))
    this.#add(value)
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  #add(part: Uint8Array): void {
    this.#parts.push(part)
    this.#length += part.length
  }
}

function varint(value: number): readonly number[] {
  if (!Number.isSafeInteger(value) || value < 0) throw CodecError.outOfRange('a varint', value)
  const digits: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) digits.push((rest % 0x80) + 0x80)
  return [...digits, rest]
}

/** All fields of a message, in order. Throws `protocol/…`; bytes are views of `from`. */
export function readFields(from: Uint8Array): readonly Field[] {
  const fields: Field[] = []
  let at = 0
  const uint = (): number => {
    let value = 0
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = from[at]
      if (byte === undefined) throw CodecError.truncated(1, 0)
      at += 1
      value += (byte % 0x80) * scale
      if (byte < 0x80) {
        if (byte === 0 && scale > 1) throw CodecError.notCanonical('A varint')
        if (!Number.isSafeInteger(value)) break
        return value
      }
    }
    throw CodecError.malformed('A varint is longer than 53 bits')
  }
  while (at < from.length) {
    const key = uint()
    const number = Math.floor(key / 8)
    if (key % 8 === 0) {
      fields.push({ number, value: uint() })
    } else if (key % 8 === 2) {
      const length = uint()
      if (length > from.length - at) throw CodecError.truncated(length, from.length - at)
      fields.push({ number, bytes: from.subarray(at, at + length) })
      at += length
    } else {
      throw CodecError.malformed(`Field ${number} is of kind ${key % 8}, which IPFS does not use`)
    }
  }
  return fields
}
