/** Directories as blocks, from the paths of what is in them. */
import { defineErrors } from '../../base/errors.ts'
import { cidOf } from './cid.ts'
import { encodeDagPb } from './dag-pb.ts'
import type { DagRoot, TakeBlock } from './file-dag.ts'
import { encodeUnixfs } from './unixfs.ts'

export const DirectoryError = defineErrors('protocol', {
  directoryTooLarge: (path: string, entries: number) => ({
    message: `\`${path || '.'}\` holds ${entries} entries, more than one block of a directory can name.`,
    hint: 'Spread them over several folders.',
    exit: 'failed',
  }),
  samePathTwice: (path: string) => ({
    message: `\`${path}\` is given twice, or as a file and as a folder.`,
  }),
  badContentPath: (path: string) => ({
    message: `\`${path}\` is no path inside a directory.`,
    hint: 'Write names with one / between them, without `.`, `..` and a / at either end.',
    exit: 'misused',
  }),
})

export interface TreeEntry {
  /** Names with `/` between them. */
  readonly path: string
  /** Left out: an empty directory, or one that others are in. */
  readonly file?: DagRoot
}

export interface DirectoryOptions {
  readonly version: 0 | 1
  readonly take: TakeBlock
  /** Hears of each directory, what is in it before itself; the top has the path ''. */
  readonly made?: (path: string, root: DagRoot) => void
}

/**
 * Longest block of a directory in bytes. Other writers split longer ones over many blocks, which we
 * do not.
 */
const MAX_DIRECTORY_BYTES = 256 * 1024

type Folder = Map<string, DagRoot | Folder>

const DIRECTORY = encodeUnixfs({
  kind: 'directory',
  bytes: new Uint8Array(),
  fileSize: 0,
  pieces: [],
})

/**
 * Makes the blocks of a directory and all below it; those of the files exist already.
 * Throws `protocol/directoryTooLarge`, `protocol/samePathTwice`, `protocol/badContentPath`.
 */
export function directoryDag(
  entries: Iterable<TreeEntry>,
  { version, take, made }: DirectoryOptions,
): DagRoot {
  const top: Folder = new Map()
  for (const { path, file } of entries) {
    const names = contentPath(path)
    const last = names.pop() ?? ''
    let folder = top
    for (const name of names) folder = folderIn(folder, name, path)
    if (file === undefined) {
      folderIn(folder, last, path)
    } else {
      if (folder.has(last)) throw DirectoryError.samePathTwice(path)
      folder.set(last, file)
    }
  }
  return build(top, '')

  function build(folder: Folder, path: string): DagRoot {
    const links = [...folder]
      .map(([name, entry]) => ({ name, order: Buffer.from(name), entry }))
      .sort((a, b) => Buffer.compare(a.order, b.order))
      .map(({ name, entry }) => {
        const below = path === '' ? name : `${path}/${name}`
        const { cid, dagSize } = entry instanceof Map ? build(entry, below) : entry
        return { cid, name, size: dagSize }
      })
    const block = encodeDagPb({ links, data: DIRECTORY })
    if (block.length > MAX_DIRECTORY_BYTES) {
      throw DirectoryError.directoryTooLarge(path, links.length)
    }
    const cid = cidOf('dag-pb', block, version)
    take(cid, block)
    const below = links.reduce((sum, { size }) => sum + size, 0)
    const root = { cid, fileSize: 0, dagSize: block.length + below }
    made?.(path, root)
    return root
  }
}

function folderIn(folder: Folder, name: string, path: string): Folder {
  const known = folder.get(name)
  if (known instanceof Map) return known
  if (known !== undefined) throw DirectoryError.samePathTwice(path)
  const made: Folder = new Map()
  folder.set(name, made)
  return made
}

/** The names of a path. Throws `protocol/badContentPath`. */
export function contentPath(path: string): string[] {
  const names = path.split('/')
  if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
    throw DirectoryError.badContentPath(path)
  }
  return names
}
