/**
 * Carrier ids: 32 bytes. A node's or a peer's id is an Ed25519 public key, a value's id is a hash.
 *
 * Written in Base58 (Bitcoin's alphabet, no checksum) or as `0x` and 64 hexadecimal digits.
 *
 * @see Elastos.Carrier.Java api/src/main/java/elastos/carrier/Id.java
 */
import { base58 } from '@scure/base'
import { fromHex } from '../../base/bytes-text.ts'
import { CarrierError } from './errors.ts'

export type Id = Uint8Array

export const ID_BYTES = 32
const ID_BITS = 256

/** Reads an id in either form. Throws `carrier/notAnId`. */
export function parseId(text: string): Id {
  // Base58 of 32 bytes has 32 to 44 digits; longer text would only cost time.
  if (text.length > 66) throw CarrierError.notAnId(text)
  let id: Uint8Array
  try {
    id = text.startsWith('0x') ? fromHex(text) : base58.decode(text)
  } catch {
    throw CarrierError.notAnId(text)
  }
  if (id.length !== ID_BYTES) throw CarrierError.notAnId(text)
  return id
}

/** Base58, the form people and configuration files use. */
export function idText(id: Id): string {
  return base58.encode(id)
}

/** The distance of two ids: a 256-bit big-endian number. */
export function distance(a: Id, b: Id): Uint8Array {
  return Uint8Array.from(a, (byte, index) => byte ^ (b[index] ?? 0))
}

/** Bit length of the distance: 0 for the same id, 256 when already the first bit differs. */
export function approximateDistance(a: Id, b: Id): number {
  return ID_BITS - firstDifference(a, b)
}

/** Below zero when `a` is nearer to `target` than `b`, above when it is farther. */
export function compareDistance(target: Id, a: Id, b: Id): number {
  for (let index = 0; index < ID_BYTES; index += 1) {
    const wanted = target[index] ?? 0
    const difference = ((a[index] ?? 0) ^ wanted) - ((b[index] ?? 0) ^ wanted)
    if (difference !== 0) return difference < 0 ? -1 : 1
  }
  return 0
}

/** Index of the first bit, counted from the most significant, in which two ids differ; 256 if none. */
export function firstDifference(a: Id, b: Id): number {
  for (let index = 0; index < ID_BYTES; index += 1) {
    const different = (a[index] ?? 0) ^ (b[index] ?? 0)
    if (different !== 0) return index * 8 + Math.clz32(different) - 24
  }
  return ID_BITS
}
