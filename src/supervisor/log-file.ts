/** The log of one process: a timestamp a line, in files that do not grow without end. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'

const ROTATE_AT_BYTES = 5 * 1024 * 1024
const KEEP_FILES = 3

export interface LogFileOptions {
  readonly rotateAtBytes?: number
  /** Called once when the log cannot be written (a full disk); the process goes on without it. */
  readonly onFailure?: (error: unknown) => void
}

/**
 * Appends to `file`; at `rotateAtBytes` it becomes `file.1`, and so on up to `file.2`.
 *
 * Lines are written once a turn of the event loop, in whole lines and unbuffered: what was said
 * before the last turn is in the file, also when we are killed.
 */
export class LogFile {
  readonly file: string
  readonly #rotateAt: number
  readonly #onFailure: (error: unknown) => void
  #handle: number | undefined
  #bytes = 0
  #waiting: string[] = []

  /** Throws system errors when the file cannot be opened. */
  constructor(file: string, options: LogFileOptions = {}) {
    this.file = file
    this.#rotateAt = options.rotateAtBytes ?? ROTATE_AT_BYTES
    this.#onFailure = options.onFailure ?? (() => {})
    mkdirSync(path.dirname(file), { recursive: true })
    this.#open()
  }

  write(line: string, at = new Date()): void {
    if (this.#handle === undefined) return
    if (this.#waiting.length === 0) setImmediate(() => this.flush())
    this.#waiting.push(`${at.toISOString()} ${line}\n`)
  }

  flush(): void {
    if (this.#handle === undefined || this.#waiting.length === 0) return
    const bytes = Buffer.from(this.#waiting.join(''))
    this.#waiting = []
    try {
      if (this.#bytes > 0 && this.#bytes + bytes.length > this.#rotateAt) this.#rotate()
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle, bytes, at)
      this.#bytes += bytes.length
    } catch (error) {
      this.#shut()
      this.#onFailure(error)
    }
  }

  close(): void {
    this.flush()
    this.#shut()
  }

  #open(): void {
    this.#handle = openSync(this.file, 'a', 0o644)
    this.#bytes = fstatSync(this.#handle).size
  }

  #rotate(): void {
    this.#shut()
    rmSync(`${this.file}.${KEEP_FILES - 1}`, { force: true })
    const older = Array.from({ length: KEEP_FILES - 1 }, (_, index) => KEEP_FILES - 2 - index)
    for (const number of older)
      renameIfThere(nameOf(this.file, number), nameOf(this.file, number + 1))
    this.#open()
  }

  #shut(): void {
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
  }
}

/** The files of a log that may exist, oldest first. */
export function logFilesOf(file: string): string[] {
  return Array.from({ length: KEEP_FILES }, (_, index) => nameOf(file, KEEP_FILES - 1 - index))
}

function nameOf(file: string, number: number): string {
  return number === 0 ? file : `${file}.${number}`
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Not there yet: the log is young.
  }
}
