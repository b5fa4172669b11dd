/** What one running DApp is and does, as `ela ps` and the dashboard show it. */

/** How far the DApp's signature is believed. */
export type SignatureState =
  /** By keys that its DID names on the chain now. */
  | 'signed'
  /** By what was true within the last day. */
  | 'offline'
  /** By nobody: a project that `ela dev` runs. */
  | 'unsigned'

/** The level of its jail, or `page` for one that runs in browsers alone and has no process. */
export type SandboxLevel = 'A' | 'B' | 'C' | 'page'

export interface InstanceStatus {
  readonly schema: 'ela/instance@1'
  readonly instance: string
  readonly status: 'starting' | 'ready' | 'restarting' | 'ended'
  readonly name: string
  readonly version: string
  readonly seq: number
  readonly app: string
  readonly publisher: string
  readonly bundleId: string | undefined
  readonly signature: SignatureState
  readonly level: SandboxLevel
  readonly url: string | undefined
  /** Of `ela`, and of the engine. */
  readonly supervisor: number
  readonly pid: number | undefined
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly restarts: number
  readonly granted: readonly string[]
  readonly denied: readonly string[]
  /** Of the engine, since its start. */
  readonly cpuMs: number | undefined
  readonly memoryBytes: number | undefined
  /** What it may use. */
  readonly memoryMiB: number
  /** Of the gateway: all, and those that were refused. */
  readonly calls: number
  readonly callsDenied: number
}
