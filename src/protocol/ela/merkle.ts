/** Merkle trees of transaction ids: double SHA-256 of pairs, the last one paired with itself. */
import { sha256d } from './hash.ts'

const HASH_BYTES = 32

/**
 * The root over hashes in internal order; one hash is its own root.
 *
 * @see Elastos.ELA crypto/merkletree.go
 */
export function merkleRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes
  while (level.length > 1) level = levelAbove(level)
  const [root] = level
  if (root === undefined) throw new Error('a Merkle tree needs a leaf')
  return root
}

/** The hashes that lead from the leaf at `index` to the root, lowest first. */
export function merkleBranch(hashes: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  if (hashes[index] === undefined) throw new Error(`no leaf ${index} among ${hashes.length}`)
  const branch: Uint8Array[] = []
  let level = hashes
  let at = index
  while (level.length > 1) {
    const sibling = level[at ^ 1] ?? level[at]
    if (sibling !== undefined) branch.push(sibling)
    level = levelAbove(level)
    at >>= 1
  }
  return branch
}

/** The root a branch leads to; bit i of `index` tells whether the hash is on the right at level i. */
export function rootOfBranch(
  hash: Uint8Array,
  branch: readonly Uint8Array[],
  index: number,
): Uint8Array {
  let root = hash
  let at = index
  for (const sibling of branch) {
    root = at % 2 === 1 ? parentOf(sibling, root) : parentOf(root, sibling)
    at = Math.floor(at / 2)
  }
  return root
}

function levelAbove(level: readonly Uint8Array[]): readonly Uint8Array[] {
  const above: Uint8Array[] = []
  for (let at = 0; at < level.length; at += 2) {
    const left = level[at]
    if (left !== undefined) above.push(parentOf(left, level[at + 1] ?? left))
  }
  return above
}

function parentOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(2 * HASH_BYTES)
  both.set(left)
  both.set(right, HASH_BYTES)
  return sha256d(both)
}
