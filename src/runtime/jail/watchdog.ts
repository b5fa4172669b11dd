/**
 * Ends an instance that hangs or takes more than its share, and never one that is only busy.
 *
 * - Hang: a ping is not answered in two seconds, *and* in that time the process burnt most of a core.
 *   One that waits for the machine, for its gateway or behind a long queue burns less; one that
 *   refuses the connection is not hanging but gone. If it is we who were late, the ping says nothing.
 * - Processor: a bucket that fills by the budget a minute and holds two minutes of it, so that a burst
 *   of honest work passes and work without end does not.
 * - Memory: more than its limit, and room for the engine, for some seconds. The kernel's own limit
 *   counts what is asked for; this one what is there.
 */
import type { Limits } from '../staged-dapp.ts'
import type { Usage } from './usage.ts'

const EVERY_MS = 500
const PING_WITHIN_MS = 2_000
const HANG_SHARE = 0.7
/** A timer of ours that is this late means that this process did not get to run. */
const LATE_MS = 500
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
  const rounds = async () => {
    const cpu = new CpuBucket(limits.cpuSecondsPerMinute, world.now())
    const memory = new MemoryCount(limits.memoryMiB)
    while (!stopped.signal.aborted) {
      const usage = world.usage()
      if (usage !== undefined) {
        const verdict = cpu.take(usage, world.now()) ?? memory.take(usage, world.now())
        if (verdict !== undefined) return world.kill(...verdict)
      }
      const hang = await findHang(world, stopped.signal)
      if (stopped.signal.aborted) return
      if (hang !== undefined) return world.kill('hung', hang)
      await world.sleep(EVERY_MS)
    }
  }
  void rounds()
  return () => stopped.abort()
}

type Verdict = readonly [reason: WatchdogReason, detail: string]

/** Says what is wrong when the instance hangs. */
async function findHang(world: WatchdogWorld, stopped: AbortSignal): Promise<string | undefined> {
  const began = world.now()
  const before = world.usage()
  const timeUp = new AbortController()
  const limit = world.sleep(PING_WITHIN_MS).then(() => 'late' as const)
  const ping = world.ping(AbortSignal.any([timeUp.signal, stopped])).then(
    () => 'answered',
    () => 'refused',
  )
  let outcome = await Promise.race([ping, limit])
  const waited = world.now() - began
  // The answer may have come while we were not running: one turn to read it.
  if (outcome === 'late') outcome = await Promise.race([ping, turn().then(() => 'late')])
  timeUp.abort()
  const after = world.usage()
  if (outcome !== 'late' || waited > PING_WITHIN_MS + LATE_MS) return undefined
  if (before === undefined || after === undefined) return undefined
  const share = (after.cpuMs - before.cpuMs) / waited
  if (share < HANG_SHARE) return undefined
  return `no answer in ${Math.round(waited)} ms, ${Math.round(share * 100)} % of a core used`
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
