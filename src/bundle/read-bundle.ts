/**
 * Reads a bundle by comparing: the one header field that is ever parsed is the size of the first
 * three entries. From then on every byte is known beforehand, but for the files, whose digests are.
 */
import { createHash } from 'node:crypto'
import type { ByteSource } from './byte-source.ts'
import { type ListedFile, parseList, summaryOf } from './file-list.ts'
import { limits } from './limits.ts'
import { entryPaths, type Manifest, parseManifest } from './manifest.ts'
import { FILE_LIST, MANIFEST, SIGNATURES } from './path-grammar.ts'
import { Refusal } from './refusal.ts'
import { type BundleSignature, bundleIdOf, parseSignatures } from './signature-file.ts'
import { BLOCK, END, headerOf, paddingOf, sizeIn } from './ustar.ts'

/** All that a bundle says before its files. */
export interface OpenedBundle {
  readonly bundleId: string
  readonly manifestBytes: Buffer
  readonly signatureBytes: Buffer
  readonly listBytes: Buffer
  readonly manifest: Manifest
  readonly signatures: readonly BundleSignature[]
  readonly files: readonly ListedFile[]
}

/** Takes the files of a bundle in the order of its list. */
export interface FileSink {
  begin(file: ListedFile): void | Promise<void>
  /** The part is only good until this is done. */
  part(bytes: Buffer): void | Promise<void>
  /** The digest of the file was right. */
  end(): void | Promise<void>
}

/** Throws a `Refusal`. No signature is checked yet. */
export async function readHead(source: ByteSource): Promise<OpenedBundle> {
  const manifestBytes = await readOwn(source, MANIFEST, limits.manifestBytes)
  const bundleId = bundleIdOf(manifestBytes)
  const manifest = parseManifest(manifestBytes)
  const signatureBytes = await readOwn(source, SIGNATURES, limits.signatureBytes)
  const signatures = parseSignatures(signatureBytes, bundleId)
  const listBytes = await readOwn(source, FILE_LIST, limits.listBytes)
  if (createHash('sha256').update(listBytes).digest('hex') !== manifest.files.sha256) {
    throw Refusal.wrongDigest(FILE_LIST)
  }
  const files = parseList(listBytes)
  checkSummary(manifest, files, listBytes)
  return { bundleId, manifestBytes, signatureBytes, listBytes, manifest, signatures, files }
}

/** Reads all files and the end. Throws a `Refusal`, and what the sink throws. */
export async function readFiles(
  source: ByteSource,
  { files }: OpenedBundle,
  sink?: FileSink,
): Promise<void> {
  for (const file of files) {
    const header = await source.take(BLOCK, file.path)
    if (!header.equals(headerOf(file))) throw Refusal.wrongHeader(file.path)
    await sink?.begin(file)
    const sum = createHash('sha256')
    await source.each(file.size, file.path, (part) => {
      sum.update(part)
      return sink?.part(part)
    })
    if (sum.digest('hex') !== file.sha256) throw Refusal.wrongDigest(file.path)
    await sink?.end()
    await readPadding(source, file.path, file.size)
  }
  const end = await source.take(END.length, 'its end')
  if (!end.equals(END)) throw Refusal.wrongHeader('the end')
  await source.end()
}

async function readOwn(source: ByteSource, path: string, limit: number): Promise<Buffer> {
  const header = await source.take(BLOCK, path)
  const size = sizeIn(header)
  if (size === undefined || !header.equals(headerOf({ path, mode: '644', size }))) {
    throw Refusal.wrongHeader(path)
  }
  if (size > limit) throw Refusal.tooLarge(`\`${path}\``, size, limit)
  // A copy: the source may overwrite what it handed out.
  const content = Buffer.from(await source.take(size, path))
  await readPadding(source, path, size)
  return content
}

async function readPadding(source: ByteSource, path: string, size: number): Promise<void> {
  const padding = await source.take(paddingOf(size), path)
  if (padding.some((byte) => byte !== 0)) throw Refusal.dirtyPadding(path)
}

function checkSummary(manifest: Manifest, files: readonly ListedFile[], list: Buffer): void {
  const { count, bytes, root } = summaryOf(files, list)
  const said = manifest.files
  if (count !== said.count) throw Refusal.badList('it has another number of files')
  if (bytes !== said.bytes) throw Refusal.badList('its files have another size together')
  if (bytes > limits.uncompressedBytes) {
    throw Refusal.tooLarge('its content', bytes, limits.uncompressedBytes)
  }
  if (root !== said.root) throw Refusal.badList('its Merkle root is another')
  const [entry] = entryPaths(manifest)
  if (!files.some(({ path }) => path === entry)) {
    throw Refusal.badManifest(`\`entry\` is \`${entry}\`, which is not in the bundle`)
  }
}
