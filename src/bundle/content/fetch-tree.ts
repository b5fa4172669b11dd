/** Bringing content into the local store: only the blocks that it does not have. */
import { createHash } from 'node:crypto'
import { equalBytes } from '../../base/bytes-text.ts'
import { type Cid, cidText } from '../../protocol/ipfs/cid.ts'
import { ContentError } from './errors.ts'
import type { LocalStore } from './local-store.ts'
import { contentAt } from './read.ts'
import type { BlockSource } from './store.ts'

export interface Fetched {
  readonly fetchedBlocks: number
  readonly fetchedBytes: number
  /** Blocks that were here already, such as the files an update did not change. */
  readonly keptBlocks: number
}

export interface FetchOptions {
  readonly from: BlockSource
  readonly into: LocalStore
  /** Most bytes to fetch. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

const AT_ONCE = 8

/**
 * Fetches what is at and below `root`, checks every block by its id, and pins it.
 * Throws `content/damaged`, `content/tooLarge`, `content/malformed`, and what the source does.
 */
export async function fetchTree(
  root: Cid,
  { from, into, maxBytes, signal }: FetchOptions,
): Promise<Fetched> {
  const seen = new Set<string>()
  let level: readonly Cid[] = [root]
  let fetchedBlocks = 0
  let fetchedBytes = 0
  const bring = async (cid: Cid): Promise<void> => {
    signal?.throwIfAborted()
    if (into.has(cid)) return
    const bytes = await from.block(cid)
    if (!equalBytes(createHash('sha256').update(bytes).digest(), cid.digest)) {
      throw ContentError.damaged(cidText(cid), from.name)
    }
    fetchedBlocks += 1
    fetchedBytes += bytes.length
    if (fetchedBytes > maxBytes) throw ContentError.tooLarge(cidText(root), maxBytes)
    into.put(cid, bytes)
  }
  while (level.length > 0) {
    const fresh = level.filter((cid) => !seen.has(cidText(cid)))
    for (const cid of fresh) seen.add(cidText(cid))
    for (let at = 0; at < fresh.length; at += AT_ONCE) {
      await Promise.all(fresh.slice(at, at + AT_ONCE).map(bring))
    }
    const below = new Map<string, Cid>()
    for (const cid of fresh.filter(({ codec }) => codec !== 'raw')) {
      for (const link of (await contentAt(into, cid)).links) below.set(cidText(link.cid), link.cid)
    }
    level = [...below.values()]
  }
  await into.pin(root)
  return { fetchedBlocks, fetchedBytes, keptBlocks: seen.size - fetchedBlocks }
}
