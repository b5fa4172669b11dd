/** A service: a process that is replaced when its sources change. */
import path from 'node:path'
import { ElaError, messageOf, systemCodeOf } from '../base/errors.ts'
import { describeEnding } from '../supervisor/supervised-process.ts'
import { untilAnswers } from './answers.ts'
import type { Dapp, DappOptions } from './dapp-options.ts'
import { DappProcess } from './dapp-process.ts'
import { sinceEdit } from './edit-time.ts'
import type { OnRuntimeEvent } from './events.ts'
import { findPort } from './port.ts'
import { openSource, type Source } from './source.ts'
import { isBelow, type Watching, watchFiles } from './watch.ts'
import { sayMovedPort } from './web/web-dapp.ts'

const STOP_WITHIN_MS = 2_000
/** The same when it is replaced: somebody waits for the new version. */
const MAKE_WAY_WITHIN_MS = 500
/** After this a service that opens its port late is told of, and still waited for. */
const SLOW_AFTER_MS = 5_000

/** Throws `runtime/portBusy` and `runtime/portForbidden`. */
export async function startProcessDapp(
  options: DappOptions,
  onEvent: OnRuntimeEvent,
): Promise<Dapp> {
  const began = performance.now()
  const port = options.port === false ? undefined : await findPort(options)
  if (port !== undefined) sayMovedPort(options, port, onEvent)
  const dapp = new ProcessDapp(options, port, onEvent)
  await dapp.start(began)
  return dapp
}

class ProcessDapp implements Dapp {
  readonly url: string | undefined
  readonly #options: DappOptions
  readonly #port: number | undefined
  readonly #onEvent: OnRuntimeEvent
  readonly #source: Source
  #watching: Watching | undefined
  /** The process that is the DApp, or was until it ended. */
  #running: DappProcess | undefined
  /** The process that will be the DApp after the next edit. */
  #waiting: DappProcess | undefined
  #inputs: readonly string[] = []
  #stopped = false
  /** The restart under way, and whether something changed since it began. */
  #restarting: Promise<void> | undefined
  #again: (() => number) | undefined
  /** Ends the waiting for an answer of the version that was started last. */
  #giveUp = new AbortController()

  constructor(options: DappOptions, port: number | undefined, onEvent: OnRuntimeEvent) {
    this.#options = options
    this.#port = port
    this.#onEvent = onEvent
    this.url = port === undefined ? undefined : `http://127.0.0.1:${port}/`
    this.#source = openSource(options.folder, options.entry)
  }

  async start(began: number): Promise<void> {
    this.#waiting = this.#newProcess()
    this.#watching = await watchFiles({
      paths: [this.#options.folder],
      ignore: this.#options.ignore,
      onChange: (files) => this.#changed(files),
      onError: (error) => this.#notice(`Watching the files failed: ${messageOf(error)}.`),
    })
    // Whether it works is told by events: a service that never answers must not hold up the devnet.
    void this.#restartFor(() => performance.now() - began)
  }

  restart(): Promise<void> {
    const began = performance.now()
    return this.#restartFor(() => performance.now() - began)
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#giveUp.abort()
    await this.#watching?.close()
    await Promise.all([this.#running?.stop(STOP_WITHIN_MS), this.#waiting?.stop(0)])
    await this.#restarting
    // A restart that was under way may have made a process meanwhile.
    await Promise.all([this.#running?.stop(0), this.#waiting?.stop(0)])
    await this.#source.close()
  }

  #changed(files: readonly string[]): void {
    const { folder, watch } = this.#options
    const matters = (file: string) =>
      this.#inputs.includes(file) || watch.some((one) => isBelow(file, one))
    // What is down may be missing a file nobody knows of yet, so any change is worth a try.
    const isDown = this.#running === undefined || this.#running.hasEnded
    if (this.#stopped || !(isDown || files.some(matters))) return
    this.#onEvent({
      event: 'dapp-changed',
      files: files.map((file) => path.relative(folder, file)),
    })
    const known = sinceEdit(files)
    const heard = performance.now()
    void this.#restartFor(() => known + performance.now() - heard)
  }

  /** One restart at a time; what changes during one is in the next, however often it changed. */
  #restartFor(tookMs: () => number): Promise<void> {
    if (this.#restarting !== undefined) {
      this.#again = tookMs
      // A version that never answers must not hold up the next one.
      this.#giveUp.abort()
      return this.#restarting
    }
    this.#restarting = this.#replaceUntilSettled(tookMs).finally(() => {
      this.#restarting = undefined
    })
    return this.#restarting
  }

  async #replaceUntilSettled(tookMs: () => number): Promise<void> {
    await this.#replace(tookMs)
    while (this.#again !== undefined && !this.#stopped) {
      const next = this.#again
      this.#again = undefined
      await this.#replace(next)
    }
  }

  async #replace(tookMs: () => number): Promise<void> {
    let file: string
    try {
      const prepared = await this.#source.prepare()
      file = prepared.file
      this.#inputs = prepared.inputs
    } catch (error) {
      this.#explain(error)
      return
    }
    const old = this.#running
    this.#running = undefined
    await old?.stop(MAKE_WAY_WITHIN_MS)
    if (this.#stopped) return
    const fresh = this.#waiting?.hasEnded === false ? this.#waiting : this.#newProcess()
    this.#waiting = undefined
    this.#running = fresh
    fresh.run(file)
    void this.#tellEnd(fresh)
    await this.#untilReady(fresh, tookMs)
    // Only now: while the DApp starts it needs the processor more.
    if (!this.#stopped) this.#waiting = this.#newProcess()
  }

  async #untilReady(fresh: DappProcess, tookMs: () => number): Promise<void> {
    this.#giveUp = new AbortController()
    if (this.#again !== undefined) return
    const { signal } = this.#giveUp
    const slow = setTimeout(() => {
      this.#notice(`The DApp has not answered at ${this.url} yet. It is to listen on PORT.`)
    }, SLOW_AFTER_MS)
    const up =
      this.#port === undefined ? fresh.loaded.then(() => true) : untilAnswers(this.#port, signal)
    const aborted = new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true })
    })
    const isUp = await Promise.race([up, fresh.ended.then(() => false), aborted])
    this.#giveUp.abort()
    clearTimeout(slow)
    if (!isUp || fresh.hasEnded) return
    const { name } = this.#options
    const { pid } = fresh
    const sandbox = 'none'
    const took = Math.round(tookMs())
    this.#onEvent({ event: 'dapp-ready', name, url: this.url, pid, sandbox, tookMs: took })
  }

  async #tellEnd(one: DappProcess): Promise<void> {
    const ending = await one.ended
    // Replaced or stopped by us: no news.
    if (this.#running !== one || this.#stopped) return
    this.#onEvent({ event: 'dapp-ended', how: describeEnding(ending), willRestart: false })
    this.#notice('The DApp has ended. It starts again after the next change.')
  }

  #explain(error: unknown): void {
    if (!(error instanceof ElaError) && systemCodeOf(error) === undefined) throw error
    const hasOld = this.#running !== undefined && !this.#running.hasEnded
    const meanwhile = hasOld ? ' The version before it runs on.' : ''
    const hint = error instanceof ElaError ? error.hint : undefined
    this.#onEvent({
      event: 'notice',
      message: `${messageOf(error)}${meanwhile}`,
      ...(hint === undefined ? {} : { hint }),
    })
  }

  #newProcess(): DappProcess {
    const { folder, env } = this.#options
    const port = this.#port === undefined ? {} : { PORT: `${this.#port}` }
    return new DappProcess({
      folder,
      env: { ...env, ...port, NODE_ENV: 'development' },
      onLine: (line) => this.#onEvent({ event: 'log', node: 'dapp', line, at: Date.now() }),
    })
  }

  #notice(message: string): void {
    this.#onEvent({ event: 'notice', message })
  }
}
