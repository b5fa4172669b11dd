/**
 * A capability: one thing a DApp may be granted, and the service that then answers for it. A new one
 * is a file beside this, a line in `index.ts`, and its grammar in `bundle/capabilities`.
 */
import type { CapabilityGrammar, Wish } from '../../bundle/capabilities/grammar.ts'
import type { DappIdentity, Limits } from '../staged-dapp.ts'
import type { RuntimeWorld } from '../world.ts'

/** `Method`: the methods DApps see, as `env.ts` has them. */
export interface Capability<W extends Wish = Wish, Method extends string = string> {
  readonly grammar: CapabilityGrammar<W>
  /** Method of `env.ELA.<name>` → how much a call may carry. */
  readonly methods: Readonly<Record<Method, MethodLimits>>
  /** Starts answering for one instance. Called at its first call. */
  open(instance: CapabilityInstance<W>): CapabilityService<Method>
}

export interface MethodLimits {
  /** Of the encoded arguments. */
  readonly mostBytes: number
}

/** What a service knows of the instance that it answers. */
export interface CapabilityInstance<W extends Wish = Wish> {
  readonly id: string
  readonly identity: DappIdentity
  readonly limits: Limits
  readonly wish: W
  /** The world, as `ela dev` or `ela run` hands it in: node addresses, folders, the wallet's desk. */
  readonly world: RuntimeWorld
}

export interface CapabilityService<Method extends string = string> {
  readonly answers: Readonly<Record<Method, Answer>>
  close(): Promise<void>
}

/**
 * Answers one call. Arguments are as the DApp gave them: JSON values, and `Uint8Array` for bytes.
 * Throws `capability/…`: those with exit `refused` count as denials, the others as bad luck.
 */
export type Answer = (args: readonly unknown[], call: ServiceCall) => Promise<unknown>

export interface ServiceCall {
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal
  /** Adds to what the audit log says of the call. */
  note(details: CallNote): void
}

export interface CallNote {
  /** What the call is about: a key, an origin, a method of a chain. */
  readonly target?: string
  /** Who answered. */
  readonly provider?: string
  readonly placement?: string
}
