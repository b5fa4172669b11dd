/** All that a running DApp says about itself. */
export type RuntimeEvent =
  | { readonly event: 'dapp-starting'; readonly name: string; readonly kind: 'web' | 'service' }
  | {
      readonly event: 'dapp-ready'
      readonly name: string
      readonly url: string | undefined
      readonly pid: number | undefined
      /** `none`: a plain process that can do all its user can. Shown wherever the DApp is. */
      readonly sandbox: 'none'
      /** From the edit (or the start) to the first answer. */
      readonly tookMs: number
    }
  | { readonly event: 'dapp-changed'; readonly files: readonly string[] }
  | { readonly event: 'dapp-ended'; readonly how: string; readonly willRestart: boolean }

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
