/**
 * What an instance prints, so that it can be shown: at most so much a second, without what could
 * reorder the text around it, and with the last lines kept for when it fails.
 */
import { plainLine } from '../plain-line.ts'

const LINES_A_SECOND = 200
const LINES_SAVED = 2_000
const CHARS_A_SECOND = 256 * 1024
const CHARS_SAVED = 1024 * 1024
const TAIL_LINES = 20
const LONGEST_LINE = 16 * 1024

/** The engine says this in every jail: there is no /proc to find itself in. */
const NOISE = 'Unable to find and open the program executable'

export class InstanceOutput {
  readonly #onLine: (line: string) => void
  readonly #now: () => number
  readonly #tail: string[] = []
  #lines = LINES_SAVED
  #chars = CHARS_SAVED
  #at: number
  #dropped = 0

  constructor(onLine: (line: string) => void, now: () => number = () => performance.now()) {
    this.#onLine = onLine
    this.#now = now
    this.#at = now()
  }

  /** The last lines, oldest first. */
  get tail(): readonly string[] {
    return this.#tail
  }

  take(line: string): void {
    if (line.startsWith(NOISE)) return
    this.#refill()
    if (this.#lines < 1 || this.#chars < line.length) {
      this.#dropped += 1
      return
    }
    this.#lines -= 1
    this.#chars -= line.length
    if (this.#dropped > 0) this.#say(`… ${this.#dropped} lines were not kept: it printed too much`)
    this.#dropped = 0
    this.#say(plainLine(line, LONGEST_LINE))
  }

  #say(line: string): void {
    this.#tail.push(line)
    if (this.#tail.length > TAIL_LINES) this.#tail.shift()
    this.#onLine(line)
  }

  #refill(): void {
    const now = this.#now()
    const seconds = (now - this.#at) / 1000
    this.#at = now
    this.#lines = Math.min(LINES_SAVED, this.#lines + seconds * LINES_A_SECOND)
    this.#chars = Math.min(CHARS_SAVED, this.#chars + seconds * CHARS_A_SECOND)
  }
}
