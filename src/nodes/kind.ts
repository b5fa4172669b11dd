/** The door of a node kind: all that devnet, config, dashboard and tests know of it. */
import type { ProcessSpec } from '../supervisor/process-spec.ts'

/** Which chain ids and contract addresses a devnet uses. See the design's "Chain ids". */
export type Profile = 'testnet' | 'local' | 'mainnet'

/** How the chains of a devnet make blocks: one per transaction, every n milliseconds, or on demand. */
export type Mining =
  | { readonly mode: 'auto' }
  | { readonly mode: 'interval'; readonly everyMs: number }
  | { readonly mode: 'none' }

/** Accounts that exist in the first block, with what they own. */
export interface Genesis {
  /** Main chain address that owns the genesis coinbase (the faucet). */
  readonly foundation: string
  /** Main chain address that blocks pay to when nobody asks otherwise. */
  readonly miner: string
  /** Signed main chain transactions (hex) mined as soon as the genesis coin may be spent. */
  readonly mainchainTransactions: readonly string[]
  /** EVM address → wei, on ESC and EID alike. */
  readonly evmBalances: Readonly<Record<string, bigint>>
}

export interface LaunchContext {
  /** Name of the instance: one of the kind's `instances`. */
  readonly instance: string
  /** A folder of this instance alone; it exists and outlives the process. */
  readonly dataDir: string
  readonly profile: Profile
  readonly mining: Mining
  readonly genesis: Genesis
  /** The port chosen for one of the kind's `ports`. */
  readonly port: (name: string) => number
  /** The port chosen for another instance of the same devnet. */
  readonly portOf: (instance: string, name: string) => number
  /** The kind's own options from the config; `launch` and `describe` check them. */
  readonly options: Readonly<Record<string, unknown>>
}

/** What a running instance says when asked. */
export interface NodeHealth {
  readonly height?: number
  readonly peers?: number
  /** Anything else worth a line, such as a Carrier id. */
  readonly facts?: Readonly<Record<string, string | number>>
}

export interface NodeKind {
  readonly name: string
  readonly summary: string
  /** Process names: `['esc']`, or several for a kind that runs as a small network. */
  readonly instances: readonly string[]
  /** Kinds that must be ready first. */
  readonly needs: readonly string[]
  /** Port name → default for the first instance; instance n gets default + n. */
  readonly ports: Readonly<Record<string, number>>
  /** UDP port names among `ports`; the others are TCP. */
  readonly udpPorts?: readonly string[]
  launch(context: LaunchContext): ProcessSpec
  /** This instance's entry in `.ela/session.json`, without `pid`. */
  describe(context: LaunchContext): Readonly<Record<string, string | number>>
  /** Environment variables for DApps and `ela exec` (`ESC_RPC_URL`, …), given the first instance. */
  environment(context: LaunchContext): Readonly<Record<string, string>>
  /** Asks a running instance how it is. `entry` is what `describe` returned. */
  health(entry: Readonly<Record<string, string | number>>, signal: AbortSignal): Promise<NodeHealth>
  /** Makes `blocks` blocks now. Absent on kinds without blocks. */
  mine?(
    entry: Readonly<Record<string, string | number>>,
    blocks: number,
    signal: AbortSignal,
  ): Promise<void>
}
