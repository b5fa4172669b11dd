/** A process that is started again when it ends by itself: later and later while it keeps failing. */
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../base/errors.ts'
import { SupervisorError } from './errors.ts'
import type { ProcessSpec } from './process-spec.ts'
import {
  describeEnding,
  type Ending,
  type OnLine,
  type RunningProcess,
  startProcess,
} from './supervised-process.ts'

export interface Backoff {
  readonly firstMs: number
  readonly capMs: number
  /** A run this long counts as healthy: the next end starts with `firstMs` again. */
  readonly stableMs: number
}

const BACKOFF: Backoff = { firstMs: 1_000, capMs: 30_000, stableMs: 60_000 }

export interface Keeping {
  readonly onLine: OnLine
  readonly onSpawn?: (pid: number) => void
  readonly onReady: (process: RunningProcess, tookMs: number) => void
  readonly onRestarting: (how: string, inMs: number, attempt: number) => void
  /** It will not be tried again. */
  readonly onFailed: (message: string) => void
  /** Exit codes that a new start cannot heal, such as a wrong configuration. */
  readonly finalCodes?: readonly number[]
  readonly backoff?: Backoff
  readonly signal?: AbortSignal
}

/** The pause before the n-th attempt in a row, in milliseconds; n starts at 1. */
export function pauseBefore(attempt: number, { firstMs, capMs }: Backoff = BACKOFF): number {
  return Math.min(capMs, firstMs * 2 ** (attempt - 1))
}

type Run = { readonly process: RunningProcess; readonly since: number }

export class KeptProcess {
  readonly #spec: ProcessSpec
  readonly #keeping: Keeping
  readonly #backoff: Backoff
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #run: Run | undefined
  #attempt = 0
  #restartAsked = false
  /** Ends the present pause. */
  #wake = new AbortController()
  /** Called when the next start succeeded or failed. */
  #waiting: (() => void)[] = []

  private constructor(spec: ProcessSpec, keeping: Keeping) {
    this.#spec = spec
    this.#keeping = keeping
    this.#backoff = keeping.backoff ?? BACKOFF
  }

  /** Resolves when the process is ready for the first time; throws what `startProcess` throws. */
  static async start(spec: ProcessSpec, keeping: Keeping): Promise<KeptProcess> {
    const kept = new KeptProcess(spec, keeping)
    const run = await kept.#launch(keeping.signal)
    kept.#loop = kept.#keep(run)
    return kept
  }

  /** `undefined` while it does not run. */
  get pid(): number | undefined {
    return this.#run?.process.pid
  }

  /** Ends the process, if it runs, and starts it at once; resolves when that succeeded or failed. */
  async restart(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const settled = new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#restartAsked = true
    this.#wake.abort()
    void this.#run?.process.stop()
    await settled
  }

  /** Ends the process for good. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake.abort()
    await this.#run?.process.stop()
    await this.#loop
    this.#settle()
  }

  async #keep(first: Run): Promise<void> {
    for (let run: Run | undefined = first; run !== undefined; ) {
      const ending: Ending = await run.process.ended
      const lived = performance.now() - run.since
      this.#run = undefined
      if (lived >= this.#backoff.stableMs) this.#attempt = 0
      run = this.#stopping.signal.aborted ? undefined : await this.#revive(ending)
    }
  }

  /** Tries until it runs again; `undefined` when it was stopped meanwhile. */
  async #revive(ending: Ending): Promise<Run | undefined> {
    let how = describeEnding(ending)
    let final = this.#isFinal(ending)
    for (;;) {
      await this.#pause(how, final)
      if (this.#stopping.signal.aborted) return undefined
      this.#restartAsked = false
      try {
        return await this.#launch(this.#stopping.signal)
      } catch (error) {
        if (this.#stopping.signal.aborted) return undefined
        how = messageOf(error)
        final = error instanceof Error && this.#isFinal(error.cause)
        this.#settle()
      }
    }
  }

  async #pause(how: string, final: boolean): Promise<void> {
    const { onRestarting, onFailed } = this.#keeping
    this.#wake = new AbortController()
    if (this.#restartAsked) {
      this.#attempt = 0
      onRestarting('a restart that was asked for', 0, 0)
    } else if (final) {
      onFailed(`${this.#spec.name} ended with ${how}, which a new start would not heal.`)
      await aborted(this.#wake.signal)
      this.#attempt = 0
    } else {
      this.#attempt += 1
      const inMs = pauseBefore(this.#attempt, this.#backoff)
      onRestarting(how, inMs, this.#attempt)
      await delay(inMs, undefined, { signal: this.#wake.signal }).catch(() => {})
    }
  }

  async #launch(signal: AbortSignal | undefined): Promise<Run> {
    const { onLine, onSpawn, onReady } = this.#keeping
    const began = performance.now()
    const process = await startProcess(this.#spec, onLine, {
      signal,
      ...(onSpawn === undefined ? {} : { onSpawn }),
    })
    if (this.#stopping.signal.aborted) {
      // Asked to stop in the moment it became ready: `stop` did not see it yet.
      await process.stop()
      throw SupervisorError.startAborted(this.#spec.name)
    }
    // Also one that was asked for meanwhile: this is the new process.
    this.#restartAsked = false
    const since = performance.now()
    this.#run = { process, since }
    onReady(process, Math.round(since - began))
    this.#settle()
    return this.#run
  }

  #settle(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  #isFinal(ending: unknown): boolean {
    if (typeof ending !== 'object' || ending === null || !('code' in ending)) return false
    return (this.#keeping.finalCodes ?? []).some((code) => code === ending.code)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
