/** When blocks are made, beyond what the engine does by itself. */
import type { AnvilClient } from './anvil-client.ts'
import { isObject, quantity } from './json-values.ts'
import type { Turnstile } from './turnstile.ts'

export interface MinerOptions {
  readonly client: () => AnvilClient
  readonly turnstile: Turnstile
  /** How many taken transactions are in no block. */
  readonly waiting: () => number
  /** Reads all blocks there are. */
  readonly sync: () => Promise<void>
  readonly onFailure: (error: unknown) => void
}

/** Blocks of a burst are read together: one by one they would cost as much as making them. */
const GATHER_MS = 15
const QUIET_MS = 40
/** How often to look for blocks that the engine makes by its own clock. */
const POLL_MS = 200

export class Miner {
  readonly #options: MinerOptions
  #interval: NodeJS.Timeout | undefined
  #nudge: NodeJS.Timeout | undefined
  #automine = false
  #busy = false
  #lastBlock = 0

  constructor(options: MinerOptions) {
    this.#options = options
  }

  /** Whether every transaction gets its block at once. */
  get automine(): boolean {
    return this.#automine
  }

  /** @param blockEveryMs 0: a block for every transaction; -1: on demand only */
  async start(blockEveryMs: number): Promise<void> {
    if (blockEveryMs === 0) {
      this.#automine = true
      await this.#options.client().call('evm_setAutomine', [true])
      this.transactionTaken()
    } else if (blockEveryMs > 0) {
      this.#interval = setInterval(() => this.#mine(), blockEveryMs)
    }
  }

  /** Somebody chose how the engine mines; the interval of the settings ends. */
  chosen(name: string, params: unknown): void {
    clearInterval(this.#interval)
    const first = Array.isArray(params) ? (params[0] as unknown) : undefined
    this.#automine = name === 'setAutomine' && first === true
    if (name === 'setIntervalMining') {
      const look = () => this.#options.sync().catch(this.#options.onFailure)
      this.#interval = setInterval(look, POLL_MS)
    }
    this.transactionTaken()
  }

  blockSeen(): void {
    this.#lastBlock = performance.now()
  }

  /** Sees to it that the transaction gets into a block, and that the block is read. */
  transactionTaken(): void {
    if (!this.#automine || this.#nudge !== undefined) return
    this.#nudge = setTimeout(() => {
      this.#nudge = undefined
      this.#lookAfter().catch(this.#options.onFailure)
    }, GATHER_MS)
  }

  stop(): void {
    clearInterval(this.#interval)
    clearTimeout(this.#nudge)
    this.#nudge = undefined
    this.#automine = false
  }

  /**
   * When transactions come in abreast, the engine's automatic mining can overlook the last of them
   * until the next one comes.
   *
   * @see foundry issue 10122
   */
  async #lookAfter(): Promise<void> {
    await this.#options.sync()
    if (this.#options.waiting() === 0) return
    const quiet = performance.now() - this.#lastBlock > QUIET_MS
    const mined = quiet && (await this.#options.turnstile.together(() => this.mineOverlooked()))
    // Those that wait for an earlier number of their sender wait in silence.
    if (mined || !quiet) this.transactionTaken()
  }

  /** Mines what could be mined; whether there was anything. */
  async mineOverlooked(): Promise<boolean> {
    const client = this.#options.client()
    const pool = await client.call('txpool_status')
    if (!this.#automine || !isObject(pool) || quantity(pool['pending']) === 0) return false
    await client.call('evm_mine')
    return true
  }

  #mine(): void {
    if (this.#busy) return
    this.#busy = true
    this.#options.turnstile
      .together(() => this.#options.client().call('evm_mine'))
      .then(() => this.#options.sync())
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#busy = false
      })
  }
}
