/** Makes blocks: when a transaction comes, at an interval, on demand, or for a merged miner. */
import { randomBytes } from 'node:crypto'
import { type AuxPow, emptyAuxPow, mineAuxPow } from '../../protocol/ela/auxpow.ts'
import type { Block } from '../../protocol/ela/block.ts'
import { ELA_ASSET_ID } from '../../protocol/ela/genesis.ts'
import { displayHash, parseDisplayHash } from '../../protocol/ela/hash.ts'
import { headerHash } from '../../protocol/ela/header.ts'
import { merkleRoot } from '../../protocol/ela/merkle.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import {
  AttributeUsage,
  type Output,
  type Transaction,
  transactionId,
} from '../../protocol/ela/transaction.ts'
import type { Mining } from '../kind.ts'
import { type BlockEntry, medianTime } from './block-entry.ts'
import type { Chain } from './chain.ts'
import { type Mempool, type PoolEntry, paysLess } from './mempool.ts'
import { TransactionRefusal } from './refusal.ts'
import { checkContext, isFinal } from './validate-context.ts'

export interface MinerOptions {
  readonly chain: Chain
  readonly mempool: Mempool
  /** Program hash that blocks pay to when nobody asks otherwise. */
  readonly payTo: Uint8Array
  readonly minerInfo: string
  readonly mining: Mining
  /** Seconds since 1970. */
  readonly now: () => number
}

/** How long a template for merged miners stays the same while the tip does, as in the real node. */
const TEMPLATE_MS = 5_000
const MAX_TEMPLATES = 100

export class Miner {
  readonly #options: MinerOptions
  #timer: NodeJS.Timeout | undefined
  #mode: Mining
  #template: { readonly block: Block; readonly payTo: string; readonly madeAt: number } | undefined
  /** Templates given out for the current tip, by hash in internal order (hex). */
  readonly #templates = new Map<string, Block>()

  constructor(options: MinerOptions) {
    this.#options = options
    this.#mode = options.mining
    options.chain.listen({
      connected: () => {
        this.#template = undefined
        this.#templates.clear()
      },
    })
    this.#schedule()
  }

  /** Whether a transaction gets its block at once. */
  get minesOnTransaction(): boolean {
    return this.#mode.mode === 'auto'
  }

  /**
   * Turns mining without being asked off, or on: in the way of this node, or one block for each
   * transaction where it has none. `mine` always works.
   */
  toggle(active: boolean): void {
    const { mining } = this.#options
    const own: Mining = mining.mode === 'none' ? { mode: 'auto' } : mining
    this.#mode = active ? own : { mode: 'none' }
    this.#schedule()
  }

  stop(): void {
    this.toggle(false)
  }

  /** Makes one block with what waits in the pool. */
  mine(payTo = this.#options.payTo): BlockEntry {
    const draft = this.#draft(payTo)
    const { header } = draft
    const auxPow = mineAuxPow(headerHash(header), header.bits, header.time)
    return this.#options.chain.add({ ...draft, header: { ...header, auxPow } })
  }

  /** A block for a merged miner to prove work for. */
  template(payTo: Uint8Array): Block {
    const owner = Buffer.from(payTo).toString('hex')
    const nowMs = this.#options.now() * 1000
    const last = this.#template
    if (last?.payTo === owner && nowMs - last.madeAt < TEMPLATE_MS) return last.block
    const block = this.#draft(payTo)
    this.#template = { block, payTo: owner, madeAt: nowMs }
    if (this.#templates.size >= MAX_TEMPLATES) this.#templates.clear()
    this.#templates.set(displayHash(headerHash(block.header)), block)
    return block
  }

  /** The template with this hash (display order), while its parent is the tip. */
  templateOf(hash: string): Block | undefined {
    return this.#templates.get(hash)
  }

  /** Throws `mainchain/blockRefused`. */
  submit(block: Block, auxPow: AuxPow): BlockEntry {
    return this.#options.chain.add({ ...block, header: { ...block.header, auxPow } })
  }

  #schedule(): void {
    clearInterval(this.#timer)
    if (this.#mode.mode !== 'interval') return
    this.#timer = setInterval(() => this.mine(), this.#mode.everyMs)
  }

  #draft(payTo: Uint8Array): Block {
    const { chain, now } = this.#options
    const { tip, params } = chain
    const chosen = this.#choose()
    const fees = chosen.reduce((sum, { fee }) => sum + fee, 0n)
    const coinbase = this.#coinbase(payTo, tip.height + 1, params.rewardSela + fees)
    const transactions = [coinbase, ...chosen.map(({ transaction }) => transaction)]
    return {
      header: {
        version: 0,
        previous: parseDisplayHash(tip.hash),
        merkleRoot: merkleRoot(transactions.map(transactionId)),
        time: timeAfter(tip, now(), params.maxFutureSeconds / 2),
        bits: params.bits,
        nonce: 0,
        height: tip.height + 1,
        auxPow: emptyAuxPow,
      },
      transactions,
    }
  }

  /** Those that pay most for a byte first, as many as a block takes. */
  #choose(): readonly PoolEntry[] {
    const { chain, mempool } = this.#options
    const { params, ledger, height } = chain
    const sorted = [...mempool.entries()].sort((a, b) =>
      paysLess(b, a) ? -1 : paysLess(a, b) ? 1 : 0,
    )
    const chosen: PoolEntry[] = []
    let bytes = 1_000
    for (const entry of sorted) {
      if (chosen.length + 1 >= params.maxBlockTransactions) break
      if (bytes + entry.size > params.maxBlockBodyBytes) continue
      if (!isFinal(entry.transaction, height + 1)) continue
      if (
        !isStillGood(() =>
          checkContext(entry.transaction, { params, ledger, height, alreadyVerified: true }),
        )
      )
        continue
      bytes += entry.size
      chosen.push(entry)
    }
    return chosen
  }

  /** 30 % and the rest of 35 % go to the foundation, 35 % to the miner. @see pow/service.go */
  #coinbase(payTo: Uint8Array, height: number, reward: bigint): Transaction {
    const { foundation } = this.#options.chain.params
    const first = (reward * 30n) / 100n
    const miners = (reward * 35n) / 100n
    return {
      version: 0,
      type: TxType.coinbase,
      payloadVersion: 4,
      payload: { kind: 'coinbase', content: Buffer.from(this.#options.minerInfo) },
      attributes: [{ usage: AttributeUsage.nonce, data: new Uint8Array(randomBytes(8)) }],
      inputs: [{ txid: new Uint8Array(32), index: 0xffff, sequence: 0xffff_ffff }],
      outputs: [
        plain(foundation, first),
        plain(payTo, miners),
        plain(foundation, reward - first - miners),
      ],
      lockTime: height,
      programs: [],
    }
  }
}

/**
 * Like the real node it goes one second beyond the median, so that blocks made in a row run ahead of
 * the clock. Where that becomes too much it stays at the median, which is allowed too: the clock
 * catches up, and no block is refused for its time.
 */
function timeAfter(tip: BlockEntry, now: number, mostAhead: number): number {
  const median = medianTime(tip)
  return Math.max(now, median < now + mostAhead ? median + 1 : median)
}

function plain(programHash: Uint8Array, value: bigint): Output {
  const payload = { kind: 'none' } as const
  return { assetId: ELA_ASSET_ID, value, outputLock: 0, programHash, type: 0, payload }
}

function isStillGood(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (error instanceof TransactionRefusal) return false
    throw error
  }
}
