/** Where the services of DApps find what they stand for. */
import type { PlacementEvent, Provider } from './placement/provider.ts'

/** As `ela dev` or `ela run` hands it in. What is missing is refused by name. */
export interface RuntimeWorld {
  /** Chain → URL of its JSON-RPC, nearest first. One list is one memory of who answers. */
  readonly chains: Readonly<Record<string, readonly string[]>>
  /** Folder of the user's runtime state, mode 0700: storage, grants, what was seen. */
  readonly stateFolder: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Looks up a name; tests hand in their own. */
  readonly resolveHost: (host: string) => Promise<readonly string[]>
  /** Service that DApps call by name → who provides it, nearest first. */
  readonly services?: Readonly<Record<string, readonly Provider[]>>
  /** Asks the user's wallet; `undefined` where there is none. */
  readonly wallet?: WalletDoor | undefined
  /** A line a DApp wrote into its log. */
  readonly onLog?: ((line: DappLogLine) => void) | undefined
  readonly onPlacement?: ((event: PlacementEvent) => void) | undefined
  /**
   * How tests put a server of this machine in the place of one on the internet. No flag, setting or
   * variable reaches it.
   */
  readonly testNet?: TestNet | undefined
}

export interface TestNet {
  readonly isPublic: (address: string) => boolean
  /** PEM of the only root that is trusted. */
  readonly ca: string
}

/** What DApps can ask a wallet for. It asks its user. */
export interface WalletDoor {
  /**
   * Resolves with the wallet's answer. Throws `capability/walletRefused` when its user says no.
   *
   * @param request an intent as phone wallets know it: `credaccess`, `pay`, `esctransaction`
   */
  ask(request: WalletRequest): Promise<unknown>
}

export interface WalletRequest {
  readonly action: string
  readonly params: Readonly<Record<string, unknown>>
  /** Who asks, as the gate found it: shown to the user. */
  readonly app: string
  readonly appName: string
  /** Whether its signature was seen; if not, `app` is only what it claims. */
  readonly isSigned: boolean
  /** Aborted when the DApp is gone. */
  readonly signal: AbortSignal
}

export interface DappLogLine {
  readonly instance: string
  readonly level: LogLevel
  /** One line, without control characters. */
  readonly line: string
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
