/**
 * The ids that begin with the same bits: a branch of the tree of all ids.
 *
 * Depth d fixes bits 0…d, so that depth -1 is the root with every id in it and depth 255 is one id.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/Prefix.java
 */
import { firstDifference, ID_BYTES, type Id } from './id.ts'

export interface Prefix {
  /** The fixed bits, then zeros. */
  readonly bits: Id
  readonly depth: number
}

export const MAX_DEPTH = 255

export const rootPrefix: Prefix = { bits: new Uint8Array(ID_BYTES), depth: -1 }

/** The branch of this depth in which `id` is. */
export function prefixOf(id: Id, depth: number): Prefix {
  const fixed = depth + 1
  const bits = id.map((byte, index) => byte & keptBits(fixed - index * 8))
  return { bits, depth }
}

export function isPrefixOf({ bits, depth }: Prefix, id: Id): boolean {
  return firstDifference(bits, id) > depth
}

/** Whether two branches are the two halves of one. */
export function areSiblings(a: Prefix, b: Prefix): boolean {
  return a.depth === b.depth && firstDifference(a.bits, b.bits) === a.depth
}

export function parentOf({ bits, depth }: Prefix): Prefix {
  return prefixOf(bits, depth - 1)
}

/** The two halves of a branch, the one with the zero bit first. Not for `MAX_DEPTH`. */
export function splitPrefix({ bits, depth }: Prefix): readonly [Prefix, Prefix] {
  const next = depth + 1
  const high = bits.slice()
  high[next >> 3] = (high[next >> 3] ?? 0) | (0x80 >> (next & 7))
  return [
    { bits, depth: next },
    { bits: high, depth: next },
  ]
}

/** An id of the branch; `random` (32 bytes) decides which. */
export function idWithin({ bits, depth }: Prefix, random: Uint8Array): Id {
  return bits.map((byte, index) => byte | ((random[index] ?? 0) & ~keptBits(depth + 1 - index * 8)))
}

/** A mask of the first `count` bits of a byte. */
function keptBits(count: number): number {
  if (count <= 0) return 0
  return count >= 8 ? 0xff : (0xff00 >> count) & 0xff
}
