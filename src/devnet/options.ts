/** What can be chosen about a devnet, and what holds when it is not. */
import type { Genesis, Mining, NodeKind, Profile } from '../nodes/kind.ts'
import type { Backoff } from '../supervisor/restart.ts'
import type { PortWish } from './ports.ts'
import type { SessionAccount } from './session.ts'

export interface DevnetOptions {
  /** The project; state lives in its `.ela/`. */
  readonly folder: string
  /** Kinds to start, with what they need; all of them when left out. */
  readonly only?: readonly string[]
  readonly profile?: Profile
  readonly mining?: Mining
  readonly ports?: PortWish
  /** Fail instead of moving away from a busy port. */
  readonly strictPorts?: boolean
  /** Begin new chains. */
  readonly reset?: boolean
  /** Kind → its own options. */
  readonly nodeOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Emit `node-health` from the start; otherwise only while the admin port is listened to. */
  readonly watchHealth?: boolean
  /** Gives up a start that is under way; later it does nothing. */
  readonly signal?: AbortSignal
  readonly kinds?: readonly NodeKind[]
  readonly genesis?: Genesis
  readonly accounts?: readonly SessionAccount[]
  readonly backoff?: Backoff
}

type Optional = 'only' | 'signal' | 'backoff'

export type Settings = Required<Omit<DevnetOptions, Optional>> & {
  readonly [Name in Optional]: DevnetOptions[Name] | undefined
}

export async function settingsOf(options: DevnetOptions): Promise<Settings> {
  const { genesis, accounts, kinds, ...rest } = options
  // Keys and registry are loaded by those who start a devnet, not by all who read a session.
  return {
    only: undefined,
    signal: undefined,
    backoff: undefined,
    profile: 'testnet',
    mining: { mode: 'auto' },
    ports: { from: 'defaults' },
    strictPorts: false,
    reset: false,
    nodeOptions: {},
    watchHealth: false,
    ...rest,
    kinds: kinds ?? (await import('../nodes/index.ts')).nodeKinds,
    genesis: genesis ?? (await standardGenesis()),
    accounts: accounts ?? (await standardAccounts()),
  }
}

async function standardGenesis(): Promise<Genesis> {
  const { devnetGenesis } = await import('../identity/devnet-genesis.ts')
  return await devnetGenesis()
}

/** The public side of the ten accounts every devnet has. */
async function standardAccounts(): Promise<readonly SessionAccount[]> {
  const { devnetAccounts } = await import('../identity/devnet-accounts.ts')
  return devnetAccounts().map(({ name, ela, evm, did }) => {
    return { name, ela: ela.address, evm: evm.address, did: did.did }
  })
}
