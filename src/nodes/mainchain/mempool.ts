/**
 * Transactions that wait for a block. None may conflict with another: what a transaction claims
 * (coins, side chain ids) occupies a slot.
 *
 * @see Elastos.ELA mempool/txpool.go, mempool/conflictmanager.go
 */
import { displayHash } from '../../protocol/ela/hash.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { type Transaction, transactionId, transactionSize } from '../../protocol/ela/transaction.ts'
import type { Chain } from './chain.ts'
import { outpointOf } from './coins.ts'
import { returnedDepositsOf, withdrawnOf } from './cross-chain-ids.ts'
import { refuse, refuseSlot, TransactionRefusal } from './refusal.ts'
import { checkContext } from './validate-context.ts'
import { checkSanity } from './validate-sanity.ts'

export interface PoolEntry {
  readonly txid: string
  readonly transaction: Transaction
  /** Bytes. */
  readonly size: number
  /** In sela. */
  readonly fee: bigint
}

/** Slot name (as in the field's messages) → what of a transaction occupies it. */
const slots: readonly [name: string, keysOf: (transaction: Transaction) => readonly string[]][] = [
  ['SidechainTxHashes', withdrawnOf],
  ['SidechainReturnDepositTxHashes', returnedDepositsOf],
  ['TxInputsReferKeys', ({ inputs }) => inputs.map(outpointOf)],
]

export class Mempool {
  readonly #chain: Chain
  readonly #entries = new Map<string, PoolEntry>()
  /** Slot name and key → id of the transaction that occupies it. */
  readonly #occupied = new Map<string, string>()
  readonly #accepted: ((entry: PoolEntry) => void)[] = []
  #bytes = 0

  constructor(chain: Chain) {
    this.#chain = chain
    chain.listen({
      connected: (block) => this.#settle(block.transactions),
      disconnected: (block) => this.#takeBack(block.transactions),
    })
  }

  get size(): number {
    return this.#entries.size
  }

  /** Oldest first. */
  entries(): readonly PoolEntry[] {
    return [...this.#entries.values()]
  }

  get(txid: string): PoolEntry | undefined {
    return this.#entries.get(txid)
  }

  /** Whether a waiting transaction spends this coin. */
  spends(outpoint: string): boolean {
    return this.#occupied.has(`TxInputsReferKeys ${outpoint}`)
  }

  /** Whether a waiting transaction pays out this side chain transaction (internal order, hex). */
  withdraws(id: string): boolean {
    return this.#occupied.has(`SidechainTxHashes ${id}`)
  }

  returnsDeposit(id: string): boolean {
    return this.#occupied.has(`SidechainReturnDepositTxHashes ${id}`)
  }

  onAccepted(listener: (entry: PoolEntry) => void): void {
    this.#accepted.push(listener)
  }

  /** Throws a `TransactionRefusal`. */
  add(transaction: Transaction): PoolEntry {
    const entry = this.#checked(transaction)
    this.#makeRoom(entry)
    this.#entries.set(entry.txid, entry)
    this.#bytes += entry.size
    for (const key of keysOf(transaction)) this.#occupied.set(key, entry.txid)
    for (const listener of this.#accepted) listener(entry)
    return entry
  }

  #checked(transaction: Transaction): PoolEntry {
    const { params, ledger, height } = this.#chain
    const txid = displayHash(transactionId(transaction))
    if (this.#entries.has(txid)) throw refuse('duplicate')
    if (transaction.type === TxType.coinbase) throw refuse('coinbase')
    const size = transactionSize(transaction)
    checkSanity(transaction, size, params)
    const alreadyVerified = this.#chain.isVerified(transaction)
    const fee = checkContext(transaction, { params, ledger, height, alreadyVerified })
    this.#chain.markVerified(transaction)
    for (const [name, keys] of slots) {
      const taken = keys(transaction).some((key) => this.#occupied.has(`${name} ${key}`))
      if (taken) throw refuseSlot(name)
    }
    return { txid, transaction, size, fee }
  }

  /** Lets go of those that pay least for their bytes, as far as they pay less than the new one. */
  #makeRoom(entry: PoolEntry): void {
    const limit = this.#chain.params.maxPoolBytes
    if (this.#bytes + entry.size <= limit) return
    const cheaper = this.entries()
      .filter((other) => paysLess(other, entry))
      .sort((a, b) => (paysLess(a, b) ? -1 : 1))
    const room = cheaper.reduce((sum, { size }) => sum + size, limit - this.#bytes)
    if (room < entry.size) throw refuse('poolFull')
    for (const other of cheaper) {
      if (this.#bytes + entry.size <= limit) return
      this.#remove(other.txid)
    }
  }

  /** Drops what a new block has, and what can no longer be because of it. */
  #settle(transactions: readonly Transaction[]): void {
    for (const transaction of transactions) {
      this.#remove(displayHash(transactionId(transaction)))
      if (transaction.type === TxType.coinbase) continue
      for (const key of keysOf(transaction)) {
        const rival = this.#occupied.get(key)
        if (rival !== undefined) this.#remove(rival)
      }
    }
  }

  /**
   * Transactions of a block that no longer counts wait again, and those that relied on it go. The
   * new branch is connected already when this is called.
   */
  #takeBack(transactions: readonly Transaction[]): void {
    const waiting = this.entries().map(({ transaction }) => transaction)
    for (const txid of [...this.#entries.keys()]) this.#remove(txid)
    const back = transactions.filter(({ type }) => type !== TxType.coinbase)
    for (const transaction of [...back, ...waiting]) {
      try {
        const entry = this.#checked(transaction)
        this.#entries.set(entry.txid, entry)
        this.#bytes += entry.size
        for (const key of keysOf(transaction)) this.#occupied.set(key, entry.txid)
      } catch (error) {
        if (!(error instanceof TransactionRefusal)) throw error
      }
    }
  }

  #remove(txid: string): void {
    const entry = this.#entries.get(txid)
    if (entry === undefined) return
    this.#entries.delete(txid)
    this.#bytes -= entry.size
    for (const key of keysOf(entry.transaction)) this.#occupied.delete(key)
  }
}

function keysOf(transaction: Transaction): readonly string[] {
  return slots.flatMap(([name, keys]) => keys(transaction).map((key) => `${name} ${key}`))
}

/** Whether `a` pays less for a byte than `b`. */
export function paysLess(a: PoolEntry, b: PoolEntry): boolean {
  return a.fee * BigInt(b.size) < b.fee * BigInt(a.size)
}
