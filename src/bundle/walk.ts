/** The files of a folder that go into a bundle. */
import { lstatSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { BundleError } from './errors.ts'
import { limits } from './limits.ts'
import { faultOfPath, SeenPaths } from './path-grammar.ts'
import type { TarEntry } from './ustar.ts'

export interface FoundFile extends TarEntry {
  /** Full path. */
  readonly file: string
  /** Changes when the file does. */
  readonly state: string
}

const OUTSIDE_FOLDERS = new Set(['.git', '.github', '.ela', 'node_modules'])
/** Litter, and bundles with what is told about them. */
const OUTSIDE_FILES = /^(?:\.DS_Store|Thumbs\.db|.*\.(?:dapp\.tgz|cdx\.json|provenance\.json))$/
const CONFIG = /^ela\.config\.(?:m?[jt]s|json)$/

/**
 * Sorted by the bytes of their paths. Links and what is no file are refused.
 *
 * Throws `bundle/unpackable`, `bundle/nothingToPack`, `bundle/tooBig`, `bundle/unreadable`.
 *
 * @param exclude paths below the folder, of files or folders
 */
export function findFiles(folder: string, exclude: readonly string[] = []): readonly FoundFile[] {
  const left = new Set(exclude.map((one) => path.posix.normalize(one).replace(/\/$/, '')))
  const found: FoundFile[] = []
  const visit = (below: string): void => {
    for (const name of namesIn(path.join(folder, below))) {
      const relative = below === '' ? name : `${below}/${name}`
      if (left.has(relative) || OUTSIDE_FILES.test(name)) continue
      if (below === '' && CONFIG.test(name)) continue
      const file = path.join(folder, relative)
      const stat = lstatSync(file, { bigint: true })
      if (stat.isDirectory()) {
        if (!OUTSIDE_FOLDERS.has(name)) visit(relative)
        continue
      }
      if (!stat.isFile()) {
        const what = stat.isSymbolicLink() ? 'it is a link' : 'it is no file'
        throw BundleError.unpackable(relative, what)
      }
      const mode = (stat.mode & 0o100n) === 0n ? '644' : '755'
      found.push({ path: relative, file, mode, size: Number(stat.size), state: stateOf(stat) })
    }
  }
  visit('')
  checkFound(folder, found)
  const keyed = found.map((one) => ({ one, bytes: Buffer.from(one.path) }))
  return keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ one }) => one)
}

export function stateOf(stat: {
  readonly ino: bigint
  readonly size: bigint
  readonly ctimeNs: bigint
}): string {
  return `${stat.ino} ${stat.size} ${stat.ctimeNs}`
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw BundleError.unreadable(folder, error)
  }
}

function checkFound(folder: string, found: readonly FoundFile[]): void {
  if (found.length === 0) throw BundleError.nothingToPack(folder)
  if (found.length > limits.files) throw BundleError.tooBig('files', found.length, limits.files)
  const seen = new SeenPaths()
  for (const { path: one } of found) {
    const fault = faultOfPath(one)
    if (fault !== undefined) throw BundleError.unpackable(one, fault)
    const other = seen.add(one)
    if (other !== undefined) {
      throw BundleError.unpackable(one, `some computers take it for \`${other}\``)
    }
  }
}
