/**
 * Everything that happened to a chain since its last whole copy, one line a thing, written before
 * the client hears of it.
 *
 *     <crc32 of the rest, 8 hex digits> <JSON>\n
 *
 * A line that a sudden end cut off was never acknowledged and is dropped at the next start. A line
 * that is damaged in any other way is an error: it was acknowledged and is lost. So is a file that
 * is shorter than it was known to be.
 */
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { forgetLength, knownLength, rememberLength } from '../known-length.ts'
import { EvmError } from './errors.ts'

/** A power cut may take the lines of this long with it; the death of the process takes none. */
const FLUSH_AFTER_MS = 1_000

export type JournalRecord =
  /** First line: what the rest builds upon. `state` is absent on a chain from its genesis. */
  | {
      readonly kind: 'start'
      readonly chainId: number
      readonly state?: { readonly file: string; readonly sha256: string; readonly height: number }
    }
  /** A signed transaction the engine took. */
  | { readonly kind: 'sent'; readonly hash: string; readonly raw: string }
  /** An unsigned transaction of an impersonated account the engine took. */
  | { readonly kind: 'ordered'; readonly hash: string; readonly transaction: unknown }
  | {
      readonly kind: 'block'
      readonly number: number
      readonly time: number
      readonly hash: string
      readonly transactions: readonly string[]
    }
  /** A call that changes the chain or the engine. */
  | { readonly kind: 'call'; readonly method: string; readonly params: unknown }
  /** By how many seconds the chain's clock is ahead of the machine's. */
  | { readonly kind: 'clock'; readonly ahead: number }
  /** An operation of the chain's extension in a block before this journal. */
  | {
      readonly kind: 'operation'
      readonly data: string
      readonly hash: string
      readonly height: number
      readonly time: number
    }

export class Journal {
  readonly file: string
  readonly #handle: number
  #length: number
  #flushTimer: NodeJS.Timeout | undefined

  private constructor(file: string, length: number) {
    this.file = file
    this.#handle = openSync(file, 'r+')
    this.#length = length
  }

  /** Makes a new journal with these lines, whole or not at all. */
  static create(file: string, records: readonly JournalRecord[]): Journal {
    const text = records.map(lineOf).join('')
    try {
      writeFileAtomic(file, text)
    } catch (error) {
      throw EvmError.folderUnwritable(file, error)
    }
    return new Journal(file, Buffer.byteLength(text))
  }

  /** Throws `evm/stateDamaged`, `evm/stateShortened`. */
  static open(file: string): { readonly journal: Journal; readonly records: JournalRecord[] } {
    const text = readFileSync(file)
    const known = knownLength(file)
    if (text.length < known) throw EvmError.stateShortened(file, text.length, known)
    const whole = text.lastIndexOf(0x0a) + 1
    const lines = text.subarray(0, whole).toString('utf8').split('\n').slice(0, -1)
    const records = lines.map((line, at) => parseLine(file, line, at + 1))
    const journal = new Journal(file, whole)
    if (whole < text.length) ftruncateSync(journal.#handle, whole)
    return { journal, records }
  }

  /** How many bytes are written. */
  get length(): number {
    return this.#length
  }

  append(...records: readonly JournalRecord[]): void {
    const bytes = Buffer.from(records.map(lineOf).join(''))
    try {
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(this.#handle, bytes, at, bytes.length - at, this.#length + at)
      }
    } catch (error) {
      // Part of a line must not stay behind a shorter one that is written in its place.
      ftruncateSync(this.#handle, this.#length)
      throw EvmError.folderUnwritable(this.file, error)
    }
    this.#length += bytes.length
    this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_AFTER_MS).unref()
  }

  /** Forgets everything after the first `length` bytes. */
  truncate(length: number): void {
    forgetLength(this.file)
    ftruncateSync(this.#handle, length)
    this.#length = length
  }

  close(): void {
    this.#flush()
    closeSync(this.#handle)
  }

  /** Best effort: what cannot be written is said when the next line is. */
  #flush(): void {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    try {
      fdatasyncSync(this.#handle)
      rememberLength(this.file, this.#length)
    } catch {}
  }
}

function lineOf(record: JournalRecord): string {
  const json = JSON.stringify(record)
  return `${checksum(json)} ${json}\n`
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0')
}

function parseLine(file: string, line: string, number: number): JournalRecord {
  const json = line.slice(9)
  if (line.slice(0, 8) !== checksum(json)) {
    throw EvmError.stateDamaged(file, `line ${number} does not fit its checksum`)
  }
  return JSON.parse(json) as JournalRecord
}
