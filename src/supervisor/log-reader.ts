/** Reads the log of one process while it is written, across the rotation of its files. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { LineSplitter } from './lines.ts'
import { logFilesOf } from './log-file.ts'

const CHUNK_BYTES = 64 * 1024

export class LogReader {
  readonly #file: string
  readonly #lines: string[] = []
  readonly #splitter = new LineSplitter((line) => void this.#lines.push(line))
  #open: { readonly handle: number; readonly inode: number } | undefined
  #at = 0

  /** @param file the newest file of the log, which may not exist yet */
  constructor(file: string) {
    this.#file = file
  }

  /**
   * The lines, stamps included, that were written since the last call; at first all there are,
   * oldest first. Each is read once, however often the log was rotated meanwhile. Throws system
   * errors, but not when a file is missing.
   */
  read(): string[] {
    this.#drain()
    while (this.#goOn()) this.#drain()
    return this.#lines.splice(0)
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.handle)
    this.#open = undefined
  }

  /** Opens the file after the one that is open; `false` when that is the newest. */
  #goOn(): boolean {
    const there = logFilesOf(this.#file).flatMap((file) => {
      const inode = inodeOf(file)
      return inode === undefined ? [] : [{ file, inode }]
    })
    // An open file keeps its number, so no other can have it; -1 when it was removed as the oldest.
    const own = there.findIndex(({ inode }) => inode === this.#open?.inode)
    const next = there[own + 1]
    if (next === undefined) return false
    // Its writer has left it for good, and may have added to it since it was last read.
    this.#drain()
    const handle = openSync(next.file, 'r')
    if (fstatSync(handle).ino !== next.inode) {
      // Rotated between the two looks: what has this name now is not what comes next.
      closeSync(handle)
      return true
    }
    this.close()
    this.#open = { handle, inode: next.inode }
    this.#at = 0
    return true
  }

  #drain(): void {
    if (this.#open === undefined) return
    const { handle } = this.#open
    // Emptied by hand: its writer appends, so it goes on at the beginning.
    if (fstatSync(handle).size < this.#at) this.#at = 0
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (;;) {
      const length = readSync(handle, chunk, 0, chunk.length, this.#at)
      if (length === 0) return
      this.#at += length
      this.#splitter.write(chunk.subarray(0, length))
    }
  }
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino
}
