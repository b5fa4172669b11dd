/**
 * Ends an instance that hangs or takes more than its share, and never one that is only busy.
 *
 * - Hang: a ping is not answered in two seconds, *and* since it was sent the process has burnt most of
 *   two seconds of processor. One that waits, for its gateway, for the machine or stopped, burns less,
 *   and the same ping waits on; on a machine that is busy with others a hang takes longer to show. One
 *   that refuses the connection is not hanging but gone.
 * - Processor: a bucket that fills by the budget a minute and holds two minutes of it, so that a burst
 *   of honest work passes and work without end does not.
 * - Memory: more than its limit, and room for the engine, for some seconds. The kernel's own limit
 *   counts what is asked for; this one what is there.
 */
import type { Limits } from '../staged-dapp.ts'
import type { Usage } from './usage.ts'

const EVERY_MS = 500
const PING_WITHIN_MS = 2_000
const HANG_CPU_MS = 0.7 * PING_WITHIN_MS
const CPU_MINUTES_SAVED = 2
const MEMORY_SLACK_BYTES = 256 * 1024 * 1024
const MEMORY_OVER_MS = 5_000

export type WatchdogReason = 'hung' | 'cpu' | 'memory'

export interface WatchdogWorld {
  /** Resolves when the instance answered; rejects when it did not, however. */
  ping(signal: AbortSignal): Promise<unknown>
  usage(): Usage | undefined
  kill(reason: WatchdogReason, detail: string): void
  /** Milliseconds on a clock that only goes forward. */
  now(): number
  /** Resolves later; the watch ends when it resolves after `stop`. */
  sleep(ms: number): Promise<void>
}

/** Watches until the returned function is called. */
export function watch(limits: Limits, world: WatchdogWorld): () => void {
  const stopped = new AbortController()
  const cpu = new CpuBucket(limits.cpuSecondsPerMinute, world.now())
  const memory = new MemoryCount(limits.memoryMiB)
  const overuse = () => {
    const usage = world.usage()
    if (usage === undefined) return undefined
    return cpu.take(usage, world.now()) ?? memory.take(usage, world.now())
  }
  const rounds = async () => {
    while (!stopped.signal.aborted) {
      const verdict = overuse() ?? (await hang(world, stopped.signal, overuse))
      if (stopped.signal.aborted) return
      if (verdict !== undefined) return world.kill(...verdict)
      await world.sleep(EVERY_MS)
    }
  }
  void rounds()
  return () => stopped.abort()
}

type Verdict = readonly [reason: WatchdogReason, detail: string]

/** Sends one ping and waits until it is answered, refused, or shows a hang or overuse. */
async function hang(
  world: WatchdogWorld,
  stopped: AbortSignal,
  overuse: () => Verdict | undefined,
): Promise<Verdict | undefined> {
  // Not `AbortSignal.any`: Node keeps a note of each for as long as the older signal lives.
  const gaveUp = new AbortController()
  const giveUp = () => gaveUp.abort()
  stopped.addEventListener('abort', giveUp, { once: true })
  const began = world.now()
  const before = world.usage()?.cpuMs ?? 0
  let isOver = false
  const over = () => {
    isOver = true
  }
  const ping = world.ping(gaveUp.signal).then(over, over)
  try {
    for (let waitMs = PING_WITHIN_MS; !stopped.aborted; waitMs = EVERY_MS) {
      await Promise.race([ping, world.sleep(waitMs)])
      // The answer may have come while this process did not run: one turn to read it.
      if (!isOver) await turn()
      if (isOver) return undefined
      const usage = world.usage()
      if (usage === undefined) return undefined
      const burnt = usage.cpuMs - before
      const waited = Math.round(world.now() - began)
      if (burnt >= HANG_CPU_MS) {
        return ['hung', `no answer in ${waited} ms, in which it used ${burnt} ms of processor`]
      }
      const verdict = overuse()
      if (verdict !== undefined) return verdict
    }
    return undefined
  } finally {
    stopped.removeEventListener('abort', giveUp)
    giveUp()
  }
}

/** Resolves after what the system has already brought was read. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

class CpuBucket {
  readonly #perMinuteMs: number
  #left: number
  #at: number
  #cpuMs = 0

  constructor(secondsPerMinute: number, now: number) {
    this.#perMinuteMs = secondsPerMinute * 1000
    this.#left = this.#perMinuteMs * CPU_MINUTES_SAVED
    this.#at = now
  }

  take({ cpuMs }: Usage, now: number): Verdict | undefined {
    const earned = ((now - this.#at) / 60_000) * this.#perMinuteMs
    const most = this.#perMinuteMs * CPU_MINUTES_SAVED
    this.#left = Math.min(most, this.#left + earned) - (cpuMs - this.#cpuMs)
    this.#at = now
    this.#cpuMs = cpuMs
    if (this.#left >= 0) return undefined
    return ['cpu', `more than ${this.#perMinuteMs / 1000} s of processor time a minute`]
  }
}

class MemoryCount {
  readonly #limitMiB: number
  #since: number | undefined

  constructor(limitMiB: number) {
    this.#limitMiB = limitMiB
  }

  take({ rssBytes }: Usage, now: number): Verdict | undefined {
    if (rssBytes <= this.#limitMiB * 1024 * 1024 + MEMORY_SLACK_BYTES) {
      this.#since = undefined
      return undefined
    }
    this.#since ??= now
    if (now - this.#since < MEMORY_OVER_MS) return undefined
    return ['memory', `more than ${this.#limitMiB} MiB of memory`]
  }
}
