/** The two streams of a command: the answer on stdout, talk on stderr. */
import { styleText } from 'node:util'
import type { ElaError } from './errors.ts'
import { redact } from './redactor.ts'

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

  /** Whether the one answer was given. */
  get answered(): boolean {
    return this.#answered
  }

  get options(): PrinterOptions {
    return this.#options
  }

  /**
   * The command's one answer. `schema` is the command's name (`did resolve`); under `--json` it
   * becomes `ela/did-resolve@1`. `text` renders the same data for people; it returns the lines.
   */
  answer<T>(schema: string, data: T, text: (data: T, paint: Paint) => string): void {
    this.#answer(this.#rendered(schema, data, text), (lines) => redact(lines, 'everywhere'))
  }

  /** An answer that shows secrets because the user asked for them. */
  reveal<T>(schema: string, data: T, text: (data: T, paint: Paint) => string): void {
    this.#answer(this.#rendered(schema, data, text), (lines) => lines)
  }

  #rendered<T>(schema: string, data: T, text: (data: T, paint: Paint) => string): string {
    if (this.#answered) throw new Error(`the command ${schema} answered twice`)
    this.#answered = true
    const { mode, color } = this.#options
    const name = `ela/${schema.replaceAll(' ', '-')}@1`
    if (mode === 'json') return `${stringify({ ok: true, schema: name, data })}\n`
    if (mode === 'json-stream') {
      return `${stringify({ event: 'answer', ok: true, schema: name, data })}\n`
    }
    const lines = text(data, painter(color.stdout))
    return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`
  }

  #answer(lines: string, clean: (lines: string) => string): void {
    if (lines !== '') this.#options.stdout.write(clean(lines))
  }

  /**
   * One event of a long command: a line on stdout under `--json-stream`; as text the line that
   * `text` makes of it, or nothing.
   */
  event(event: object, text?: () => string): void {
    const { mode, stdout } = this.#options
    if (mode === 'json-stream') stdout.write(`${redact(stringify(event), 'everywhere')}\n`)
    else if (mode === 'text' && text !== undefined)
      stdout.write(`${redact(text(), 'everywhere')}\n`)
  }

  /** A line of talk on stderr. Silent under `--quiet`. */
  say(line: string): void {
    if (!this.#options.quiet) this.#talk(line)
  }

  warn(message: string, hint?: string): void {
    const paint = this.talk
    this.#talk(`${paint('yellow', 'warning:')} ${message}`)
    if (hint !== undefined) this.#talk(`${paint('cyan', 'hint:')} ${hint}`)
  }

  /** Paints text for stderr. */
  get talk(): Paint {
    return painter(this.#options.color.stderr)
  }

  /** The failure a command ended with: the JSON document when one is asked for, and the words. */
  fail(error: ElaError): void {
    const { mode, stdout } = this.#options
    const { code, message, hint } = error
    if (mode !== 'text' && !this.#answered) {
      const told = { ok: false, error: { code, message, ...(hint === undefined ? {} : { hint }) } }
      const document = stringify(mode === 'json' ? told : { event: 'error', ...told })
      stdout.write(`${redact(document)}\n`)
    }
    const paint = this.talk
    this.#talk(`${paint(['red', 'bold'], 'error:')} ${message}`)
    if (hint !== undefined) this.#talk(`${paint('cyan', 'hint:')} ${hint}`)
  }

  #talk(line: string): void {
    this.#options.stderr.write(`${redact(line)}\n`)
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
