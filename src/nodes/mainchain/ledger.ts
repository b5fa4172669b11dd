/** What the blocks of the active chain add up to. Connecting and disconnecting are exact opposites. */
import type { Block } from '../../protocol/ela/block.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { type Transaction, transactionId } from '../../protocol/ela/transaction.ts'
import type { BlockEntry } from './block-entry.ts'
import { type Coin, CoinSet, coinOf, outpointOf, ownerOf } from './coins.ts'
import { returnedDepositsOf, withdrawnOf } from './cross-chain-ids.ts'

/** Where a transaction of the active chain is. */
export interface Place {
  readonly entry: BlockEntry
  readonly position: number
}

/** Gives the block of an entry; blocks live on disk. */
export type ReadBlock = (entry: BlockEntry) => Block

export class Ledger {
  readonly coins = new CoinSet()
  /** Ids (internal order, hexadecimal) of side chain transactions that were paid out. */
  readonly withdrawn = new Set<string>()
  /** Ids (internal order, hexadecimal) of deposits that were paid back. */
  readonly returnedDeposits = new Set<string>()
  readonly #places = new Map<string, Place>()
  readonly #history = new Map<string, Place[]>()
  readonly #readBlock: ReadBlock

  constructor(readBlock: ReadBlock) {
    this.#readBlock = readBlock
  }

  /** @param txid display order */
  place(txid: string): Place | undefined {
    return this.#places.get(txid)
  }

  transaction(txid: string): Transaction | undefined {
    const place = this.#places.get(txid)
    return place === undefined ? undefined : this.transactionAt(place)
  }

  transactionAt({ entry, position }: Place): Transaction {
    const transaction = this.#readBlock(entry).transactions[position]
    if (transaction === undefined) throw new Error(`block ${entry.hash} has no ${position}`)
    return transaction
  }

  /** The output an input refers to, spent or not; `undefined` when the chain has none. */
  coinEverAt(txid: string, index: number): Coin | undefined {
    const place = this.#places.get(txid)
    if (place === undefined) return undefined
    return coinOf(this.transactionAt(place), { txid, index, height: place.entry.height })
  }

  /** Where the transactions that pay to or from an owner are, oldest first. */
  historyOf(programHash: Uint8Array): readonly Place[] {
    return this.#history.get(ownerOf(programHash)) ?? []
  }

  connect(block: Block, entry: BlockEntry): void {
    for (const [position, transaction] of block.transactions.entries()) {
      const place = { entry, position }
      const txid = displayHash(transactionId(transaction))
      this.#places.set(txid, place)
      const owners = new Set<string>()
      for (const outpoint of spentBy(transaction)) {
        const coin = this.coins.get(outpoint)
        if (coin !== undefined) owners.add(ownerOf(coin.output.programHash))
        this.coins.remove(outpoint)
      }
      for (const index of transaction.outputs.keys()) {
        const coin = coinOf(transaction, { txid, index, height: entry.height })
        if (coin === undefined) continue
        this.coins.add(coin)
        owners.add(ownerOf(coin.output.programHash))
      }
      for (const owner of owners) this.#remember(owner, place)
      for (const id of withdrawnOf(transaction)) this.withdrawn.add(id)
      for (const id of returnedDepositsOf(transaction)) this.returnedDeposits.add(id)
    }
  }

  disconnect(block: Block, entry: BlockEntry): void {
    for (const transaction of [...block.transactions].reverse()) {
      const txid = displayHash(transactionId(transaction))
      for (const [index, { programHash }] of transaction.outputs.entries()) {
        this.coins.remove(`${txid}:${index}`)
        this.#forget(ownerOf(programHash), entry)
      }
      for (const input of transaction.type === TxType.coinbase ? [] : transaction.inputs) {
        const coin = this.coinEverAt(displayHash(input.txid), input.index)
        if (coin === undefined) throw new Error(`${txid} spends a coin the chain never had`)
        this.coins.add(coin)
        this.#forget(ownerOf(coin.output.programHash), entry)
      }
      this.#places.delete(txid)
      for (const id of withdrawnOf(transaction)) this.withdrawn.delete(id)
      for (const id of returnedDepositsOf(transaction)) this.returnedDeposits.delete(id)
    }
  }

  #remember(owner: string, place: Place): void {
    const places = this.#history.get(owner)
    if (places === undefined) this.#history.set(owner, [place])
    else places.push(place)
  }

  /** Drops what the block at the end of the chain added to an owner's history. */
  #forget(owner: string, entry: BlockEntry): void {
    const places = this.#history.get(owner)
    while (places !== undefined && places.at(-1)?.entry === entry) places.pop()
    if (places?.length === 0) this.#history.delete(owner)
  }
}

function spentBy(transaction: Transaction): readonly string[] {
  return transaction.type === TxType.coinbase ? [] : transaction.inputs.map(outpointOf)
}
