/** Bytes of a child's output → lines that are safe to show. */
import { StringDecoder } from 'node:string_decoder'

const MAX_LINE_CHARS = 16 * 1024

/**
 * Cuts a stream into lines. Chunks may end anywhere, also within a character; of a line longer than
 * 16 Ki characters the rest is dropped, so that output without line ends cannot fill the memory.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #partial = ''
  #dropping = false

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  write(chunk: Buffer): void {
    const [first = '', ...rest] = this.#decoder.write(chunk).split('\n')
    this.#extend(first)
    for (const part of rest) {
      this.#finish()
      this.#extend(part)
    }
  }

  /** The stream has ended: what is left is a line too. */
  end(): void {
    this.#extend(this.#decoder.end())
    if (this.#partial !== '') this.#finish()
  }

  #extend(text: string): void {
    if (this.#dropping) return
    this.#partial += text
    if (this.#partial.length <= MAX_LINE_CHARS) return
    this.#partial = `${this.#partial.slice(0, MAX_LINE_CHARS)}…`
    this.#dropping = true
  }

  #finish(): void {
    const line = this.#partial
    this.#partial = ''
    this.#dropping = false
    this.#onLine(cleanLine(line))
  }
}

// CSI (but SGR, which ends with m), OSC and other strings up to their terminator, two-byte escapes,
// and the control characters that are left. SGR only colours; the rest moves, clears, renames.
const unsafe = new RegExp(
  [
    String.raw`\u001b\[[0-?]*[ -/]*[@-ln-~]`,
    String.raw`\u001b\[[0-?]*[^0-;m][0-?]*m`,
    String.raw`\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?`,
    String.raw`\u001b(?!\[[0-;]*m)[ -/]*[0-~]?`,
    String.raw`[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]`,
  ].join('|'),
  'g',
)

/** One line without what could move a cursor or retitle a terminal; colours stay. */
export function cleanLine(line: string): string {
  const whole = line.endsWith('\r') ? line.slice(0, -1) : line
  // A lone carriage return is how progress bars paint over themselves: the last state counts.
  const last = whole.slice(whole.lastIndexOf('\r') + 1)
  return last.replace(unsafe, '')
}
