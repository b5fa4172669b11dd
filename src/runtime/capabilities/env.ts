/**
 * What DApps see: the members of `env.ELA`. Each is there only when the manifest asks for it, and
 * answers only while the user grants it.
 *
 * A refused call rejects with an `Error` whose message begins with a code: `capability/notGranted`.
 */

/** A JSON value, in which bytes are `Uint8Array`. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value | undefined }

export interface ElaLog {
  debug(...parts: readonly Value[]): Promise<void>
  info(...parts: readonly Value[]): Promise<void>
  warn(...parts: readonly Value[]): Promise<void>
  error(...parts: readonly Value[]): Promise<void>
}

export interface ElaClock {
  /** Milliseconds since 1970. */
  now(): Promise<number>
  /** Resolves after so many milliseconds, at most 60,000. */
  wait(ms: number): Promise<void>
}

export interface ElaStorage {
  /** The bytes kept under a key, `null` without any. */
  get(key: string): Promise<Uint8Array | null>
  /** The same as text in UTF-8. */
  getText(key: string): Promise<string | null>
  /** Keeps text or bytes: the old value or the new one, whatever happens meanwhile. */
  put(key: string, value: string | Uint8Array): Promise<void>
  /** Whether there was something. */
  delete(key: string): Promise<boolean>
  /** Keys that begin with `prefix`, in order, at most 1,000 behind `after`. */
  list(prefix?: string, after?: string): Promise<readonly string[]>
  usage(): Promise<{ readonly bytes: number; readonly most: number }>
}

export type ElaChainName = 'ela' | 'esc' | 'eid'

/** Coins (`amount` in ELA, as text), or a call of a contract on ESC in hexadecimal texts. */
export type ElaTransaction =
  | { readonly to: string; readonly amount: string; readonly memo?: string }
  | { readonly to?: string; readonly value?: string; readonly data: string }

export interface ElaChain {
  /** One call of a node's JSON-RPC that reads. */
  read(chain: ElaChainName, method: string, params?: Value): Promise<Value>
  /** Up to 50 of them, all or none. */
  batch(
    chain: ElaChainName,
    calls: readonly { readonly method: string; readonly params?: Value }[],
  ): Promise<readonly Value[]>
  /** Asks the user's wallet to send. */
  send(chain: ElaChainName, transaction: ElaTransaction): Promise<Value>
}

export interface ElaDid {
  /** The wallet's answer: `{jwt}` with a presentation for this nonce and realm. */
  signIn(request: {
    readonly nonce: string
    readonly realm: string
    readonly credentials?: readonly string[]
  }): Promise<Value>
}

export interface ElaWallet {
  address(chain: ElaChainName): Promise<Value>
  send(chain: ElaChainName, transaction: ElaTransaction): Promise<Value>
  signMessage(chain: 'esc' | 'eid', message: string): Promise<Value>
  /** EIP-712. */
  signTypedData(chain: 'esc' | 'eid', typedData: Value): Promise<Value>
}

export interface ElaCarrier {
  send(service: string, to: string, message: string | Uint8Array): Promise<void>
  /** The next message, or `null` when none comes within `waitMs`. */
  receive(service: string, waitMs?: number): Promise<Value>
}

export interface ElaNet {
  /** One request to a declared origin. Redirects are answers, not followed. */
  fetch(
    url: string,
    init?: {
      readonly method?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string | Uint8Array
    },
  ): Promise<{
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array
  }>
}

export interface ElaServices {
  /** Calls a service by its name. `repeatable`: a second provider may get a call the first had. */
  call(
    service: string,
    method: string,
    params?: readonly Value[],
    options?: { readonly repeatable?: boolean },
  ): Promise<{
    readonly value: Value
    readonly provider: string
    readonly placement: 'local' | 'near' | 'distant'
  }>
}

/** Who the DApp is, as the runtime found it at its gate. */
export interface ElaIdentity {
  readonly instance: string
  readonly app: string
  readonly publisher: string
  readonly name: string
  readonly version: string
  readonly seq: number
  /** `null` for a folder that is run unsigned. */
  readonly bundleId: string | null
}

/** `env.ELA` of a DApp that asks for everything. */
export interface Ela {
  readonly storage: ElaStorage
  readonly chain: ElaChain
  readonly did: ElaDid
  readonly wallet: ElaWallet
  readonly carrier: ElaCarrier
  readonly net: ElaNet
  readonly services: ElaServices
  readonly log: ElaLog
  readonly clock: ElaClock
  whoami(): Promise<ElaIdentity>
}

/** What a DApp's `fetch` gets beside the request. */
export interface DappEnv<Granted extends keyof Ela = keyof Ela> {
  /** Members are those that the manifest asks for: `DappEnv<'storage' | 'log'>`. */
  readonly ELA: Pick<Ela, Granted | 'whoami'>
  /** The static files of a DApp that has some. */
  readonly ASSETS?: { fetch(request: Request | string): Promise<Response> }
}

/** The main module's default export. */
export interface Dapp<Granted extends keyof Ela = keyof Ela> {
  fetch(
    request: Request,
    env: DappEnv<Granted>,
    context: { waitUntil(promise: Promise<unknown>): void },
  ): Response | Promise<Response>
}
