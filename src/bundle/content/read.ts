/** Files and folders, read from blocks. Every block is checked by the source that gives it. */
import { messageOf } from '../../base/errors.ts'
import { type Cid, cidText, parseCid } from '../../protocol/ipfs/cid.ts'
import { type DagLink, decodeDagPb } from '../../protocol/ipfs/dag-pb.ts'
import { decodeUnixfs, type Unixfs } from '../../protocol/ipfs/unixfs.ts'
import { ContentError } from './errors.ts'
import type { BlockSource } from './store.ts'

export interface Content extends Unixfs {
  readonly cid: Cid
  readonly links: readonly DagLink[]
}

/** Nodes under nodes: 1,024 links each reach any size within four. */
const MAX_DEPTH = 32

/** What a block is. Throws `content/malformed` and what the source does. */
export async function contentAt(source: BlockSource, cid: Cid): Promise<Content> {
  const block = await source.block(cid)
  if (cid.codec === 'raw') {
    return { cid, kind: 'file', bytes: block, fileSize: block.length, pieces: [], links: [] }
  }
  try {
    const { links, data } = decodeDagPb(block)
    return { cid, links, ...decodeUnixfs(data) }
  } catch (error) {
    throw ContentError.malformed(cidText(cid), messageOf(error).replace(/\.$/, ''))
  }
}

/**
 * Follows `ID`, `ID/name/name`, with or without `/ipfs/` before it.
 * Throws `protocol/badCid`, `content/noSuchEntry`, `content/notAFolder`.
 */
export async function contentOf(source: BlockSource, address: string): Promise<Content> {
  const [first = '', ...names] = address.replace(/^\/ipfs\//, '').split('/')
  let at = await contentAt(source, parseCid(first))
  for (const name of names.filter((part) => part !== '')) {
    if (at.kind !== 'directory') throw ContentError.notAFolder(cidText(at.cid))
    const link = at.links.find((entry) => entry.name === name)
    if (link === undefined) throw ContentError.noSuchEntry(cidText(at.cid), name)
    at = await contentAt(source, link.cid)
  }
  return at
}

/**
 * The bytes of a file, in parts. Sizes that contradict each other end it, so that a few blocks that
 * name each other many times cannot pour for ever.
 * Throws `content/notAFile`, `content/malformed`, and what the source does.
 */
export async function* fileContent(
  source: BlockSource,
  content: Content,
  depth = 0,
): AsyncGenerator<Uint8Array> {
  const { cid, kind, bytes, links, pieces, fileSize } = content
  const bad = (why: string) => ContentError.malformed(cidText(cid), why)
  if (kind !== 'file') throw ContentError.notAFile(cidText(cid))
  if (depth > MAX_DEPTH) throw bad('its blocks are nested too deep')
  if (pieces.length !== links.length) throw bad('its links and their sizes differ in number')
  const sum = pieces.reduce((total, piece) => total + piece, bytes.length)
  if (sum !== fileSize) throw bad('its sizes do not add up')
  if (bytes.length > 0) yield bytes
  for (const [index, link] of links.entries()) {
    const part = await contentAt(source, link.cid)
    if (part.fileSize === 0 || part.fileSize !== pieces[index]) throw bad('a size is wrong')
    yield* fileContent(source, part, depth + 1)
  }
}

/** The id of every block at and below one, each once. Asks the source for those that have links. */
export async function* everyBlock(source: BlockSource, root: Cid): AsyncGenerator<Cid> {
  const seen = new Set<string>()
  const waiting = [root]
  for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) {
    const key = cidText(cid)
    if (seen.has(key)) continue
    seen.add(key)
    const { links } = await contentAt(source, cid)
    yield cid
    waiting.push(...links.map((link) => link.cid))
  }
}
