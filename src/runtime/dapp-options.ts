/** What a DApp is started with, and what it may know of the devnet. */
import type { GrantAnswer } from './events.ts'
import type { AuditEntry } from './gateway/audit.ts'
import type { Level } from './jail/level.ts'
import type { ProjectManifest } from './unsigned.ts'
import type { RuntimeWorld } from './world.ts'

export interface DappOptions {
  readonly name: string
  readonly kind: 'web' | 'service'
  /** The project's folder, full path. */
  readonly folder: string
  /** Full path: of a web DApp its public folder, of a service its source file. */
  readonly entry: string
  /** The port wanted; `undefined` for the default, `false` for a service that opens none. */
  readonly port: number | false | undefined
  /** Whether a busy port is an error instead of a reason to take another. */
  readonly strictPorts: boolean
  /** Full paths whose changes restart the DApp, besides the sources it is made of. */
  readonly watch: readonly string[]
  /** Full paths whose changes are never looked at. */
  readonly ignore: readonly string[]
  /** The environment of the command-line contract (`ESC_RPC_URL`, …) and the config's own. */
  readonly env: Readonly<Record<string, string>>
  /** Origins that a page may ask besides its own. */
  readonly connect: readonly string[]
  /** The devnet as it is now. */
  readonly networks: () => Networks
  readonly runtime: RuntimeOptions
}

export interface RuntimeOptions {
  readonly manifest: ProjectManifest
  /** Without the folder of its state: storage of a project in work is thrown away. */
  readonly world: Omit<RuntimeWorld, 'stateFolder'>
  /** Folder of all run folders of this user. */
  readonly runRoot: string
  readonly requiredLevel: Level | undefined
  /** Whether somebody can answer what an edit asks for more. */
  readonly canAsk: boolean
  readonly audit: (entry: AuditEntry) => void
}

/** The public part of a devnet's session: no key, no token. */
export interface Networks {
  readonly profile: string
  /** Chain → where it answers and what it is. */
  readonly nodes: Readonly<Record<string, ChainDoor>>
  readonly carrier: readonly CarrierPeer[]
  readonly accounts: readonly {
    readonly name: string
    readonly ela: string
    readonly evm: string
    readonly did: string
  }[]
}

export interface ChainDoor {
  /** URL of the node's JSON-RPC. Pages get a path of their own origin instead. */
  readonly rpc: string
  readonly ws?: string
  readonly chainId?: number
  readonly didContract?: string
}

export interface CarrierPeer {
  readonly id: string
  /** `address:port`. */
  readonly udp: string
  /** Peers it knows, when it has been asked. */
  readonly peers?: number
}

export interface Dapp {
  /** Where it answers; `undefined` for a service that opens no port. */
  readonly url: string | undefined
  /** Runs the newest code, whether or not something changed. */
  restart(): Promise<void>
  /** Runs as the changed manifest says. */
  change?(manifest: ProjectManifest): Promise<void>
  /** Answers a `dapp-asks`. */
  answer?(id: string, answer: GrantAnswer): Promise<void>
  stop(): Promise<void>
}
