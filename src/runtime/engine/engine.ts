/** An instance as the rest of the runtime sees it. */
import type { Level } from '../jail/level.ts'
import type { Usage } from '../jail/usage.ts'
import type { WatchdogReason } from '../jail/watchdog.ts'

/** Why an instance ended: `killed` by `kill`, by the watchdog, or `crashed` by itself. */
export interface EngineEnd {
  readonly reason: 'killed' | WatchdogReason | 'crashed'
  /** In words: what `kill` was told, what the watchdog saw, or the exit code. */
  readonly detail: string
}

/** What runs a DApp: an engine, or a server of pages, which has no process of its own. */
export interface Runner {
  readonly pid: number | undefined
  readonly port: number
  /** Resolves when nothing of it is left; never rejects. */
  readonly ended: Promise<EngineEnd>
  /** `undefined` once it has ended. */
  usage(): Usage | undefined
  /** Whether it signs a nonce (32 to 128 lower-case hex digits) with the key it was born with. */
  challenge(nonce?: string): Promise<boolean>
  /** Ends it at once; `ended` tells when it is gone. */
  kill(why: string): void
}

export interface Engine extends Runner {
  readonly pid: number
  readonly level: Level
}
