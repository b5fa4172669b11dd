/** What an instance is made of, as `open-dapp.ts` puts it together. */

import type { Admitted } from './admitted.ts'
import type { Runner } from './engine/engine.ts'
import type { EngineOptions } from './engine/start-engine.ts'
import type { OnRuntimeEvent } from './events.ts'
import type { ChainWatch } from './gate/chain-watch.ts'
import type { AuditEntry } from './gateway/audit.ts'
import type { GatewayOptions } from './gateway/gateway-options.ts'
import type { Gateway } from './gateway/open-gateway.ts'
import type { SandboxLevel } from './instance-status.ts'
import type { RunFolder } from './run-folders.ts'

/** Capabilities by name, as the user decided. */
export interface DecidedGrants {
  readonly granted: readonly string[]
  readonly denied: readonly string[]
}

export interface OpenedParts {
  readonly folder: RunFolder
  readonly admitted: Admitted
  readonly level: SandboxLevel
  readonly grants: DecidedGrants
  /** Wanted on 127.0.0.1; 0 for any. */
  readonly port: number
  /** Whether it starts again after a crash. */
  readonly restarts: boolean
  /** How often the instance is looked at. */
  readonly pollMs: number
  /** Asks the chain again; `undefined` for what is not signed. */
  readonly watch: Pick<ChainWatch, 'look'> | undefined
  /** Puts a DID or bundle onto the deny list. */
  readonly deny: ((what: string, why: string) => void) | undefined
  readonly openGateway: (
    options: Pick<GatewayOptions, 'socket' | 'token' | 'onAbuse'>,
  ) => Promise<Gateway>
  readonly startEngine: (
    options: Pick<EngineOptions, 'gateway' | 'port'>,
    onLine: (line: string) => void,
  ) => Promise<Runner>
  readonly onEvent: OnRuntimeEvent
  /** Notes what happened to the instance itself, beside the gateway's decisions. */
  readonly audit: (entry: Pick<AuditEntry, 'verb' | 'decision' | 'reason'>) => void
  /** Before its folder goes. */
  readonly onClosed: () => Promise<void>
}
