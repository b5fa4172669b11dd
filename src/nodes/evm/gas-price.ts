/**
 * What `eth_gasPrice` suggests: of the cheapest transactions of recent blocks, the price that three
 * in five of them did not exceed.
 *
 * @see Elastos.ELA.SideChain.ESC eth/gasprice/gasprice.go SuggestPrice, eth/config.go
 */
import { ElaError } from '../../base/errors.ts'
import type { AnvilClient } from './anvil-client.ts'
import { isObject, type JsonObject, quantity } from './json-values.ts'

/** How many blocks are looked at; empty ones beyond some are made up for by older ones. */
const BLOCKS = 20
const EMPTY_BLOCKS = 10
const MOST_BLOCKS = 100
const PERCENT = 60
const GWEI = 1_000_000_000n
/** Before anybody sent anything. */
const FIRST = GWEI
const HIGHEST = 500n * GWEI
/** Of a block this far behind nothing is asked again. */
const REMEMBERED = 2 * MOST_BLOCKS

interface Seen {
  readonly number: number
  readonly parent: string
  /** The cheapest price in it, in wei; `undefined` in an empty block. */
  readonly price: bigint | undefined
}

export class GasPrice {
  readonly #client: () => AnvilClient
  readonly #lowest: bigint
  /** By hash. */
  readonly #seen = new Map<string, Seen>()
  #last = FIRST

  /** @param lowest wei below which nothing is suggested */
  constructor(client: () => AnvilClient, lowest: number) {
    this.#client = client
    this.#lowest = BigInt(lowest)
  }

  /** Wei. */
  async suggest(): Promise<bigint> {
    const prices = await this.#recent()
    const middle = prices[Math.floor(((prices.length - 1) * PERCENT) / 100)] ?? this.#last
    const capped = middle > HIGHEST ? HIGHEST : middle
    this.#last = capped < this.#lowest ? this.#lowest : capped
    return this.#last
  }

  /** The cheapest price of each block that counts, lowest first. */
  async #recent(): Promise<readonly bigint[]> {
    const prices: bigint[] = []
    let block = await this.#read('eth_getBlockByNumber', 'latest')
    let empty = 0
    let wanted = BLOCKS
    for (let looked = 0; looked < wanted && block !== undefined && block.number > 0; looked++) {
      if (block.price !== undefined) prices.push(block.price)
      else if (++empty > EMPTY_BLOCKS) wanted = Math.min(wanted + 1, MOST_BLOCKS)
      block = this.#seen.get(block.parent) ?? (await this.#read('eth_getBlockByHash', block.parent))
    }
    return prices.sort(byPrice)
  }

  async #read(method: string, which: string): Promise<Seen | undefined> {
    const block = await this.#ask(method, which)
    if (!isObject(block)) return undefined
    const seen = seenBlock(block)
    this.#seen.set(String(block['hash']), seen)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest)
    return seen
  }

  async #ask(method: string, which: string): Promise<unknown> {
    try {
      return await this.#client().call(method, [which, true])
    } catch (error) {
      // Blocks before a fork are not the engine's.
      if (error instanceof ElaError) return undefined
      throw error
    }
  }
}

function seenBlock({ number, parentHash, transactions }: JsonObject): Seen {
  const [price] = (Array.isArray(transactions) ? transactions : [])
    .map((one: JsonObject) => BigInt(String(one['gasPrice'])))
    .sort(byPrice)
  return { number: quantity(number), parent: String(parentHash), price }
}

function byPrice(a: bigint, b: bigint): number {
  return Number(a - b)
}
