/** All that a devnet says about itself. The dashboard, `--json-stream` and the tests see nothing else. */
import type { NodeHealth } from '../nodes/kind.ts'

export type DevnetEvent =
  | {
      readonly event: 'devnet-starting'
      readonly folder: string
      readonly nodes: readonly string[]
    }
  | {
      readonly event: 'port-moved'
      readonly node: string
      readonly port: string
      readonly wanted: number
      readonly got: number
      /** Who holds the wanted port, as far as it can be told. */
      readonly holder: string
    }
  | { readonly event: 'node-starting'; readonly node: string }
  | {
      readonly event: 'node-ready'
      readonly node: string
      readonly pid: number
      readonly entry: Readonly<Record<string, string | number>>
      readonly tookMs: number
    }
  | {
      readonly event: 'node-restarting'
      readonly node: string
      /** How the last run ended, in words. */
      readonly how: string
      readonly inMs: number
      readonly attempt: number
    }
  | { readonly event: 'node-stopped'; readonly node: string; readonly how: string }
  /** A node that could not be started or restarted; nobody will try again. */
  | { readonly event: 'node-failed'; readonly node: string; readonly message: string }
  | {
      readonly event: 'node-health'
      readonly node: string
      readonly health: NodeHealth
      readonly latencyMs: number
      readonly memoryBytes: number | undefined
    }
  | {
      readonly event: 'block'
      readonly node: string
      readonly height: number
      readonly hash: string
      readonly transactions: number
      readonly time: number
    }
  | {
      readonly event: 'transaction'
      readonly node: string
      readonly id: string
      readonly summary: string
    }
  | { readonly event: 'log'; readonly node: string; readonly line: string; readonly at: number }
  | { readonly event: 'notice'; readonly message: string; readonly hint?: string }
  | { readonly event: 'devnet-ready'; readonly tookMs: number }
  | { readonly event: 'devnet-stopping' }
  | { readonly event: 'devnet-stopped' }

/** What the dashboard (or another `ela` process, over the admin port) may ask of a devnet. */
export type Intent =
  | { readonly intent: 'mine'; readonly node: string; readonly blocks: number }
  | { readonly intent: 'restart-node'; readonly node: string }
  | { readonly intent: 'restart-dapp' }
  | { readonly intent: 'stop' }
