/** Tells ESC of the devnet's main chain, as the real node's light client does. */
import { ElaError } from '../../base/errors.ts'
import { callRpc } from '../../base/json-rpc.ts'
import type { Chain } from '../evm/chain.ts'
import { isObject } from '../evm/json-values.ts'
import {
  HEADER_ADDRESS,
  HEIGHT_ADDRESS,
  hashIn,
  hashSlot,
  headerErasure,
  headerWrites,
  heightWrite,
  type MainchainHeader,
  type StorageWrite,
} from './mainchain-contracts.ts'

export interface MainchainFollowerOptions {
  readonly chain: Chain
  /** RPC of the main chain. */
  readonly url: string
  /** The engine or our own hands failed, not the main chain. */
  readonly onFailure: (error: unknown) => void
}

const EVERY_MS = 1_000
/** When there is no main chain, as with `--only esc`. */
const AGAIN_AFTER_MS = 5_000
const ANSWER_WITHIN_MS = 5_000
const AT_ONCE = 200

export class MainchainFollower {
  readonly #options: MainchainFollowerOptions
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: MainchainFollowerOptions) {
    this.#options = options
    this.#next(0)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#round
  }

  #next(afterMs: number): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#round = this.#follow().then(
        (afterwards) => this.#next(afterwards),
        (error: unknown) => {
          if (!this.#closed) this.#options.onFailure(error)
        },
      )
    }, afterMs)
    this.#timer.unref()
  }

  /** Returns when to look again, in milliseconds. */
  async #follow(): Promise<number> {
    const latest = await this.#latest()
    if (latest === undefined) return AGAIN_AFTER_MS
    const told = await this.#told()
    const grown = await this.#isOn(told)
    if (grown && told === latest) return EVERY_MS
    const from = grown ? told + 1 : 0
    const to = Math.min(latest, from + AT_ONCE - 1)
    const headers: MainchainHeader[] = []
    for (let height = from; height <= to; height++) {
      const header = await this.#header(height)
      if (header === undefined) return AGAIN_AFTER_MS
      headers.push(header)
    }
    const gone = Array.from({ length: Math.max(0, told - to) }, (_, at) => to + 1 + at)
    await this.#write(told, [
      ...headers.flatMap(headerWrites),
      ...gone.map(headerErasure),
      heightWrite(to),
    ])
    return to === latest ? EVERY_MS : 0
  }

  /** Whether the main chain still has the block that was told last. */
  async #isOn(told: number): Promise<boolean> {
    const word = await this.#stored(HEADER_ADDRESS, hashSlot(told))
    return (await this.#header(told))?.hash === hashIn(word)
  }

  async #latest(): Promise<number | undefined> {
    const count = await this.#ask('getblockcount', {})
    return typeof count === 'number' && count > 0 ? count - 1 : undefined
  }

  async #told(): Promise<number> {
    return Number(await this.#stored(HEIGHT_ADDRESS, '0x0'))
  }

  /** Not while the chain begins anew: then there is no engine to ask. */
  #stored(address: string, slot: string): Promise<unknown> {
    const { chain } = this.#options
    const params = [address, slot, 'latest']
    return chain.turnstile.together(() => chain.client.call('eth_getStorageAt', params))
  }

  async #header(height: number): Promise<MainchainHeader | undefined> {
    const block = await this.#ask('getblockbyheight', { height })
    if (!isObject(block)) return undefined
    const { hash, previousblockhash, merkleroot, bits } = block
    const merkleRoot = String(merkleroot)
    return {
      height,
      hash: String(hash),
      previous: String(previousblockhash),
      merkleRoot,
      bits: Number(bits),
    }
  }

  /** `undefined` when the main chain does not answer, or is none. */
  async #ask(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    try {
      return await callRpc(this.#options.url, method, params, { timeoutMs: ANSWER_WITHIN_MS })
    } catch (error) {
      if (error instanceof ElaError) return undefined
      throw error
    }
  }

  /** Unless the chain went back meanwhile, so that more is missing. */
  async #write(told: number, writes: readonly StorageWrite[]): Promise<void> {
    const { chain } = this.#options
    await chain.turnstile.alone(async () => {
      await chain.settle()
      const now = await chain.client.call('eth_getStorageAt', [HEIGHT_ADDRESS, '0x0', 'latest'])
      if (Number(now) !== told) return
      for (const params of writes) {
        await chain.client.call('anvil_setStorageAt', params)
        chain.note({ kind: 'call', method: 'anvil_setStorageAt', params })
      }
    })
  }
}
