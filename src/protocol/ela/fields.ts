/** Codecs of single fields, and of records made of them. */
import { type Codec, CodecError, type Reader, type Writer } from '../codec.ts'

export const u8: Codec<number> = { write: (to, value) => to.u8(value), read: (from) => from.u8() }
export const u16: Codec<number> = {
  write: (to, value) => to.u16(value),
  read: (from) => from.u16(),
}
export const u32: Codec<number> = {
  write: (to, value) => to.u32(value),
  read: (from) => from.u32(),
}
export const u64: Codec<bigint> = {
  write: (to, value) => to.u64(value),
  read: (from) => from.u64(),
}
export const i64: Codec<bigint> = {
  write: (to, value) => to.i64(value),
  read: (from) => from.i64(),
}

/** One byte, 0 or 1. Others would not survive being written again, so they are refused. */
export const bool: Codec<boolean> = {
  write: (to, value) => to.u8(value ? 1 : 0),
  read(from) {
    const byte = from.u8()
    if (byte > 1) throw CodecError.malformed(`A yes-or-no byte is ${byte}, neither 0 nor 1`)
    return byte === 1
  },
}

/** Exactly `length` bytes without a length before them. */
export function fixedBytes(length: number, what: string): Codec<Uint8Array> {
  return {
    write(to, value) {
      if (value.length !== length) {
        throw CodecError.malformed(`${what} has ${value.length} bytes instead of ${length}`)
      }
      to.raw(value)
    },
    read: (from) => from.raw(length),
  }
}

/** A hash in internal order. */
export const hash32 = fixedBytes(32, 'A hash')
/** Prefix byte and 20 bytes of hash. */
export const programHash21 = fixedBytes(21, 'A program hash')

/** A codec for every field but `kind`; optional fields may be left out. */
export type FieldsOf<T> = {
  readonly [K in keyof T as Exclude<K, 'kind'>]: Codec<Exclude<T[K], undefined>>
}

/** A record whose fields are written in the order in which `fields` lists them. */
export function struct<T extends object>(fields: FieldsOf<T>): Codec<T> {
  return ordered<T>({}, fields)
}

/** The same for one member of a union: `kind` is set on reading and not on the wire. */
export function variant<T extends { readonly kind: string }>(
  kind: T['kind'],
  fields: FieldsOf<T>,
): Codec<T> {
  return ordered<T>({ kind }, fields)
}

function ordered<T extends object>(start: object, fields: object): Codec<T> {
  const entries = Object.entries(fields) as [string, Codec<unknown>][]
  return {
    write(to: Writer, value: T) {
      const record = value as Readonly<Record<string, unknown>>
      for (const [name, codec] of entries) {
        const field = record[name]
        if (field === undefined) {
          throw CodecError.malformed(`The field \`${name}\` is missing, this version has one`)
        }
        codec.write(to, field)
      }
    },
    read(from: Reader): T {
      const record: Record<string, unknown> = { ...start }
      for (const [name, codec] of entries) record[name] = codec.read(from)
      return record as T
    },
  }
}
