/**
 * `ela.files`: what the archive holds, one line a file.
 *
 *     MODE SP SIZE SP SHA256HEX SP PATH LF        sorted by the UTF-8 bytes of PATH
 */
import { createHash } from 'node:crypto'
import { limits } from './limits.ts'
import { faultOfPath, SeenPaths } from './path-grammar.ts'
import { Refusal } from './refusal.ts'
import type { TarEntry } from './ustar.ts'

export interface ListedFile extends TarEntry {
  /** Lower-case hex. */
  readonly sha256: string
}

/** What the manifest says about the list. */
export interface ListSummary {
  readonly count: number
  /** Of all files together. */
  readonly bytes: number
  /** Of the list's own bytes, lower-case hex. */
  readonly sha256: string
  /** `sha256:` and the Merkle root over the lines. */
  readonly root: string
}

const LINE = /^(644|755) (0|[1-9]\d{0,10}) ([0-9a-f]{64}) ([^\n]+)$/

/** @param files sorted by bytes of their paths */
export function encodeList(files: readonly ListedFile[]): Buffer {
  return Buffer.from(files.map((file) => `${lineOf(file)}\n`).join(''))
}

/** Throws `bundle/badList`, `bundle/badPath` and `bundle/tooLarge`. */
export function parseList(bytes: Buffer): readonly ListedFile[] {
  const text = bytes.toString('utf8')
  if (!text.endsWith('\n')) throw Refusal.badList('its last line is not ended')
  const lines = text.slice(0, -1).split('\n')
  if (lines.length > limits.files) throw Refusal.tooLarge('files', lines.length, limits.files)
  const files = lines.map(parseLine)
  // Text that is not UTF-8 does not come out as it went in.
  if (!encodeList(files).equals(bytes)) throw Refusal.badList('it is not UTF-8')
  checkPaths(files)
  return files
}

function parseLine(line: string, index: number): ListedFile {
  const [, mode, size, sha256, path] = LINE.exec(line) ?? []
  if (path === undefined || sha256 === undefined || (mode !== '644' && mode !== '755')) {
    throw Refusal.badList(`line ${index + 1} cannot be read`)
  }
  return { path, mode, size: Number(size), sha256 }
}

function checkPaths(files: readonly ListedFile[]): void {
  const seen = new SeenPaths()
  let last = Buffer.alloc(0)
  for (const { path } of files) {
    const fault = faultOfPath(path)
    if (fault !== undefined) throw Refusal.badPath(path, fault)
    const bytes = Buffer.from(path)
    if (Buffer.compare(last, bytes) >= 0) throw Refusal.badList(`\`${path}\` is out of order`)
    last = bytes
    const other = seen.add(path)
    if (other !== undefined) {
      throw Refusal.badPath(path, `some computers take it for \`${other}\``)
    }
  }
}

/** @param bytes the same files, encoded */
export function summaryOf(files: readonly ListedFile[], bytes: Buffer): ListSummary {
  return {
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    count: files.length,
    root: `sha256:${merkleRoot(files.map(lineOf)).toString('hex')}`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
}

function lineOf({ mode, size, sha256, path }: ListedFile): string {
  return `${mode} ${size} ${sha256} ${path}`
}

/** The shape of RFC 6962: a node's left side holds the largest power of two below its size. */
export function merkleRoot(leaves: readonly string[]): Buffer {
  const rootOf = (from: number, to: number): Buffer => {
    if (to - from === 1) return hash(0, Buffer.from(leaves[from] ?? ''))
    let half = 1
    while (half * 2 < to - from) half *= 2
    return hash(1, rootOf(from, from + half), rootOf(from + half, to))
  }
  return rootOf(0, leaves.length)
}

function hash(prefix: number, ...parts: readonly Buffer[]): Buffer {
  const sum = createHash('sha256').update(Buffer.of(prefix))
  for (const part of parts) sum.update(part)
  return sum.digest()
}
