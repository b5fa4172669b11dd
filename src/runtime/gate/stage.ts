/**
 * The files that the engine reads: written while their digests are taken, so that the bytes that
 * were verified are the bytes that run, whatever happens to the bundle meanwhile.
 */
import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { ListedFile } from '../../bundle/file-list.ts'
import type { FileSink } from '../../bundle/read-bundle.ts'

const NEW_FILE =
  constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)
const READ_ONLY = 0o444
const PRIVATE_FOLDER = 0o700

export interface StagedFile extends ListedFile {
  /** Full path. */
  readonly file: string
}

/** A new folder; what was there already, even a link, makes it fail. */
export class Stage implements FileSink {
  readonly files: StagedFile[] = []
  readonly #folder: string
  readonly #made = new Set<string>(['.'])
  #open: { readonly handle: number; readonly file: StagedFile } | undefined

  /** @param folder full path of a folder that does not exist, in one that only we may enter */
  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { mode: PRIVATE_FOLDER })
  }

  begin(listed: ListedFile): void {
    const folder = path.posix.dirname(listed.path)
    if (!this.#made.has(folder)) {
      mkdirSync(path.join(this.#folder, folder), { recursive: true, mode: PRIVATE_FOLDER })
      this.#made.add(folder)
    }
    const file = path.join(this.#folder, listed.path)
    const handle = openSync(file, NEW_FILE, READ_ONLY)
    this.#open = { handle, file: { ...listed, file } }
  }

  part(bytes: Buffer): void {
    const { handle } = this.#writing()
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
  }

  end(): void {
    const { handle, file } = this.#writing()
    closeSync(handle)
    this.files.push(file)
    this.#open = undefined
  }

  /** After a failure; the folder is its maker's to remove. */
  abandon(): void {
    if (this.#open !== undefined) closeSync(this.#open.handle)
    this.#open = undefined
  }

  #writing() {
    if (this.#open === undefined) throw new Error('no file was begun')
    return this.#open
  }
}
