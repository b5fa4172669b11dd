/**
 * An unpacked bundle, read as if it were its archive: the same comparison then decides, byte by byte,
 * and what it lets pass is what is staged. Nothing is looked at twice.
 */
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { systemCodeOf } from '../../base/errors.ts'
import { ByteSource } from '../../bundle/byte-source.ts'
import { BundleError } from '../../bundle/errors.ts'
import { type ListedFile, parseList } from '../../bundle/file-list.ts'
import { limits } from '../../bundle/limits.ts'
import { FILE_LIST, MANIFEST, SIGNATURES } from '../../bundle/path-grammar.ts'
import { END, headerOf, paddingOf } from '../../bundle/ustar.ts'
import { GateError } from './errors.ts'

const CHUNK_BYTES = 1 << 18
/** Not blocking: a pipe in the place of a file would else hold us for ever. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Throws `gate/noBundleFolder`; the source also `gate/linkInside`, `gate/undeclared`. */
export async function openFolder(folder: string): Promise<ByteSource> {
  const manifest = await lstat(path.join(folder, MANIFEST)).catch(() => undefined)
  if (manifest === undefined) throw GateError.noBundleFolder(folder)
  return new ByteSource(archiveOf(folder))
}

async function* archiveOf(folder: string): AsyncGenerator<Buffer> {
  const own = new Map<string, Buffer>()
  for (const [name, limit] of [
    [MANIFEST, limits.manifestBytes],
    [SIGNATURES, limits.signatureBytes],
    [FILE_LIST, limits.listBytes],
  ] as const) {
    own.set(name, await readOwn(folder, name, limit))
  }
  for (const [name, bytes] of own) yield* entry({ path: name, mode: '644' }, bytes)
  const files = parseList(own.get(FILE_LIST) ?? Buffer.alloc(0))
  await checkNothingElse(folder, files)
  for (const file of files) {
    yield headerOf(file)
    yield* contentOf(folder, file)
    yield Buffer.alloc(paddingOf(file.size))
  }
  yield END
}

function* entry(head: { path: string; mode: '644' }, bytes: Buffer): Generator<Buffer> {
  yield headerOf({ ...head, size: bytes.length })
  yield bytes
  yield Buffer.alloc(paddingOf(bytes.length))
}

async function readOwn(folder: string, name: string, limit: number): Promise<Buffer> {
  const handle = await openPlain(folder, name)
  try {
    const bytes = Buffer.alloc(limit + 1)
    let length = 0
    for (let read = -1; read !== 0 && length <= limit; length += read) {
      read = (await handle.read(bytes, length, bytes.length - length, null)).bytesRead
    }
    // One byte too many is kept: the reader then says that it is too large.
    return bytes.subarray(0, length)
  } finally {
    await handle.close()
  }
}

/** Exactly as many bytes as are listed; a file that grew or shrank is another file. */
async function* contentOf(folder: string, file: ListedFile): AsyncGenerator<Buffer> {
  const handle = await openPlain(folder, file.path)
  try {
    if ((await handle.stat()).size !== file.size) throw GateError.undeclared(file.path)
    for (let left = file.size; left > 0; ) {
      const chunk = Buffer.allocUnsafe(Math.min(left, CHUNK_BYTES))
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null)
      if (bytesRead === 0) return
      left -= bytesRead
      yield chunk.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

async function openPlain(folder: string, name: string): Promise<FileHandle> {
  let handle: FileHandle
  try {
    handle = await open(path.join(folder, name), READ)
  } catch (error) {
    if (systemCodeOf(error) === 'ELOOP') throw GateError.linkInside(name)
    throw BundleError.unreadable(path.join(folder, name), error)
  }
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw GateError.linkInside(name)
}

/** A folder in between may be a link too, and then the files below it are not of this bundle. */
async function checkNothingElse(folder: string, files: readonly ListedFile[]): Promise<void> {
  const known = new Set([MANIFEST, SIGNATURES, FILE_LIST, ...files.map((file) => file.path)])
  const visit = async (below: string): Promise<void> => {
    for (const one of await readdir(path.join(folder, below), { withFileTypes: true })) {
      const name = below === '' ? one.name : `${below}/${one.name}`
      if (one.isDirectory()) await visit(name)
      else if (!one.isFile()) throw GateError.linkInside(name)
      else if (!known.has(name)) throw GateError.undeclared(name)
    }
  }
  await visit('')
}
