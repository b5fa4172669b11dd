/** Values ⇄ bytes. The reader has a limit everywhere; `decode` refuses what is left over. */
import { defineErrors } from '../base/errors.ts'

export const CodecError = defineErrors('protocol', {
  truncated: (wanted: number, left: number) => ({
    message: `The bytes end too early: ${wanted} wanted, ${left} left.`,
  }),
  trailing: (left: number) => ({ message: `${left} bytes are left over after the value.` }),
  outOfRange: (what: string, value: bigint | number) => ({
    message: `${value} does not fit into ${what}.`,
  }),
  notCanonical: (what: string) => ({ message: `${what} is not written in its shortest form.` }),
  tooLong: (what: string, length: number | bigint, limit: number) => ({
    message: `${what} has ${length} entries or bytes, the limit is ${limit}.`,
  }),
  malformed: (what: string) => ({ message: `${what}.` }),
})

export interface Codec<T> {
  write(to: Writer, value: T): void
  read(from: Reader): T
}

export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const to = new Writer()
  codec.write(to, value)
  return to.bytes()
}

/** Throws `protocol/trailing` when bytes are left over, and whatever the codec throws. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const from = new Reader(bytes)
  const value = codec.read(from)
  if (from.left > 0) throw CodecError.trailing(from.left)
  return value
}

/** Appends little-endian integers and bytes to a growing buffer. */
export class Writer {
  #buffer = Buffer.allocUnsafe(256)
  #length = 0

  u8(value: number): void {
    this.#uint(value, 1, 0xff)
  }
  u16(value: number): void {
    this.#uint(value, 2, 0xffff)
  }
  u32(value: number): void {
    this.#uint(value, 4, 0xffff_ffff)
  }
  u64(value: bigint): void {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw CodecError.outOfRange('u64', value)
    const at = this.#grow(8)
    this.#buffer.writeBigUInt64LE(value, at)
  }
  i64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw CodecError.outOfRange('i64', value)
    const at = this.#grow(8)
    this.#buffer.writeBigInt64LE(value, at)
  }
  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length)
    this.#buffer.set(bytes, at)
  }

  /** A copy of what was written so far. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#length))
  }

  #uint(value: number, size: number, limit: number): void {
    if (!Number.isInteger(value) || value < 0 || value > limit) {
      throw CodecError.outOfRange(`u${size * 8}`, value)
    }
    const at = this.#grow(size)
    this.#buffer.writeUIntLE(value, at, size)
  }

  /** Makes room and returns where it begins. It may replace the buffer: call it first. */
  #grow(by: number): number {
    const at = this.#length
    this.#length += by
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#buffer.length * 2))
      larger.set(this.#buffer.subarray(0, at))
      this.#buffer = larger
    }
    return at
  }
}

/** Takes little-endian integers and bytes off the front of `bytes`; throws `protocol/truncated`. */
export class Reader {
  readonly #buffer: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#buffer.length - this.#at
  }
  /** How many bytes were read. */
  get at(): number {
    return this.#at
  }
  u8(): number {
    return this.#buffer.readUInt8(this.#take(1))
  }
  u16(): number {
    return this.#buffer.readUInt16LE(this.#take(2))
  }
  u32(): number {
    return this.#buffer.readUInt32LE(this.#take(4))
  }
  u64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#take(8))
  }
  i64(): bigint {
    return this.#buffer.readBigInt64LE(this.#take(8))
  }
  /** A copy of the next `length` bytes. */
  raw(length: number): Uint8Array {
    const at = this.#take(length)
    return new Uint8Array(this.#buffer.subarray(at, at + length))
  }
  /** The next byte without taking it, `undefined` at the end. */
  peek(): number | undefined {
    return this.#buffer[this.#at]
  }

  #take(wanted: number): number {
    if (wanted > this.left) throw CodecError.truncated(wanted, this.left)
    const at = this.#at
    this.#at += wanted
    return at
  }
}
