/** The chain behind the door: the engine, what is saved of it, and who may change it when. */

import { fromHex, toHex } from '../../base/bytes-text.ts'
import { StickyCalls } from './admin-methods.ts'
import type { AnvilClient } from './anvil-client.ts'
import type { AnvilSocket } from './anvil-socket.ts'
import { replayable } from './call-object.ts'
import type { ChainExtension } from './extension.ts'
import { blockRecord, type Follower, type SeenBlock } from './follower.ts'
import type { JournalRecord } from './journal.ts'
import { isObject, quantity } from './json-values.ts'
import { Miner } from './miner.ts'
import { type Parts, startParts } from './parts.ts'
import { replay, type Waiting } from './replay.ts'
import { newChain, openSavedChain, type SavedChain, saveCopy } from './saved-chain.ts'
import type { EvmSettings } from './settings.ts'
import { startingClock } from './starting-clock.ts'
import { Turnstile } from './turnstile.ts'

export interface ChainOptions {
  readonly settings: EvmSettings
  readonly binary: string
  readonly extension: ChainExtension | undefined
  readonly log: (line: string) => void
  readonly onBlocks: (blocks: readonly SeenBlock[]) => void
  /** The engine, the disk, or our own hands failed: the node cannot go on. */
  readonly onFailure: (error: unknown) => void
}

/** A whole copy is made when the journal has so many blocks, or half of the chain's if more. */
const COPY_AFTER_BLOCKS = 1_000
const IDLE_MS = 300
const SETTLE_WITHIN_MS = 1_000
const CLOCK_TOLERANCE_S = 2

export class Chain {
  readonly turnstile = new Turnstile()
  readonly sticky = new StickyCalls()
  readonly miner: Miner
  readonly #options: ChainOptions
  #parts: Parts
  #saved: SavedChain
  #waiting = new Map<string, Waiting>()
  /** Hashes of transactions that were seen in a block before `took` told of them. */
  readonly #early = new Set<string>()
  #journaledBlocks = 0
  /** Blocks up to this number are in the journal before they are read. */
  #replaying = 0
  #clockAhead = 0
  #chainId: number
  #idle: NodeJS.Timeout | undefined
  #closing = false

  private constructor(options: ChainOptions, saved: SavedChain, parts: Parts) {
    this.#options = options
    this.#saved = saved
    this.#parts = parts
    this.#chainId = options.settings.chainId
    this.miner = new Miner({
      client: () => this.client,
      turnstile: this.turnstile,
      waiting: () => this.#waiting.size,
      sync: () => this.follower.sync(),
      onFailure: (error) => this.#failed(error),
    })
  }

  /** Throws `evm/…` when the engine or the saved chain is not usable. */
  static async open(options: ChainOptions): Promise<Chain> {
    const saved = openSavedChain(options.settings.dataDir, options.settings.chainId)
    const chain: Chain = new Chain(
      options,
      saved,
      await startParts(options, saved, (blocks) => chain.onBlocks(blocks)),
    )
    try {
      await chain.#restore()
    } catch (error) {
      chain.#closing = true
      chain.#parts.socket.close()
      await chain.#parts.engine.stop()
      throw error
    }
    return chain
  }

  get client(): AnvilClient {
    return this.#parts.engine.client
  }

  get socket(): AnvilSocket {
    return this.#parts.socket
  }

  get follower(): Follower {
    return this.#parts.follower
  }

  get extension(): ChainExtension | undefined {
    return this.#options.extension
  }

  get settings(): EvmSettings {
    return this.#options.settings
  }

  get chainId(): number {
    return this.#chainId
  }

  set chainId(chainId: number) {
    this.#chainId = chainId
  }

  /** Seconds since 1970 of a block made now. */
  get now(): number {
    return Math.floor(Date.now() / 1000) + this.#clockAhead
  }

  /** Transactions that were taken and are in no block yet. */
  get waiting(): ReadonlyMap<string, Waiting> {
    return this.#waiting
  }

  /** Notes a transaction the engine took; from here on it survives. */
  took(waiting: Waiting): void {
    if (this.#early.delete(waiting.hash)) return
    this.#saved.journal.append(waiting)
    this.#waiting.set(waiting.hash, waiting)
    this.miner.transactionTaken()
  }

  note(...records: readonly JournalRecord[]): void {
    this.#saved.journal.append(...records)
  }

  /** Where the journal is, for `rewind`. */
  mark(): { readonly generation: number; readonly length: number; waiting: Map<string, Waiting> } {
    const { generation, journal } = this.#saved
    return { generation, length: journal.length, waiting: new Map(this.#waiting) }
  }

  /** After the engine went back to the moment of `mark`, with `height` blocks. */
  async rewind(mark: ReturnType<Chain['mark']>, height: number): Promise<void> {
    this.follower.rollBack(height)
    if (mark.generation === this.#saved.generation) {
      this.#saved.journal.truncate(mark.length)
      this.#waiting = new Map(mark.waiting)
      await this.measureClock()
    } else {
      await this.copy()
    }
  }

  /** Inside `turnstile.alone`: waits until taken transactions are mined, and reads all blocks. */
  async settle(): Promise<void> {
    const deadline = performance.now() + SETTLE_WITHIN_MS
    await this.follower.sync()
    while (this.miner.automine && this.#waiting.size > 0 && performance.now() < deadline) {
      const mined = await this.miner.mineOverlooked()
      await this.follower.sync()
      if (!mined) break
    }
  }

  /** Takes over where the engine's clock is now. */
  async measureClock(): Promise<void> {
    const pending = await this.client.call('eth_getBlockByNumber', ['pending', false])
    if (!isObject(pending)) return
    this.#setClock(quantity(pending['timestamp']))
  }

  #setClock(time: number): void {
    this.#clockAhead = time - Math.floor(Date.now() / 1000)
    this.note({ kind: 'clock', ahead: this.#clockAhead })
  }

  /** Inside `turnstile.alone`: saves a whole copy, so that the journal begins anew. */
  async copy(): Promise<void> {
    if (this.settings.fork !== undefined) return
    await this.follower.sync()
    const dump = await this.client.call('anvil_dumpState')
    this.#saved = saveCopy(this.settings.dataDir, this.#saved, {
      chainId: this.settings.chainId,
      height: this.follower.height,
      dump: fromHex(String(dump)),
      records: [
        { kind: 'clock', ahead: this.#clockAhead },
        ...this.sticky.all().map((call) => ({ kind: 'call', ...call }) as const),
        ...this.follower.operations.map(
          ({ data, ...rest }) => ({ kind: 'operation', data: toHex(data), ...rest }) as const,
        ),
        ...this.#waiting.values(),
      ],
    })
    this.#journaledBlocks = 0
  }

  /** Inside `turnstile.alone`: a new chain from the same genesis. */
  async reset(): Promise<void> {
    this.miner.stop()
    this.#parts.socket.close()
    await this.#parts.engine.stop()
    this.follower.rollBack(0)
    this.#saved.journal.close()
    this.#saved = newChain(this.settings.dataDir, this.settings.chainId)
    this.sticky.clear()
    this.#parts = await startParts(this.#options, this.#saved, (blocks) => this.onBlocks(blocks))
    await this.#restore()
  }

  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#idle)
    try {
      await this.turnstile.alone(async () => {
        await this.settle()
        this.miner.stop()
        if (this.#journaledBlocks > 0) await this.copy()
      })
    } finally {
      this.miner.stop()
      this.#parts.socket.close()
      await this.#parts.engine.stop()
      this.#saved.journal.close()
    }
  }

  async #restore(): Promise<void> {
    const { client, follower, sticky } = this
    const { records, stateFile } = this.#saved
    const { log } = this.#options
    const fresh = stateFile === undefined && this.settings.fork === undefined
    const base = fresh ? 0 : quantity(await client.call('eth_blockNumber'))
    const restored = await replay(records, { client, sticky, log, height: base })
    this.#waiting = restored.waiting
    this.#clockAhead = await startingClock(client, this.settings, restored.clockAhead)
    this.#chainId = Number(await client.call('eth_chainId'))
    if (restored.rebuilt > 0) log(`${restored.rebuilt} blocks were made again with a new hash`)
    follower.begin(
      base,
      restored.operations.map(({ data, hash, height, time }) => ({
        data: fromHex(data),
        hash,
        height,
        time,
      })),
    )
    // Blocks made again are in the journal already; only what comes from now on is added.
    this.#replaying = quantity(await client.call('eth_blockNumber'))
    this.#journaledBlocks = this.#replaying - base
    await client.call('evm_setTime', [this.now])
    await follower.sync()
    this.#replaying = 0
    if (sticky.mining === undefined) await this.miner.start(this.settings.blockEveryMs)
    else this.miner.chosen(sticky.mining.name, sticky.mining.params)
  }

  /** What the follower does with the blocks it read. */
  async onBlocks(blocks: readonly SeenBlock[]): Promise<void> {
    const fresh = blocks.filter((block) => block.number > this.#replaying)
    for (const block of fresh) {
      for (const { hash } of block.transactions) await this.#mined(hash)
    }
    this.note(...fresh.map(blockRecord))
    const last = fresh.at(-1)
    if (last === undefined) return
    this.#journaledBlocks += fresh.length
    if (Math.abs(last.time - this.now) > CLOCK_TOLERANCE_S) this.#setClock(last.time)
    this.miner.blockSeen()
    this.#options.onBlocks(fresh)
    this.#copyWhenIdle()
  }

  async #mined(hash: string): Promise<void> {
    if (this.#waiting.delete(hash)) return
    // The block was seen before the engine's answer to the transaction in it.
    this.#early.add(hash)
    const transaction = await this.client.call('eth_getTransactionByHash', [hash])
    const raw = await this.client.call('eth_getRawTransactionByHash', [hash])
    if (isObject(transaction) && quantity(transaction['r']) === 0) {
      this.note({ kind: 'ordered', hash, transaction: replayable(transaction) })
    } else {
      this.note({ kind: 'sent', hash, raw: String(raw) })
    }
  }

  #copyWhenIdle(): void {
    const limit = Math.max(COPY_AFTER_BLOCKS, this.follower.height / 2)
    if (this.#journaledBlocks < limit || this.#closing) return
    clearTimeout(this.#idle)
    const copy = () => this.turnstile.alone(() => this.settle().then(() => this.copy()))
    this.#idle = setTimeout(() => copy().catch((error) => this.#failed(error)), IDLE_MS)
    this.#idle.unref()
  }

  #failed(error: unknown): void {
    if (!this.#closing) this.#options.onFailure(error)
  }
}
