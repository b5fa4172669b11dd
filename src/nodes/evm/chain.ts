/** The chain behind the door: the engine, what is saved of it, and who may change it when. */

import { fromHex, toHex } from '../../base/bytes-text.ts'
import { StickyCalls } from './admin-methods.ts'
import type { AnvilClient } from './anvil-client.ts'
import { AnvilSocket } from './anvil-socket.ts'
import { replayable } from './call-object.ts'
import { type Engine, startEngine } from './engine.ts'
import type { ChainExtension } from './extension.ts'
import { blockRecord, Follower, type SeenBlock } from './follower.ts'
import type { JournalRecord } from './journal.ts'
import { isObject, quantity } from './json-values.ts'
import { replay, type Waiting } from './replay.ts'
import { newChain, openSavedChain, type SavedChain, saveCopy } from './saved-chain.ts'
import type { EvmSettings } from './settings.ts'
import { Turnstile } from './turnstile.ts'

export interface ChainOptions {
  readonly settings: EvmSettings
  readonly binary: string
  readonly extension: ChainExtension | undefined
  readonly log: (line: string) => void
  readonly onBlock: (block: SeenBlock, last: number) => void
  /** The engine, the disk, or our own hands failed: the node cannot go on. */
  readonly onFailure: (error: unknown) => void
}

interface Parts {
  readonly engine: Engine
  readonly socket: AnvilSocket
  readonly follower: Follower
}

/** A whole copy is made when the journal has so many blocks, or half of the chain's if more. */
const COPY_AFTER_BLOCKS = 1_000
const IDLE_MS = 300
const SETTLE_WITHIN_MS = 1_000
const CLOCK_TOLERANCE_S = 2

export class Chain {
  readonly turnstile = new Turnstile()
  readonly sticky = new StickyCalls()
  readonly #options: ChainOptions
  #parts: Parts
  #saved: SavedChain
  #waiting = new Map<string, Waiting>()
  /** Hashes of transactions that were seen in a block before `took` told of them. */
  readonly #early = new Set<string>()
  #journaledBlocks = 0
  #clockAhead = 0
  #chainId: number
  #timer: NodeJS.Timeout | undefined
  #idle: NodeJS.Timeout | undefined
  #closing = false

  private constructor(options: ChainOptions, saved: SavedChain, parts: Parts) {
    this.#options = options
    this.#saved = saved
    this.#parts = parts
    this.#chainId = options.settings.chainId
  }

  /** Throws `evm/…` when the engine or the saved chain is not usable. */
  static async open(options: ChainOptions): Promise<Chain> {
    const saved = openSavedChain(options.settings.dataDir, options.settings.chainId)
    const chain: Chain = new Chain(options, saved, await startParts(options, saved, () => chain))
    await chain.#restore()
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
  }

  note(record: JournalRecord): void {
    this.#saved.journal.append(record)
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
    const automine = await this.client.call('anvil_getAutomine')
    const deadline = performance.now() + SETTLE_WITHIN_MS
    while (automine === true && performance.now() < deadline) {
      const pool = await this.client.call('txpool_status')
      if (!isObject(pool) || quantity(pool['pending']) === 0) break
    }
    await this.follower.sync()
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
    clearInterval(this.#timer)
    this.#parts.socket.close()
    await this.#parts.engine.stop()
    this.follower.rollBack(0)
    this.#saved.journal.close()
    this.#saved = newChain(this.settings.dataDir, this.settings.chainId)
    this.sticky.clear()
    this.#parts = await startParts(this.#options, this.#saved, () => this)
    await this.#restore()
  }

  /** The interval of the settings ends when somebody chooses another way to mine. */
  stopTimer(): void {
    clearInterval(this.#timer)
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#timer)
    clearTimeout(this.#idle)
    await this.turnstile.alone(async () => {
      if (this.#journaledBlocks > 0) {
        await this.settle()
        await this.copy()
      }
    })
    this.#parts.socket.close()
    await this.#parts.engine.stop()
    this.#saved.journal.close()
  }

  async #restore(): Promise<void> {
    const { client, follower, sticky } = this
    const { records, stateFile } = this.#saved
    const { log } = this.#options
    const base = stateFile === undefined ? 0 : quantity(await client.call('eth_blockNumber'))
    const restored = await replay(records, { client, sticky, log, height: base })
    this.#waiting = restored.waiting
    this.#clockAhead = restored.clockAhead
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
    await this.#startMining()
    await follower.sync()
    const heads = await this.socket.subscribe(['newHeads'])
    if ('start' in heads) heads.start(() => follower.wake((error) => this.#failed(error)))
  }

  #replaying = 0

  async #startMining(): Promise<void> {
    const { blockEveryMs } = this.settings
    const chosen = this.sticky.all().some(({ method }) => /_set(?:Automine|Interval)/.test(method))
    if (chosen) return
    if (blockEveryMs === 0) {
      await this.client.call('evm_setAutomine', [true])
      // Transactions that waited in the pool when mining was switched on wait on.
      if (this.#waiting.size > 0) await this.client.call('evm_mine')
    }
    if (blockEveryMs > 0) {
      const mine = () => this.turnstile.together(() => this.client.call('evm_mine'))
      this.#timer = setInterval(() => mine().catch((error) => this.#failed(error)), blockEveryMs)
    }
  }

  /** What the follower does with each block. */
  async onBlock(block: SeenBlock, last: number): Promise<void> {
    if (block.number <= this.#replaying) return
    for (const { hash } of block.transactions) await this.#mined(hash)
    this.note(blockRecord(block))
    this.#journaledBlocks += 1
    if (Math.abs(block.time - this.now) > CLOCK_TOLERANCE_S) this.#setClock(block.time)
    this.#options.onBlock(block, last)
    if (block.number === last) this.#copyWhenIdle()
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

async function startParts(
  options: ChainOptions,
  saved: SavedChain,
  chain: () => Chain,
): Promise<Parts> {
  const engine = await startEngine(options.binary, options.settings, saved)
  engine.onSuddenEnd(options.onFailure)
  const { client, process } = engine
  const socket = await AnvilSocket.open(process.host, process.port)
  const follower = new Follower({
    client,
    extension: options.extension,
    onBlock: (block, last) => chain().onBlock(block, last),
  })
  return { engine, socket, follower }
}
