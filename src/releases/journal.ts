/**
 * What `ela publish` did, a line a step, each on the disk before the next step begins. A publishing
 * that was killed goes on where the journal ends.
 *
 *     .ela/deployments/<chain id>-<first digits of the hash of block 0>/journal.jsonl
 *
 * The chain decides what happened; the journal only keeps what the chain cannot tell: where content
 * lies, and transactions that were signed and perhaps sent.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { ElaError, messageOf, systemCodeOf } from '../base/errors.ts'
import { flushFolder } from '../base/flush-folder.ts'
import type { SignedEvmTransaction } from '../wallet/evm-coins.ts'
import { ReleaseError } from './errors.ts'

export type Act = 'claim' | 'publish'

export type JournalStep =
  | { readonly step: 'begun'; readonly app: string; readonly seq: number; readonly file: string }
  | { readonly step: 'stored'; readonly cid: string; readonly store: string }
  | { readonly step: 'signed'; readonly act: Act; readonly transaction: SignedEvmTransaction }
  | {
      readonly step: 'mined'
      readonly act: Act
      readonly hash: string
      readonly height: number
      readonly gasUsed: string
    }
  | { readonly step: 'done'; readonly release: string }

export type JournalEntry = JournalStep & {
  /** ISO 8601. */
  readonly at: string
  /** `sha256:` and 64 digits. */
  readonly bundle: string
}

const FILE = 'journal.jsonl'
const NEW_FILE = 0o644

export class Journal {
  readonly file: string
  readonly #bundle: string
  readonly #entries: JournalEntry[]

  readonly #onNote: (entry: JournalEntry) => void

  private constructor(
    file: string,
    bundle: string,
    {
      entries,
      onNote,
    }: {
      readonly entries: readonly JournalEntry[]
      readonly onNote: (entry: JournalEntry) => void
    },
  ) {
    this.file = file
    this.#onNote = onNote
    this.#bundle = bundle
    this.#entries = entries.filter((entry) => entry.bundle === bundle)
  }

  /**
   * Opens the journal of one bundle. A last line that was cut off by a kill is removed: its step was
   * not done. Throws `release/damagedJournal`, `release/unwritable`.
   *
   * @param folder `.ela/deployments/<chain>`; made when it is not there
   */
  static open(
    folder: string,
    bundle: string,
    onNote: (entry: JournalEntry) => void = () => undefined,
  ): Journal {
    const file = path.join(folder, FILE)
    try {
      mkdirSync(folder, { recursive: true })
      const text = readIfThere(file)
      const end = text.lastIndexOf('\n') + 1
      if (end < text.length) cutOff(file, Buffer.byteLength(text.slice(0, end)))
      const lines = text.slice(0, end).split('\n').slice(0, -1)
      const entries = lines.map((line, at) => parse(line, `${file}:${at + 1}`))
      return new Journal(file, bundle, { entries, onNote })
    } catch (error) {
      if (error instanceof ElaError) throw error
      throw ReleaseError.unwritable(file, messageOf(error), error)
    }
  }

  /** Is on the disk when this returns. Throws `release/unwritable`. */
  note(step: JournalStep): void {
    const entry: JournalEntry = { at: new Date().toISOString(), bundle: this.#bundle, ...step }
    try {
      const isNew = readIfThere(this.file) === ''
      const handle = openSync(this.file, 'a', NEW_FILE)
      try {
        writeSync(handle, `${JSON.stringify(entry)}\n`)
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      if (isNew) flushFolder(path.dirname(this.file))
    } catch (error) {
      throw ReleaseError.unwritable(this.file, messageOf(error), error)
    }
    this.#entries.push(entry)
    this.#onNote(entry)
  }

  /** Where the content was stored last. */
  get stored(): { readonly cid: string; readonly store: string } | undefined {
    return this.#entries.findLast((entry) => entry.step === 'stored')
  }

  /** The transaction that was signed last for an act. */
  signed(act: Act): SignedEvmTransaction | undefined {
    const found = this.#entries.findLast((entry) => entry.step === 'signed' && entry.act === act)
    return found?.step === 'signed' ? found.transaction : undefined
  }

  /** Whether it was noted that a transaction is in a block. */
  isMined(hash: string): boolean {
    return this.#entries.some((entry) => entry.step === 'mined' && entry.hash === hash)
  }

  get isNew(): boolean {
    return this.#entries.length === 0
  }

  get isDone(): boolean {
    return this.#entries.some(({ step }) => step === 'done')
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return ''
    throw error
  }
}

function cutOff(file: string, length: number): void {
  const handle = openSync(file, constants.O_RDWR)
  try {
    ftruncateSync(handle, length)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function parse(line: string, place: string): JournalEntry {
  try {
    const { bundle, step, ...rest } = JSON.parse(line) as Partial<JournalEntry>
    if (typeof bundle === 'string' && typeof step === 'string') {
      return { bundle, step, ...rest } as JournalEntry
    }
  } catch {
    // Said below, with the place.
  }
  throw ReleaseError.damagedJournal(place)
}
