/** The two streams of a command: the answer on stdout, talk on stderr. */
import { styleText } from 'node:util'
import type { ElaError } from './errors.ts'

export type OutputMode = 'text' | 'json' | 'json-stream'
type Style = Parameters<typeof styleText>[0]

export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export interface PrinterOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly mode: OutputMode
  /** Whether to colour talk on stderr and text answers on stdout. */
  readonly color: { readonly stdout: boolean; readonly stderr: boolean }
  readonly quiet: boolean
}

/**
 * Everything a command says goes through here, so that `--json` is exactly one document on stdout
 * and colour is decided once.
 */
export class Printer {
  readonly #options: PrinterOptions
  #answered = false

  constructor(options: PrinterOptions) {
    this.#options = options
  }

  get mode(): OutputMode {
    return this.#options.mode
  }

  get options(): PrinterOptions {
    return this.#options
  }

  /**
   * The command's one answer. `schema` is the command's name (`did resolve`); under `--json` it
   * becomes `ela/did-resolve@1`. `text` renders the same data for people; it returns the lines.
   */
  answer<T>(schema: string, data: T, text: (data: T, paint: Paint) => string): void {
    if (this.#answered) throw new Error(`the command ${schema} answered twice`)
    this.#answered = true
    const { mode, stdout, color } = this.#options
    const name = `ela/${schema.replaceAll(' ', '-')}@1`
    if (mode === 'json') {
      stdout.write(`${stringify({ ok: true, schema: name, data })}\n`)
    } else if (mode === 'json-stream') {
      stdout.write(`${stringify({ event: 'answer', ok: true, schema: name, data })}\n`)
    } else {
      const lines = text(data, painter(color.stdout))
      if (lines !== '') stdout.write(lines.endsWith('\n') ? lines : `${lines}\n`)
    }
  }

  /** One event of a long command: a line on stdout under `--json-stream`, nothing otherwise. */
  event(event: object): void {
    if (this.#options.mode === 'json-stream') this.#options.stdout.write(`${stringify(event)}\n`)
  }

  /** A line of talk on stderr. Silent under `--quiet`. */
  say(line: string): void {
    if (!this.#options.quiet) this.#options.stderr.write(`${line}\n`)
  }

  warn(message: string, hint?: string): void {
    const paint = this.talk
    this.#options.stderr.write(`${paint('yellow', 'warning:')} ${message}\n`)
    if (hint !== undefined) this.#options.stderr.write(`${paint('cyan', 'hint:')} ${hint}\n`)
  }

  /** Paints text for stderr. */
  get talk(): Paint {
    return painter(this.#options.color.stderr)
  }

  /** The failure a command ended with: the JSON document when one is asked for, and the words. */
  fail(error: ElaError): void {
    const { mode, stdout, stderr } = this.#options
    const { code, message, hint } = error
    if (mode !== 'text' && !this.#answered) {
      const told = { ok: false, error: { code, message, ...(hint === undefined ? {} : { hint }) } }
      stdout.write(`${stringify(mode === 'json' ? told : { event: 'error', ...told })}\n`)
    }
    const paint = this.talk
    stderr.write(`${paint(['red', 'bold'], 'error:')} ${message}\n`)
    if (hint !== undefined) stderr.write(`${paint('cyan', 'hint:')} ${hint}\n`)
  }
}

export type Paint = (style: Style, text: string) => string

function painter(enabled: boolean): Paint {
  return (style, text) => (enabled ? styleText(style, text, { validateStream: false }) : text)
}

/** JSON in which amounts (bigint, smallest unit) are decimal strings: JSON numbers lose digits. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  )
}
