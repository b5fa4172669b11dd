/**
 * A capability: one thing a DApp may be granted, and the service that then answers for it. A new one
 * is a file beside this and a line in `index.ts`.
 */
import type { Json } from '../../protocol/did/canonical-json.ts'
import type { DappIdentity, Limits } from '../staged-dapp.ts'

/** `Wish`: what the manifest asks for, parsed: hosts, chains, bytes. */
export interface Capability<Wish = unknown> {
  /** Its member of the manifest's `capabilities`, and of `env.ELA` in the DApp. */
  readonly name: string
  /** One line for people who are asked to grant it. */
  readonly summary: string
  /** Throws `runtime/badCapability` when the manifest asks for something that there is not. */
  parse(asked: Json): Wish
  /** What is asked for, one line each: `send coins on ESC`. A release that adds a line asks for more. */
  describe(wish: Wish): readonly string[]
  /** Method of `env.ELA.<name>` → how much a call may carry. */
  readonly methods: Readonly<Record<string, MethodLimits>>
  /** Starts answering for one instance. */
  open(instance: CapabilityInstance<Wish>): CapabilityService
}

export interface MethodLimits {
  /** Of the encoded arguments. */
  readonly mostBytes: number
}

/** What a service knows of the instance that it answers. */
export interface CapabilityInstance<Wish> {
  readonly identity: DappIdentity
  readonly limits: Limits
  readonly wish: Wish
  /** The world, as `ela dev` or `ela run` hands it in: node addresses, folders, the wallet's desk. */
  readonly world: RuntimeWorld
}

export interface CapabilityService {
  /** Arguments as the DApp gave them: JSON values, and `Uint8Array` for bytes. */
  call(method: string, args: readonly unknown[]): Promise<unknown>
  close(): Promise<void>
}

/** Where services find what they stand for. Every member is optional: what is missing is refused by name. */
export interface RuntimeWorld {
  /** Chain → URL of its JSON-RPC, nearest first. */
  readonly chains: Readonly<Record<string, readonly string[]>>
  /** Folder of the user's runtime state, mode 0700: storage, grants, what was seen. */
  readonly stateFolder: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Looks up a name; tests hand in their own. */
  readonly resolveHost: (host: string) => Promise<readonly string[]>
  /** Asks the user's wallet; `undefined` where there is none. */
  readonly wallet?: WalletDoor | undefined
}

/** What DApps can ask a wallet for. It asks its user. */
export interface WalletDoor {
  /** Resolves with the wallet's answer; throws `runtime/walletRefused`. */
  ask(request: { readonly action: string; readonly params: unknown }): Promise<unknown>
}
