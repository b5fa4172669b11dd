/** What this service uses of `env.ELA`: each capability is in `ela.config.ts`, with its reason. */
export interface Ela {
  /** One call of a node's JSON-RPC that reads. */
  readonly chain: { read(chain: Chain, method: string, params?: unknown): Promise<unknown> }
  /** Who this is; `bundleId` is `null` while it is in work under `ela dev`. */
  whoami(): Promise<{ readonly bundleId: string | null }>
}

export type Chain = 'ela' | 'esc' | 'eid'

export interface Env {
  readonly ELA: Ela
}
