/**
 * A bundle that lies about as files: a tree in a content store, or an unpacked folder. Its archive
 * follows from them byte for byte, so it is made again and read by the one reader there is.
 */
import { type Cid, cidText } from '../protocol/ipfs/cid.ts'
import { ByteSource } from './byte-source.ts'
import { type Content, contentAt, fileContent } from './content/read.ts'
import type { BlockSource, StoredFile } from './content/store.ts'
import { filesBelow } from './content/stored-files.ts'
import { BundleError } from './errors.ts'
import { parseList } from './file-list.ts'
import { limits } from './limits.ts'
import { FILE_LIST, MANIFEST, SIGNATURES } from './path-grammar.ts'
import { Refusal } from './refusal.ts'
import { END, headerOf, paddingOf } from './ustar.ts'

const HEAD = [
  [MANIFEST, limits.manifestBytes],
  [SIGNATURES, limits.signatureBytes],
  [FILE_LIST, limits.listBytes],
] as const
/** Paths deeper than these are in no bundle. */
const MAX_DEPTH = 33

/**
 * The archive of a tree of content. The source must check each block by its id, as a local store
 * does. Throws `content/…`, and a `Refusal` for a tree too large to be a bundle.
 */
export async function sourceOfTree(source: BlockSource, root: Cid): Promise<ByteSource> {
  return sourceOfFiles(await filesInTree(source, root))
}

/** The archive of a folder that a bundle was unpacked to with its head. Throws `bundle/unreadable`. */
export function sourceOfFolder(folder: string): ByteSource {
  try {
    return sourceOfFiles(filesBelow(folder))
  } catch (error) {
    throw BundleError.unreadable(folder, error)
  }
}

function sourceOfFiles(files: readonly StoredFile[]): ByteSource {
  return new ByteSource(archiveOf(new Map(files.map((file) => [file.path, file]))))
}

/** Every file of a tree, in the order of its links. */
async function filesInTree(source: BlockSource, root: Cid): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = []
  let folders = 0
  const seen = new Map<string, Promise<Content>>()
  const look = (cid: Cid): Promise<Content> => {
    const found = seen.get(cidText(cid)) ?? contentAt(source, cid)
    seen.set(cidText(cid), found)
    return found
  }
  const walk = async (cid: Cid, above: readonly string[]): Promise<void> => {
    const at = cid.codec === 'raw' ? undefined : await look(cid)
    if (at?.kind === 'directory') {
      folders += 1
      // A few folders that hold each other many times would keep us for ever.
      if (folders > limits.files) throw Refusal.tooLarge('folders', folders, limits.files)
      if (above.length > MAX_DEPTH) throw Refusal.badList('its folders are nested too deep')
      for (const link of at.links) await walk(link.cid, [...above, link.name])
      return
    }
    if (files.length > limits.files + HEAD.length) {
      throw Refusal.tooLarge('files', files.length, limits.files)
    }
    files.push({
      path: above.join('/'),
      async *open() {
        yield* fileContent(source, at ?? (await contentAt(source, cid)))
      },
    })
  }
  await walk(root, [])
  if (files.length === 1 && files[0]?.path === '') throw BundleError.noTree(cidText(root))
  return files
}

async function* archiveOf(files: ReadonlyMap<string, StoredFile>): AsyncGenerator<Buffer> {
  let list: Buffer = Buffer.alloc(0)
  for (const [name, limit] of HEAD) {
    list = await wholeOf(files.get(name), name, limit)
    yield* entry({ path: name, mode: '644', size: list.length }, [list])
  }
  const listed = parseList(list)
  const known = new Set(listed.map(({ path: at }) => at))
  const stranger = [...files.keys()].find(
    (at) => !known.has(at) && !HEAD.some(([own]) => own === at),
  )
  if (stranger !== undefined) throw Refusal.badList(`it does not name \`${stranger}\``)
  for (const one of listed) {
    const file = files.get(one.path)
    if (file === undefined) throw Refusal.cutOff(one.path)
    yield* entry(one, file.open())
  }
  yield END
}

async function* entry(
  one: Parameters<typeof headerOf>[0],
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  yield headerOf(one)
  let left = one.size
  for await (const part of content) {
    left -= part.length
    if (left < 0) break
    yield Buffer.from(part.buffer, part.byteOffset, part.length)
  }
  if (left !== 0) throw Refusal.wrongDigest(one.path)
  yield Buffer.alloc(paddingOf(one.size))
}

async function wholeOf(file: StoredFile | undefined, name: string, limit: number): Promise<Buffer> {
  if (file === undefined) throw Refusal.cutOff(name)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of file.open()) {
    length += part.length
    if (length > limit) throw Refusal.tooLarge(`\`${name}\``, length, limit)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
