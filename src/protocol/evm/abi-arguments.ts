/**
 * Arguments and answers of contracts: words, and text that stands after them.
 *
 *     32 bytes a value   the value itself, or where its text begins, from the first argument
 *     …                  each text: 32 bytes length, its bytes, zeros up to a multiple of 32
 */
import { concatBytes, fromHex } from '../../base/bytes-text.ts'
import { CodecError } from '../codec.ts'
import { selectorOf } from './abi.ts'
import { addressBytes, addressOfBytes, type EvmAddress } from './address.ts'

export type AbiValue =
  | { readonly word: Uint8Array }
  /** `string` or `bytes` of any length. */
  | { readonly text: Uint8Array }

const WORD = 32

/** A `uint` of any size, or a `bool`. */
export function uintValue(value: bigint | number): AbiValue {
  const digits = BigInt(value).toString(16)
  if (BigInt(value) < 0n || digits.length > 2 * WORD) throw CodecError.outOfRange('a word', value)
  return { word: fromHex(digits.padStart(2 * WORD, '0')) }
}

export function addressValue(address: string): AbiValue {
  return { word: concatBytes(new Uint8Array(12), addressBytes(address)) }
}

/** `bytes1` to `bytes32`: the bytes come first. */
export function bytesValue(bytes: Uint8Array): AbiValue {
  if (bytes.length > WORD) throw CodecError.tooLong('A word', bytes.length, WORD)
  return { word: concatBytes(bytes, new Uint8Array(WORD - bytes.length)) }
}

export function textValue(text: string | Uint8Array): AbiValue {
  return { text: typeof text === 'string' ? new TextEncoder().encode(text) : text }
}

export function encodeArguments(values: readonly AbiValue[]): Uint8Array {
  const tails: Uint8Array[] = []
  let at = values.length * WORD
  const heads = values.map((value) => {
    if ('word' in value) return value.word
    const { text } = value
    const padding = new Uint8Array((WORD - (text.length % WORD)) % WORD)
    const tail = concatBytes(sizeWord(text.length), text, padding)
    const head = sizeWord(at)
    tails.push(tail)
    at += tail.length
    return head
  })
  return concatBytes(...heads, ...tails)
}

/** @param signature such as `setFloor(bytes20,uint32)` */
export function encodeCall(signature: string, values: readonly AbiValue[]): Uint8Array {
  return concatBytes(selectorOf(signature), encodeArguments(values))
}

/** Reads what a contract answered or told in an event. Each method throws `protocol/truncated`. */
export class AbiReader {
  readonly #data: Uint8Array

  constructor(data: Uint8Array) {
    this.#data = data
  }

  /** 32 bytes. */
  word(index: number): Uint8Array {
    const at = index * WORD
    const left = this.#data.length - at
    if (left < WORD) throw CodecError.truncated(WORD, Math.max(0, left))
    return this.#data.slice(at, at + WORD)
  }

  uint(index: number): bigint {
    return BigInt(`0x${Buffer.from(this.word(index)).toString('hex')}`)
  }

  address(index: number): EvmAddress {
    return addressOfBytes(this.word(index).subarray(12))
  }

  /** Bytes of a `string` or `bytes`. */
  bytes(index: number): Uint8Array {
    const at = this.#size(this.word(index))
    const length = this.#size(new AbiReader(this.#data.subarray(at)).word(0))
    const left = this.#data.length - at - WORD
    if (length > left) throw CodecError.truncated(length, left)
    return this.#data.slice(at + WORD, at + WORD + length)
  }

  /** A `string`; what is not UTF-8 in it is replaced. */
  text(index: number): string {
    return new TextDecoder().decode(this.bytes(index))
  }

  #size(word: Uint8Array): number {
    const size = BigInt(`0x${Buffer.from(word).toString('hex')}`)
    if (size > BigInt(this.#data.length)) {
      throw CodecError.truncated(this.#data.length, this.#data.length)
    }
    return Number(size)
  }
}

function sizeWord(size: number): Uint8Array {
  const word = Buffer.alloc(WORD)
  word.writeUIntBE(size, WORD - 6, 6)
  return new Uint8Array(word)
}
