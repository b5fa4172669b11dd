/** What is kept in memory of every block; the block itself stays on disk. */
export interface BlockEntry {
  /** Display order. */
  readonly hash: string
  readonly height: number
  readonly parent: BlockEntry | undefined
  /** Seconds since 1970. */
  readonly time: number
  readonly bits: number
  readonly transactions: number
  /** Proof of work of this block and all before it: expected hashes. */
  readonly work: bigint
  /** Where the block is in the block file; `undefined` for genesis, and until it is written. */
  offset: number | undefined
}

/** The blocks after `fork` up to and with `end`, oldest first. */
export function pathTo(end: BlockEntry, fork: BlockEntry): readonly BlockEntry[] {
  const path: BlockEntry[] = []
  for (let at: BlockEntry | undefined = end; at !== undefined && at !== fork; at = at.parent) {
    path.push(at)
  }
  return path.reverse()
}

/** Median time of a block and the ten before it. A new block may not be older. */
export function medianTime(entry: BlockEntry): number {
  const times: number[] = []
  for (
    let at: BlockEntry | undefined = entry;
    at !== undefined && times.length < 11;
    at = at.parent
  ) {
    times.push(at.time)
  }
  times.sort((a, b) => a - b)
  return times[times.length >> 1] ?? entry.time
}

/** The last block two chains share. */
export function forkOf(a: BlockEntry, b: BlockEntry): BlockEntry {
  let left = a
  let right = b
  while (left !== right) {
    const higher = left.height >= right.height ? left : right
    if (higher.parent === undefined) throw new Error('two chains without a common genesis')
    if (higher === left) left = higher.parent
    else right = higher.parent
  }
  return left
}
