/** Reads every new block once: for the journal, the extension, and whoever watches. */
import { fromHex } from '../../base/bytes-text.ts'
import type { AnvilClient } from './anvil-client.ts'
import type { ChainExtension, MinedTransaction } from './extension.ts'
import type { JournalRecord } from './journal.ts'
import { isObject, type JsonObject, quantity, toQuantity } from './json-values.ts'

export interface SeenTransaction {
  readonly hash: string
  /** Absent in blocks read in bulk. */
  readonly details: JsonObject | undefined
}

export interface SeenBlock {
  readonly number: number
  readonly hash: string
  readonly time: number
  readonly transactions: readonly SeenTransaction[]
}

export interface FollowerOptions {
  readonly client: AnvilClient
  readonly extension: ChainExtension | undefined
  /** Called once for each block, in order, in runs as they were read. */
  readonly onBlocks: (blocks: readonly SeenBlock[]) => Promise<void> | void
}

const BATCH = 100
/** Up to so many blocks at once are read with all their transactions, to be shown. */
const DETAILED = 20

export class Follower {
  readonly #options: FollowerOptions
  readonly #logs = new Map<string, Readonly<Record<string, unknown>>>()
  #operations: MinedTransaction[] = []
  #height = 0
  #running: Promise<void> = Promise.resolve()

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  get height(): number {
    return this.#height
  }

  /** Operations of the extension's contract so far, in order. */
  get operations(): readonly MinedTransaction[] {
    return this.#operations
  }

  /** What the extension said about a mined transaction. */
  logOf(hash: string): Readonly<Record<string, unknown>> | undefined {
    return this.#logs.get(hash)
  }

  /** Takes over blocks up to `height` as known, with the operations in them. */
  begin(height: number, operations: readonly MinedTransaction[]): void {
    this.#height = height
    for (const operation of operations) this.#note(operation)
  }

  /** Blocks above `height` are gone. */
  rollBack(height: number): void {
    this.#height = Math.min(this.#height, height)
    this.#operations = this.#operations.filter((operation) => operation.height <= height)
    this.#options.extension?.rolledBack(height)
  }

  /** Resolves when every block of this moment is read. */
  sync(): Promise<void> {
    const next = this.#running.then(() => this.#readOn())
    this.#running = next.catch(() => undefined)
    return next
  }

  async #readOn(): Promise<void> {
    const { client } = this.#options
    const last = quantity(await client.call('eth_blockNumber'))
    while (this.#height < last) {
      const count = Math.min(BATCH, last - this.#height)
      const read: SeenBlock[] = []
      for (const block of await this.#fetch(count, last - this.#height <= DETAILED)) {
        if (!isObject(block)) break
        const seen = seenBlock(block)
        this.#height = seen.number
        await this.#extend(seen)
        read.push(seen)
      }
      if (read.length === 0) return
      await this.#options.onBlocks(read)
    }
  }

  async #fetch(count: number, detailed: boolean): Promise<readonly unknown[]> {
    const full = detailed || this.#options.extension !== undefined
    const requests = Array.from({ length: count }, (_, at) => ({
      jsonrpc: '2.0',
      id: at,
      method: 'eth_getBlockByNumber',
      params: [toQuantity(this.#height + 1 + at), full],
    }))
    const answer = await this.#options.client.send(JSON.stringify(requests))
    const replies = JSON.parse(answer.toString('utf8')) as readonly { result?: unknown }[]
    return replies.map(({ result }) => result)
  }

  async #extend(block: SeenBlock): Promise<void> {
    const { client, extension } = this.#options
    if (extension === undefined) return
    const contract = extension.contract.toLowerCase()
    for (const { hash, details } of block.transactions) {
      if (details === undefined || String(details['to']).toLowerCase() !== contract) continue
      const receipt = await client.call('eth_getTransactionReceipt', [hash])
      if (!isObject(receipt) || receipt['status'] !== '0x1') continue
      const data = fromHex(String(details['input']))
      this.#note({ data, hash, height: block.number, time: block.time })
    }
  }

  #note(operation: MinedTransaction): void {
    this.#operations.push(operation)
    const said = this.#options.extension?.mined(operation)
    if (said !== undefined) this.#logs.set(operation.hash, said)
  }
}

function seenBlock(block: JsonObject): SeenBlock {
  const { transactions } = block
  return {
    number: quantity(block['number']),
    hash: String(block['hash']),
    time: quantity(block['timestamp']),
    transactions: (Array.isArray(transactions) ? transactions : []).map((transaction: unknown) =>
      isObject(transaction)
        ? { hash: String(transaction['hash']), details: transaction }
        : { hash: String(transaction), details: undefined },
    ),
  }
}

/** The journal's line of a block. */
export function blockRecord(block: SeenBlock): JournalRecord {
  const { number, time, hash } = block
  const transactions = block.transactions.map((transaction) => transaction.hash)
  return { kind: 'block', number, time, hash, transactions }
}
