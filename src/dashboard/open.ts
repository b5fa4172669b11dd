/** Chooses how a devnet is shown: the Ink picture, plain lines, or JSON lines. */
import type { Readable } from 'node:stream'
import type { Printer } from '../base/printer.ts'
import type { Intent } from '../devnet/events.ts'
import type { Decided } from './approvals.ts'
import { lookOf } from './look.ts'
import type { ShownAccount } from './Overlay.tsx'
import { plainLine } from './plain.ts'
import type { Screen, Terminal } from './screen.ts'
import type { DashboardEvent } from './state.ts'
import { DashboardStore } from './store.ts'
import type { Effect, Granted } from './view.ts'

export interface DashboardOptions {
  readonly printer: Printer
  readonly stdin: Readable
  readonly env: Readonly<Record<string, string | undefined>>
  readonly title: string
  readonly accounts: readonly ShownAccount[]
  /** Whether the picture is wanted; it also takes a terminal. */
  readonly tui: boolean
  readonly onIntent: (intent: Intent | Decided | Granted) => void
}

export interface Dashboard {
  /** Whether somebody sees questions and can answer them. */
  readonly canAsk: boolean
  show(event: DashboardEvent): void
  /** Restores the terminal. Events shown later are dropped. */
  close(): Promise<void>
}

const BACKFILL_LINES = 200

/** Opens at once; a picture's code is loaded while the nodes start. */
export function openDashboard(options: DashboardOptions): Dashboard {
  const { printer } = options
  if (printer.mode !== 'text') {
    return { canAsk: false, show: (event) => printer.event(event), close: async () => undefined }
  }
  const terminal = options.tui ? terminalOf(options) : undefined
  if (terminal === undefined) {
    return {
      canAsk: false,
      show: (event) => sayPlain(printer, event),
      close: async () => undefined,
    }
  }
  return new Picture(options, terminal)
}

/** The terminal of both streams, if the picture can be drawn on it. */
function terminalOf({ printer, stdin, env }: DashboardOptions): Terminal | undefined {
  const { stdout } = printer.options
  const ci = (env['CI'] ?? '') !== '' && env['CI'] !== 'false'
  const readsScreen = env['INK_SCREEN_READER'] === 'true'
  if (ci || readsScreen || env['TERM'] === 'dumb') return undefined
  return stdout === process.stdout &&
    stdin === process.stdin &&
    process.stdout.isTTY &&
    process.stdin.isTTY
    ? { stdin: process.stdin, stdout: process.stdout }
    : undefined
}

function sayPlain(printer: Printer, event: DashboardEvent): void {
  const line = plainLine(event)
  if (line !== undefined) printer.say(line)
}

/** The Ink picture, with a plain stream of the same events behind the key `t`. */
class Picture implements Dashboard {
  readonly canAsk = true
  readonly #options: DashboardOptions
  readonly #terminal: Terminal
  readonly #store = new DashboardStore(Date.now)
  readonly #opening: Promise<void>
  /** Lines that the plain stream has not shown yet. */
  #missed: string[] = []
  #screen: Screen | undefined
  #plain = false
  #closed = false

  constructor(options: DashboardOptions, terminal: Terminal) {
    this.#options = options
    this.#terminal = terminal
    this.#opening = this.#draw()
  }

  show(event: DashboardEvent): void {
    if (this.#closed) return
    this.#store.show(event)
    const line = plainLine(event)
    if (line === undefined) return
    if (this.#plain) this.#options.printer.say(line)
    else this.#missed = [...this.#missed.slice(1 - BACKFILL_LINES), line]
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#opening
    this.#screen?.close()
    if (this.#plain) this.#leavePlain()
    this.#store.close()
  }

  async #draw(): Promise<void> {
    const { openScreen } = await import('./screen.ts')
    if (this.#closed) return
    const { title, accounts, env } = this.#options
    this.#screen = openScreen(this.#terminal, {
      store: this.#store,
      title,
      accounts,
      look: lookOf(env),
      onEffect: (effect) => this.#perform(effect),
    })
  }

  #perform(effect: Effect): void {
    switch (effect.intent) {
      case 'toggle-plain':
        this.#enterPlain()
        return
      case 'interrupt':
        // The same road as a Ctrl-C outside the picture: the first stops, the second ends at once.
        process.kill(process.pid, 'SIGINT')
        return
      default:
        this.#options.onIntent(effect)
    }
  }

  #enterPlain(): void {
    this.#screen?.close()
    this.#screen = undefined
    this.#plain = true
    const { printer } = this.#options
    for (const line of this.#missed.splice(0)) printer.say(line)
    printer.say(printer.talk('dim', 'plain stream: t goes back to the dashboard, q stops'))
    const { stdin } = this.#terminal
    stdin.setRawMode(true)
    stdin.on('data', this.#onPlainKey)
    stdin.resume()
  }

  #leavePlain(): void {
    const { stdin } = this.#terminal
    stdin.off('data', this.#onPlainKey)
    stdin.setRawMode(false)
    stdin.pause()
    this.#plain = false
  }

  readonly #onPlainKey = (chunk: Buffer | string): void => {
    const keys = chunk.toString()
    if (keys.includes('\u0003')) this.#perform({ intent: 'interrupt' })
    else if (keys.includes('q')) this.#perform({ intent: 'stop' })
    else if (keys.includes('t')) {
      this.#leavePlain()
      void this.#draw()
    }
  }
}
