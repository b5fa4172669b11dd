/**
 * The engine's own methods (`anvil_…`, `evm_…`, `hardhat_…`): a devnet is there to be set up at
 * will, but what they change must survive a restart.
 */

const namespaces = /^(?:anvil|evm|hardhat)_/

/** `setBalance` of `anvil_setBalance` or `hardhat_setBalance`; `undefined` for other methods. */
export function adminName(method: string): string | undefined {
  return namespaces.test(method) ? method.replace(namespaces, '') : undefined
}

/** Methods that change nothing. */
export const readers: ReadonlySet<string> = new Set([
  'dumpState',
  'getAutomine',
  'getBlobByHash',
  'getBlobsByBlockId',
  'getBlobsByTransactionHash',
  'getBlobSidecarsByBlockId',
  'getGenesisTime',
  'getIntervalMining',
  'metadata',
  'nodeInfo',
])

/** Methods that make blocks; the blocks are journaled, not the call. */
export const miners: ReadonlySet<string> = new Set(['mine', 'mine_detailed', 'mineDetailed'])

/** Methods that move the clock; the clock is journaled, not the call. */
export const clocks: ReadonlySet<string> = new Set(['increaseTime', 'setTime'])

/** Methods after which earlier blocks are other blocks. */
export const rewriters: ReadonlySet<string> = new Set(['loadState', 'reorg', 'rollback'])

/** When blocks are made: in force again only once a restored chain stands. */
export const miningModes: ReadonlySet<string> = new Set(['setAutomine', 'setIntervalMining'])

const sticky: ReadonlySet<string> = new Set([
  ...miningModes,
  'autoImpersonateAccount',
  'impersonateAccount',
  'setBlockGasLimit',
  'setBlockTimestampInterval',
  'setChainId',
  'setCoinbase',
  'setNextBlockBaseFeePerGas',
])

export interface AdminCall {
  readonly method: string
  readonly params: unknown
}

/**
 * The calls whose effect outlives blocks but is in no copy of the state: the last of each kind, and
 * for impersonation of each account.
 */
export class StickyCalls {
  readonly #calls = new Map<string, AdminCall>()
  #mining: { readonly name: string; readonly params: unknown } | undefined

  /** How somebody chose to mine, last. */
  get mining(): { readonly name: string; readonly params: unknown } | undefined {
    return this.#mining
  }

  note(call: AdminCall): void {
    const name = adminName(call.method) ?? call.method
    const first = String(Array.isArray(call.params) ? call.params[0] : '').toLowerCase()
    if (name === 'stopImpersonatingAccount') this.#calls.delete(`impersonateAccount ${first}`)
    if (name === 'removeBlockTimestampInterval') this.#calls.delete('setBlockTimestampInterval')
    if (miningModes.has(name)) this.#mining = { name, params: call.params }
    if (!sticky.has(name)) return
    this.#calls.set(name === 'impersonateAccount' ? `${name} ${first}` : name, call)
  }

  all(): readonly AdminCall[] {
    return [...this.#calls.values()]
  }

  clear(): void {
    this.#calls.clear()
    this.#mining = undefined
  }
}
