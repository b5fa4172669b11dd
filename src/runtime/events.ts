/** All that a running DApp says about itself. */
import type { SandboxLevel, SignatureState } from './instance-status.ts'

/** One capability that a DApp asks its user for. */
export interface GrantAsk {
  /** `storage` */
  readonly capability: string
  readonly summary: string
  /** What exactly it asks for, one line each; marked are those that are new. */
  readonly lines: readonly { readonly text: string; readonly isNew: boolean }[]
  /** Its author's words. */
  readonly reason: string | undefined
}

export type GrantAnswer = 'once' | 'release' | 'always' | 'never'

export type RuntimeEvent =
  | {
      readonly event: 'dapp-starting'
      readonly name: string
      readonly kind: 'web' | 'service' | 'java'
    }
  /** It may run: who it is, and how far that is believed. */
  | {
      readonly event: 'dapp-admitted'
      readonly instance: string
      readonly name: string
      readonly version: string
      readonly app: string
      readonly publisher: string
      readonly bundleId: string | undefined
      readonly signature: SignatureState
      readonly signers: readonly string[]
      readonly warnings: readonly string[]
    }
  /** It waits until its user answers with `dapp-answered` of the same id. */
  | {
      readonly event: 'dapp-asks'
      readonly id: string
      readonly name: string
      readonly app: string
      readonly ask: GrantAsk
    }
  | {
      readonly event: 'dapp-answered'
      readonly id: string
      readonly capability: string
      readonly answer: GrantAnswer
    }
  | {
      readonly event: 'dapp-granted'
      readonly granted: readonly string[]
      readonly denied: readonly string[]
    }
  | {
      readonly event: 'dapp-ready'
      readonly name: string
      readonly url: string | undefined
      readonly pid: number | undefined
      readonly level: SandboxLevel
      /** From the edit (or the start) to the first answer. */
      readonly tookMs: number
    }
  | {
      readonly event: 'dapp-usage'
      /** Since the engine started. */
      readonly cpuMs: number
      readonly memoryBytes: number
      /** Of the gateway, and how many of them were refused. */
      readonly calls: number
      readonly callsDenied: number
    }
  | { readonly event: 'dapp-changed'; readonly files: readonly string[] }
  | {
      readonly event: 'dapp-ended'
      readonly how: string
      readonly willRestart: boolean
      readonly inMs?: number
    }
  /** Ended by us, for good. `isDenied`: it does not start here again. */
  | {
      readonly event: 'dapp-evicted'
      readonly instance: string
      readonly name: string
      readonly reason: 'revoked' | 'unprovable' | 'tampered' | 'silent' | 'abuse'
      readonly why: string
      readonly isDenied: boolean
    }

/** A line the DApp printed, and a remark of ours about it: the same shapes a devnet has for them. */
export type DappTalk =
  | {
      readonly event: 'log'
      readonly node: 'dapp'
      readonly line: string
      /** Milliseconds since 1970. */
      readonly at: number
    }
  | { readonly event: 'notice'; readonly message: string; readonly hint?: string }

export type OnRuntimeEvent = (event: RuntimeEvent | DappTalk) => void
