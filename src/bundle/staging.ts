/**
 * A folder that appears whole or not at all: files are written beside it and renamed with it.
 *
 * A process that is killed leaves its own folder, named for its pid; the next one to unpack to the
 * same place takes it away.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { systemCodeOf } from '../base/errors.ts'
import { BundleError } from './errors.ts'
import { FILE_LIST, MANIFEST, SIGNATURES } from './path-grammar.ts'
import type { FileSink, OpenedBundle } from './read-bundle.ts'
import type { TarEntry } from './ustar.ts'

const NEW_FILE =
  constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)

export class Staging implements FileSink {
  readonly #target: string
  /** Closed to others while it is filled; holds the folder that becomes the target. */
  readonly #closed: string
  readonly #folder: string
  readonly #made = new Set<string>(['.'])
  #handle: number | undefined

  /** @param target full path; must not exist. Throws `bundle/targetExists`, `bundle/unwritable`. */
  constructor(target: string) {
    if (existsSync(target)) throw BundleError.targetExists(target)
    this.#target = target
    const above = path.dirname(target)
    const prefix = `.${path.basename(target)}.unpacking-`
    try {
      mkdirSync(above, { recursive: true })
      removeLeftovers(above, prefix)
      const name = `${prefix}${process.pid}-${randomBytes(6).toString('hex')}`
      this.#closed = path.join(above, name)
      this.#folder = path.join(this.#closed, 'files')
      mkdirSync(this.#closed, { mode: 0o700 })
      mkdirSync(this.#folder)
    } catch (error) {
      throw BundleError.unwritable(target, error)
    }
  }

  /** The three files that no list names: with them the folder is a bundle still. */
  addHead({ manifestBytes, signatureBytes, listBytes }: OpenedBundle): void {
    const own = [
      [MANIFEST, manifestBytes],
      [SIGNATURES, signatureBytes],
      [FILE_LIST, listBytes],
    ] as const
    for (const [name, bytes] of own) {
      this.begin({ path: name, mode: '644', size: bytes.length })
      this.part(bytes)
      this.end()
    }
  }

  begin({ path: relative, mode }: TarEntry & { readonly sha256?: string }): void {
    const folder = path.posix.dirname(relative)
    if (!this.#made.has(folder)) {
      mkdirSync(path.join(this.#folder, folder), { recursive: true })
      this.#made.add(folder)
    }
    const bits = mode === '755' ? 0o755 : 0o644
    this.#handle = openSync(path.join(this.#folder, relative), NEW_FILE, bits)
  }

  part(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#open(), bytes, at)
  }

  end(): void {
    closeSync(this.#open())
    this.#handle = undefined
  }

  /** Throws `bundle/targetExists` when something took the place meanwhile. */
  commit(): void {
    if (existsSync(this.#target)) throw BundleError.targetExists(this.#target)
    renameSync(this.#folder, this.#target)
    rmSync(this.#closed, { recursive: true, force: true })
  }

  /** Leaves nothing behind. */
  discard(): void {
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
    rmSync(this.#closed, { recursive: true, force: true, maxRetries: 5 })
  }

  #open(): number {
    if (this.#handle === undefined) throw new Error('no file was begun')
    return this.#handle
  }
}

/** Folders of processes that live no more. */
function removeLeftovers(above: string, prefix: string): void {
  for (const name of readdirSync(above)) {
    if (!name.startsWith(prefix)) continue
    const pid = Number.parseInt(name.slice(prefix.length), 10)
    if (!isAlive(pid)) rmSync(path.join(above, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCodeOf(error) === 'EPERM'
  }
}
