/** A folder → a bundle file. */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ElaError, systemCodeOf } from '../base/errors.ts'
import { BundleError } from './errors.ts'
import { encodeList, type ListedFile, summaryOf } from './file-list.ts'
import { GzipFile } from './gzip-file.ts'
import { limits, unpackedLimit } from './limits.ts'
import { encodeManifest, entryPaths, type ManifestWish } from './manifest.ts'
import { FILE_LIST, MANIFEST, SIGNATURES } from './path-grammar.ts'
import { MarkedSecrets, secretIn, secretName } from './secrets.ts'
import { type BundleSignature, bundleIdOf, encodeSignatures } from './signature-file.ts'
import { END, headerOf, paddingOf } from './ustar.ts'
import { type FoundFile, findFiles, stateOf } from './walk.ts'

export interface PackWish {
  readonly folder: string
  readonly manifest: ManifestWish
  /** Full path of the file that is written. */
  readonly file: string
  /** Paths below the folder that stay outside. */
  readonly exclude?: readonly string[]
  /** Paths that may hold what looks like a secret. */
  readonly allowSecrets?: readonly string[]
  /** 0 to 9; 6 when left out. */
  readonly level?: number
  /** Makes signatures of the manifest's bytes. */
  readonly sign?: (manifest: Buffer) => Promise<readonly BundleSignature[]>
}

export interface Packed {
  readonly bundleId: string
  readonly file: string
  readonly files: number
  /** Of all files together. */
  readonly bytes: number
  /** Of the archive before and after compression. */
  readonly tarBytes: number
  readonly archiveBytes: number
}

/** The first three entries of an archive. */
export interface BundleHead {
  readonly manifest: Buffer
  readonly signatures: Buffer
  readonly list: Buffer
}

interface HashedFile extends FoundFile, ListedFile {}

const CHUNK_BYTES = 1 << 20
/** Larger files are media: phrases are not looked for in them, and marks piece by piece. */
const SECRETS_UP_TO_BYTES = 8 << 20

/** Throws `bundle/…`; nothing is left behind then. */
export async function packFolder(wish: PackWish): Promise<Packed> {
  const found = findFiles(wish.folder, wish.exclude)
  checkTotal(found)
  const hashed = await hashFiles(found, new Set(wish.allowSecrets))
  const list = encodeList(hashed)
  if (list.length > limits.listBytes) {
    throw BundleError.tooBig('bytes of the file list', list.length, limits.listBytes)
  }
  const summary = summaryOf(hashed, list)
  const manifest = encodeManifest(wish.manifest, summary)
  const [entry] = entryPaths(wish.manifest)
  if (!hashed.some((one) => one.path === entry)) {
    throw BundleError.badManifest(`\`entry\` is \`${entry}\`, which is not in the folder`)
  }
  const bundleId = bundleIdOf(manifest)
  const signatures = encodeSignatures(bundleId, (await wish.sign?.(manifest)) ?? [])
  const sizes = await writeArchive(wish.file, wish.level ?? 6, async (gzip) => {
    await writeHead(gzip, { manifest, signatures, list })
    for (const one of hashed) await copyFile(one, gzip)
  })
  return { bundleId, file: wish.file, files: summary.count, bytes: summary.bytes, ...sizes }
}

/**
 * Writes an archive beside `file` and renames it into place.
 *
 * @param fill writes all entries; the end is written here
 */
export async function writeArchive(
  file: string,
  level: number,
  fill: (gzip: GzipFile) => Promise<void>,
): Promise<{ readonly tarBytes: number; readonly archiveBytes: number }> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`)
  rmSync(temporary, { force: true })
  const gzip = await GzipFile.create(temporary, level).catch((error: unknown) => {
    throw BundleError.unwritable(file, error)
  })
  try {
    await fill(gzip)
    await gzip.write(END)
    await gzip.finish()
  } catch (error) {
    await gzip.abandon()
    rmSync(temporary, { force: true })
    throw asWriting(file, error)
  }
  const sizes = { tarBytes: gzip.bytesIn, archiveBytes: gzip.bytesOut }
  const limit = unpackedLimit(sizes.archiveBytes)
  if (sizes.tarBytes > limit || sizes.archiveBytes > limits.compressedBytes) {
    rmSync(temporary, { force: true })
    if (sizes.tarBytes > limit) throw BundleError.tooBig('bytes unpacked', sizes.tarBytes, limit)
    throw BundleError.tooBig('bytes packed', sizes.archiveBytes, limits.compressedBytes)
  }
  renameSync(temporary, file)
  return sizes
}

/** A disk that is full or a folder that is closed, in the user's words. */
export function asWriting(file: string, error: unknown): unknown {
  const isSystems = !(error instanceof ElaError) && systemCodeOf(error) !== undefined
  return isSystems ? BundleError.unwritable(file, error) : error
}

export async function writeHead(gzip: GzipFile, head: BundleHead): Promise<void> {
  await writeEntry(gzip, MANIFEST, head.manifest)
  await writeEntry(gzip, SIGNATURES, head.signatures)
  await writeEntry(gzip, FILE_LIST, head.list)
}

async function writeEntry(gzip: GzipFile, name: string, content: Buffer): Promise<void> {
  await gzip.write(headerOf({ path: name, mode: '644', size: content.length }))
  await gzip.write(content)
  await gzip.write(Buffer.alloc(paddingOf(content.length)))
}

function checkTotal(found: readonly FoundFile[]): void {
  const bytes = found.reduce((sum, { size }) => sum + size, 0)
  if (bytes > limits.uncompressedBytes) {
    throw BundleError.tooBig('bytes', bytes, limits.uncompressedBytes)
  }
}

async function hashFiles(
  found: readonly FoundFile[],
  allowed: ReadonlySet<string>,
): Promise<readonly HashedFile[]> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  const hashed: HashedFile[] = []
  for (const one of found) {
    const sum = createHash('sha256')
    const parts: Buffer[] = []
    const keeps = !allowed.has(one.path)
    const isLarge = keeps && one.size > SECRETS_UP_TO_BYTES
    const marks = new MarkedSecrets()
    readWhole(
      one,
      (limit) => chunk.subarray(0, limit),
      (part) => {
        sum.update(part)
        // A file of one chunk is looked through where it is; longer ones need to be put together.
        if (isLarge) marks.take(part)
        else if (keeps) parts.push(one.size <= CHUNK_BYTES ? part : Buffer.from(part))
      },
    )
    if (marks.found !== undefined) throw BundleError.secretInside(one.path, marks.found)
    if (keeps && !isLarge) {
      const content = parts.length === 1 ? (parts[0] ?? chunk) : Buffer.concat(parts)
      const secret = secretName(one.path, content) ?? (await secretIn(content))
      if (secret !== undefined) throw BundleError.secretInside(one.path, secret)
    }
    hashed.push({ ...one, sha256: sum.digest('hex') })
  }
  return hashed
}

async function copyFile(one: HashedFile, gzip: GzipFile): Promise<void> {
  await gzip.write(headerOf(one))
  const handle = openUnchanged(one)
  try {
    for (let left = one.size; left > 0; ) {
      const room = gzip.room()
      const bytes = readSync(handle, room, 0, Math.min(left, room.length), null)
      if (bytes === 0) throw BundleError.changedMeanwhile(one.path)
      await gzip.took(bytes)
      left -= bytes
    }
    checkUnchanged(one, handle)
  } finally {
    closeSync(handle)
  }
  await gzip.write(Buffer.alloc(paddingOf(one.size)))
}

function readWhole(
  one: FoundFile,
  room: (limit: number) => Buffer,
  take: (part: Buffer) => void,
): void {
  const handle = openUnchanged(one)
  try {
    for (let left = one.size; left > 0; ) {
      const into = room(Math.min(left, CHUNK_BYTES))
      const bytes = readSync(handle, into, 0, into.length, null)
      if (bytes === 0) throw BundleError.changedMeanwhile(one.path)
      take(into.subarray(0, bytes))
      left -= bytes
    }
    checkUnchanged(one, handle)
  } finally {
    closeSync(handle)
  }
}

function openUnchanged(one: FoundFile): number {
  try {
    return openSync(one.file, 'r')
  } catch (error) {
    throw BundleError.unreadable(one.file, error)
  }
}

/** The state was taken before anything was read, and every read file still has it. */
function checkUnchanged(one: FoundFile, handle: number): void {
  if (stateOf(fstatSync(handle, { bigint: true })) !== one.state) {
    throw BundleError.changedMeanwhile(one.path)
  }
}
