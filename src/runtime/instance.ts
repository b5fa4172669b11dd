/**
 * The life of one opened DApp: ready, watched, started again when it crashes, and evicted when what
 * it rests on is gone. After an eviction it never starts again by itself.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../base/errors.ts'
import { nextPause } from './crash-pause.ts'
import type { EngineEnd, Runner } from './engine/engine.ts'
import type { GatewayStats } from './gateway/call-ledger.ts'
import type { Gateway } from './gateway/open-gateway.ts'
import type { InstanceStatus } from './instance-status.ts'
import { Measure } from './measure.ts'
import type { OpenedParts } from './opened-parts.ts'
import { plainLine } from './plain-line.ts'

/** Lines of a DApp are shown to people; a longer one is cut. */
const LONGEST_LINE = 4_096
const TOKEN_BYTES = 32
/** Silence may be load, which the watchdog judges; a process that is another never answers. */
const MOST_SILENT_LOOKS = 3
const USAGE_EVERY_MS = 2_000

/** Why a DApp was ended by us. `denies`: a DID or bundle that must not run here again. */
export interface Eviction {
  readonly reason: 'revoked' | 'unprovable' | 'tampered' | 'silent' | 'abuse'
  readonly why: string
  readonly denies?: string | undefined
}

export class Instance {
  /** Resolves when it has ended for good and nothing is left of it; never rejects. */
  readonly ended: Promise<void>
  readonly #parts: OpenedParts
  readonly #measure: Measure
  readonly #startedAt = Date.now()
  #markEnded: () => void = () => {}
  #status: InstanceStatus['status'] = 'starting'
  #engine: Runner | undefined
  #gateway: Gateway | undefined
  #port: number
  #starts = 0
  #silent = 0
  #crashes: readonly number[] = []
  #ending: Promise<void> | undefined
  #timers = new Set<NodeJS.Timeout>()

  constructor(parts: OpenedParts) {
    this.#parts = parts
    this.#measure = new Measure(parts.admitted.files)
    this.#port = parts.port
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve
    })
  }

  get url(): string | undefined {
    return this.#engine === undefined ? undefined : `http://127.0.0.1:${this.#port}/`
  }

  /** Throws what gateway and engine do; nothing is left then. */
  async start(tookMs: () => number): Promise<void> {
    try {
      await this.#startEngine(tookMs)
    } catch (error) {
      await this.stop('it could not be started')
      throw error
    }
    this.#every(USAGE_EVERY_MS, async () => this.#tellUsage())
    this.#every(this.#parts.pollMs, () => this.look())
  }

  /** Ends it because somebody wants it to. */
  stop(why: string): Promise<void> {
    this.#ending ??= this.#end(why)
    return this.#ending
  }

  /** Ends it because it must not run on, and remembers that where it must not start again. */
  evict(eviction: Eviction): Promise<void> {
    if (this.#ending !== undefined) return this.#ending
    const { reason, why, denies } = eviction
    // Whatever fails from here on: it must not start again.
    if (denies !== undefined) this.#parts.deny?.(denies, why)
    this.#ending = this.#end(why)
    const { name } = this.#identity
    const isDenied = denies !== undefined && this.#parts.deny !== undefined
    this.#parts.audit({ verb: 'evict', decision: 'deny', reason: `${reason}: ${why}` })
    return this.#ending.then(() => {
      const what = { instance: this.#parts.folder.id, name, reason, why, isDenied }
      this.#parts.onEvent({ event: 'dapp-evicted', ...what })
    })
  }

  /** Everything that is looked at while it runs, once. */
  async look(): Promise<void> {
    if (this.#ending !== undefined) return
    const changed = await this.#measure.findChanged()
    if (changed !== undefined) {
      const { app, bundleId } = this.#identity
      const why = `\`${changed}\` is no longer the file that was verified`
      await this.evict({ reason: 'tampered', why, denies: bundleId ?? app })
      return
    }
    const [verdict] = await Promise.all([this.#parts.watch?.look(), this.#challenge()])
    if (verdict === undefined || verdict.verdict === 'holds') return
    const denies = verdict.verdict === 'revoked' ? verdict.what : undefined
    await this.evict({ reason: verdict.verdict, why: verdict.why, denies })
  }

  status(): InstanceStatus {
    const { folder, admitted, level, grants } = this.#parts
    const { name, version, seq, app, publisher, bundleId } = this.#identity
    const { calls, denied } = this.#stats()
    const usage = this.#engine?.usage()
    return {
      schema: 'ela/instance@1',
      instance: folder.id,
      status: this.#status,
      ...{ name, version, seq, app, publisher, bundleId },
      signature: admitted.signature,
      level,
      url: this.url,
      supervisor: process.pid,
      pid: this.#engine?.pid,
      startedAt: this.#startedAt,
      restarts: Math.max(0, this.#starts - 1),
      granted: grants.granted,
      denied: grants.denied,
      cpuMs: usage?.cpuMs,
      memoryBytes: usage?.rssBytes,
      memoryMiB: admitted.staged.limits.memoryMiB,
      ...{ calls, callsDenied: denied },
    }
  }

  get #identity() {
    return this.#parts.admitted.staged.identity
  }

  #stats(): Pick<GatewayStats, 'calls' | 'denied'> {
    return this.#gateway?.stats() ?? { calls: 0, denied: 0 }
  }

  async #startEngine(tookMs: () => number): Promise<void> {
    const { folder, admitted, level, onEvent } = this.#parts
    this.#starts += 1
    const socket = path.join(folder.path, 'gate')
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const gateway = await this.#parts.openGateway({
      socket,
      token,
      onAbuse: (why) => {
        const { app } = this.#identity
        void this.evict({ reason: 'abuse', why, denies: app })
      },
    })
    this.#gateway = gateway
    const engine = await this.#parts
      .startEngine({ gateway: { socket, token }, port: this.#port }, (line) => this.#print(line))
      .catch(async (error: unknown) => {
        await gateway.close()
        throw error
      })
    this.#engine = engine
    this.#port = engine.port
    if (engine.pid !== undefined) folder.ranBy(engine.pid)
    // Stopped while it started.
    if (this.#ending !== undefined) engine.kill('it was stopped')
    this.#status = 'ready'
    void engine.ended.then((end) => this.#engineEnded(engine, end))
    const { name } = admitted.staged.identity
    const took = Math.round(tookMs())
    onEvent({ event: 'dapp-ready', name, url: this.url, pid: engine.pid, level, tookMs: took })
  }

  async #engineEnded(engine: Runner, { detail }: EngineEnd): Promise<void> {
    if (this.#ending !== undefined || this.#engine !== engine) return
    this.#engine = undefined
    this.#status = 'restarting'
    await this.#gateway?.close()
    rmSync(path.join(this.#parts.folder.path, 'gate'), { force: true })
    const now = performance.now()
    const { onEvent, restarts } = this.#parts
    const pause = restarts ? nextPause(this.#crashes, now) : undefined
    this.#crashes = [...this.#crashes, now]
    if (pause === undefined) {
      const how = restarts ? `${detail}, too often` : detail
      onEvent({ event: 'dapp-ended', how, willRestart: false })
      await this.stop(how)
      return
    }
    onEvent({ event: 'dapp-ended', how: detail, willRestart: true, inMs: pause })
    this.#after(pause, () => this.#restart())
  }

  async #restart(): Promise<void> {
    if (this.#ending !== undefined) return
    const began = performance.now()
    try {
      await this.#startEngine(() => performance.now() - began)
    } catch (error) {
      if (this.#ending !== undefined) return
      this.#parts.onEvent({ event: 'notice', message: messageOf(error) })
      await this.stop('it could not be started again')
    }
  }

  async #challenge(): Promise<void> {
    const engine = this.#engine
    if (engine === undefined) return
    const isSigned = await engine.challenge()
    if (isSigned || this.#engine !== engine) {
      this.#silent = 0
      return
    }
    this.#silent += 1
    if (this.#silent < MOST_SILENT_LOOKS) return
    const why = `it did not sign ${MOST_SILENT_LOOKS} challenges in a row`
    await this.evict({ reason: 'silent', why })
  }

  async #end(why: string): Promise<void> {
    const { folder } = this.#parts
    this.#status = 'ended'
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    // The token dies first: nothing that the DApp asks for from now on is done.
    this.#gateway?.end()
    const closing = this.#gateway?.close()
    this.#engine?.kill(why)
    await Promise.all([closing, this.#engine?.ended])
    await this.#parts.onClosed()
    folder.remove()
    this.#markEnded()
  }

  #print(text: string): void {
    const line = plainLine(text, LONGEST_LINE)
    this.#parts.onEvent({ event: 'log', node: 'dapp', line, at: Date.now() })
  }

  #tellUsage(): void {
    const { cpuMs, memoryBytes, calls, callsDenied } = this.status()
    if (cpuMs === undefined || memoryBytes === undefined) return
    const usage = { cpuMs, memoryBytes, calls, callsDenied }
    this.#parts.onEvent({ event: 'dapp-usage', ...usage })
  }

  /** The next time begins when the last is over. */
  #every(ms: number, run: () => Promise<void>): void {
    this.#after(ms, async () => {
      await run()
      if (this.#ending === undefined) this.#every(ms, run)
    })
  }

  #after(ms: number, run: () => Promise<void>): void {
    if (this.#ending !== undefined) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void run().catch((error: unknown) => {
        this.#parts.onEvent({ event: 'notice', message: messageOf(error) })
        // Who cannot look does not know that all is well.
        void this.stop(messageOf(error))
      })
    }, ms)
    this.#timers.add(timer)
  }
}
