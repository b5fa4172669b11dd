/**
 * Lengths and counts of the main chain: one byte below 0xfd, else a marker byte (0xfd, 0xfe, 0xff)
 * and 2, 4 or 8 bytes, little-endian. Only the shortest form is valid, so that one value has one
 * encoding and one hash.
 *
 * @see Elastos.ELA common/serialize.go
 */
import { type Codec, CodecError, type Reader, type Writer } from '../codec.ts'

/** The limit of text and of attribute data: 16 MiB. */
export const MAX_VAR_STRING_BYTES = 16 * 1024 * 1024

/** A count up to 2^53 − 1; throws `protocol/notCanonical`, `protocol/outOfRange`. */
export const varUint: Codec<number> = {
  write(to, value) {
    if (value < 0xfd) to.u8(value)
    else varUint64.write(to, BigInt(value))
  },
  read(from) {
    const value = readVarUint(from)
    if (typeof value === 'number') return value
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw CodecError.outOfRange('a count', value)
    return Number(value)
  },
}

/** The whole range of 64 bits. */
export const varUint64: Codec<bigint> = {
  write(to, value) {
    if (value < 0xfdn) {
      to.u8(Number(value))
    } else if (value <= 0xffffn) {
      to.u8(0xfd)
      to.u16(Number(value))
    } else if (value <= 0xffff_ffffn) {
      to.u8(0xfe)
      to.u32(Number(value))
    } else {
      to.u8(0xff)
      to.u64(value)
    }
  },
  read: (from) => BigInt(readVarUint(from)),
}

function readVarUint(from: Reader): number | bigint {
  const marker = from.u8()
  if (marker < 0xfd) return marker
  const value = marker === 0xfd ? from.u16() : marker === 0xfe ? from.u32() : from.u64()
  const least = marker === 0xfd ? 0xfd : marker === 0xfe ? 0x1_0000 : 0x1_0000_0000
  if (value < least) throw CodecError.notCanonical('A length or count')
  return value
}

/** Bytes after their length. Throws `protocol/tooLong` above `limit` bytes, in both directions. */
export function varBytes(limit: number, what = 'A byte field'): Codec<Uint8Array> {
  return {
    write(to, value) {
      if (value.length > limit) throw CodecError.tooLong(what, value.length, limit)
      varUint.write(to, value.length)
      to.raw(value)
    },
    read: (from) => from.raw(readLength(from, what, limit)),
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 text after its length in bytes. Bytes that are no UTF-8 are `protocol/malformed`. */
export function varString(limit = MAX_VAR_STRING_BYTES, what = 'A text field'): Codec<string> {
  return {
    write(to, value) {
      const bytes = Buffer.from(value, 'utf8')
      if (bytes.length > limit) throw CodecError.tooLong(what, bytes.length, limit)
      varUint.write(to, bytes.length)
      to.raw(bytes)
    },
    read(from) {
      const bytes = from.raw(readLength(from, what, limit))
      try {
        return utf8.decode(bytes)
      } catch {
        throw CodecError.malformed(`${what} is not UTF-8`)
      }
    },
  }
}

/** Items after their count. A count that cannot fit into the bytes left is `protocol/truncated`. */
export function list<T>(
  item: Codec<T>,
  limit = Number.MAX_SAFE_INTEGER,
  what = 'A list',
): Codec<readonly T[]> {
  return {
    write(to: Writer, items) {
      if (items.length > limit) throw CodecError.tooLong(what, items.length, limit)
      varUint.write(to, items.length)
      for (const one of items) item.write(to, one)
    },
    read(from) {
      const count = readLength(from, what, limit)
      const items: T[] = []
      while (items.length < count) items.push(item.read(from))
      return items
    },
  }
}

/** A count of things of at least one byte each, so it is never more than the bytes left. */
function readLength(from: Reader, what: string, limit: number): number {
  const length = varUint.read(from)
  if (length > limit) throw CodecError.tooLong(what, length, limit)
  if (length > from.left) throw CodecError.truncated(length, from.left)
  return length
}
