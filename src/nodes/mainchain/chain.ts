/** The blocks, which of them count, and what they add up to. */
import { hash } from 'node:crypto'
import { decode, encode } from '../../protocol/codec.ts'
import { type Block, blockCodec } from '../../protocol/ela/block.ts'
import { workOfBits } from '../../protocol/ela/difficulty.ts'
import { genesisBlock } from '../../protocol/ela/genesis.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { headerHash } from '../../protocol/ela/header.ts'
import { type Transaction, transactionCodec } from '../../protocol/ela/transaction.ts'
import { type BlockEntry, forkOf, pathTo } from './block-entry.ts'
import { BlockFile, type StoredBlock } from './block-file.ts'
import { MainchainError } from './errors.ts'
import { Ledger } from './ledger.ts'
import type { ChainParams } from './params.ts'
import { checkBlockContext, checkBlockSanity } from './validate-block.ts'

export interface ChainListener {
  connected?(block: Block, entry: BlockEntry): void
  disconnected?(block: Block, entry: BlockEntry): void
}

export interface ChainOptions {
  readonly params: ChainParams
  /** The block file; it and its folder are made when missing. */
  readonly file: string
  /** Seconds since 1970. */
  readonly now: () => number
}

const CACHED_BLOCKS = 256
const REMEMBERED_SIGNATURES = 50_000

export class Chain {
  readonly params: ChainParams
  readonly ledger = new Ledger((entry) => this.block(entry))
  /** Bytes of a half-written block that were cut off the file when it was opened. */
  readonly cutBytes: number
  readonly #genesis: Block
  readonly #file: BlockFile
  readonly #now: () => number
  readonly #entries = new Map<string, BlockEntry>()
  readonly #active: BlockEntry[] = []
  readonly #cache = new Map<BlockEntry, Block>()
  readonly #verified = new Set<string>()
  readonly #listeners: ChainListener[] = []
  /** A block that is tried out before it is written. */
  #pending: { readonly entry: BlockEntry; readonly block: Block } | undefined

  /** Throws `mainchain/corrupted`, `mainchain/otherChain`, `mainchain/notWritable`. */
  constructor({ params, file, now }: ChainOptions) {
    this.params = params
    this.#now = now
    this.#genesis = genesisBlock(params.foundation)
    const genesisHash = headerHash(this.#genesis.header)
    const entry = entryOf(this.#genesis, undefined)
    this.#entries.set(entry.hash, entry)
    this.#connect(this.#genesis, entry)
    // Blocks in the file were checked before they were written, in the same order.
    this.#file = new BlockFile(file, genesisHash)
    this.cutBytes = this.#file.load((stored) => this.#replay(stored))
  }

  get tip(): BlockEntry {
    const tip = this.#active.at(-1)
    if (tip === undefined) throw new Error('the chain has no genesis')
    return tip
  }

  get height(): number {
    return this.tip.height
  }

  listen(listener: ChainListener): void {
    this.#listeners.push(listener)
  }

  /** The block of the active chain at a height. */
  at(height: number): BlockEntry | undefined {
    return this.#active[height]
  }

  /** Any block this node knows, active or not. @param hash display order */
  find(hash: string): BlockEntry | undefined {
    return this.#entries.get(hash)
  }

  isActive(entry: BlockEntry): boolean {
    return this.#active[entry.height] === entry
  }

  block(entry: BlockEntry): Block {
    if (entry.parent === undefined) return this.#genesis
    if (this.#pending?.entry === entry) return this.#pending.block
    let block = this.#cache.get(entry)
    if (block === undefined) {
      if (entry.offset === undefined) throw new Error(`block ${entry.hash} was never written`)
      block = decode(blockCodec, this.#file.read(entry.offset))
      this.#remember(entry, block)
    }
    return block
  }

  /** Notes that the signatures of a transaction are good, so that its block need not check again. */
  markVerified(transaction: Transaction): void {
    if (this.#verified.size >= REMEMBERED_SIGNATURES) this.#verified.clear()
    this.#verified.add(fingerprint(transaction))
  }

  isVerified(transaction: Transaction): boolean {
    return this.#verified.has(fingerprint(transaction))
  }

  /**
   * Takes a block in: extends the chain, starts or extends a side branch, or makes a side branch
   * with more work the active chain. Throws `mainchain/blockRefused` and changes nothing then.
   */
  add(block: Block): BlockEntry {
    const known = this.find(displayHash(headerHash(block.header)))
    if (known !== undefined) return known
    const parent = this.#entries.get(displayHash(block.header.previous))
    if (parent === undefined) throw MainchainError.blockRefused('the parent block is unknown')
    checkBlockSanity(block, this.params, this.#now())
    const entry = entryOf(block, parent)
    if (parent === this.tip) this.#extend(block, entry)
    else if (entry.work > this.tip.work) this.#overtake(block, entry)
    else this.#write(block, entry)
    return entry
  }

  close(): void {
    this.#file.close()
  }

  #extend(block: Block, entry: BlockEntry): void {
    this.#check(block, this.tip)
    this.#write(block, entry)
    this.#connect(block, entry)
    this.#tell({ gone: [], come: [entry] })
  }

  /** The block is written last, so that the file never has a branch that turns out invalid. */
  #overtake(block: Block, entry: BlockEntry): void {
    this.#pending = { entry, block }
    const change = this.#reorganise(entry, (at, parent) => this.#check(this.block(at), parent))
    try {
      this.#write(block, entry)
    } catch (error) {
      this.#revert(change)
      throw error
    } finally {
      this.#pending = undefined
    }
    this.#tell(change)
  }

  #write(block: Block, entry: BlockEntry): void {
    entry.offset = this.#file.append(encode(blockCodec, block))
    this.#entries.set(entry.hash, entry)
    this.#remember(entry, block)
  }

  #replay({ offset, bytes }: StoredBlock): void {
    const block = decode(blockCodec, bytes)
    const parent = this.#entries.get(displayHash(block.header.previous))
    if (parent === undefined) {
      throw MainchainError.corrupted(this.#file.path, offset, 'a block stands before its parent')
    }
    const entry = entryOf(block, parent)
    entry.offset = offset
    this.#entries.set(entry.hash, entry)
    this.#remember(entry, block)
    if (parent === this.tip) {
      this.#connect(block, entry)
    } else if (entry.work > this.tip.work) {
      this.#reorganise(entry, () => undefined)
    }
  }

  #check(block: Block, parent: BlockEntry): void {
    checkBlockContext(block, {
      params: this.params,
      ledger: this.ledger,
      parent,
      isVerified: (transaction) => this.isVerified(transaction),
    })
  }

  /** Leaves everything as it was when `check` throws. */
  #reorganise(end: BlockEntry, check: (entry: BlockEntry, parent: BlockEntry) => void): Change {
    const fork = forkOf(this.tip, end)
    const gone = pathTo(this.tip, fork)
    const come = pathTo(end, fork)
    for (const _ of gone) this.#disconnect()
    for (const [done, entry] of come.entries()) {
      try {
        check(entry, this.tip)
      } catch (error) {
        this.#revert({ gone, come: come.slice(0, done) })
        throw error
      }
      this.#connect(this.block(entry), entry)
    }
    return { gone, come }
  }

  #revert({ gone, come }: Change): void {
    for (const _ of come) this.#disconnect()
    for (const entry of gone) this.#connect(this.block(entry), entry)
  }

  #connect(block: Block, entry: BlockEntry): void {
    this.ledger.connect(block, entry)
    this.#active.push(entry)
  }

  #disconnect(): void {
    this.ledger.disconnect(this.block(this.tip), this.tip)
    this.#active.pop()
  }

  #tell({ gone, come }: Change): void {
    for (const entry of [...gone].reverse()) {
      for (const listener of this.#listeners) listener.disconnected?.(this.block(entry), entry)
    }
    for (const entry of come) {
      for (const listener of this.#listeners) listener.connected?.(this.block(entry), entry)
    }
  }

  #remember(entry: BlockEntry, block: Block): void {
    this.#cache.set(entry, block)
    if (this.#cache.size <= CACHED_BLOCKS) return
    const [oldest] = this.#cache.keys()
    if (oldest !== undefined) this.#cache.delete(oldest)
  }
}

interface Change {
  readonly gone: readonly BlockEntry[]
  readonly come: readonly BlockEntry[]
}

function entryOf({ header, transactions }: Block, parent: BlockEntry | undefined): BlockEntry {
  return {
    hash: displayHash(headerHash(header)),
    height: header.height,
    parent,
    time: header.time,
    bits: header.bits,
    transactions: transactions.length,
    work: (parent?.work ?? 0n) + workOfBits(header.bits),
    offset: undefined,
  }
}

/** Programs are not part of the id, so the whole transaction is hashed. */
function fingerprint(transaction: Transaction): string {
  return hash('sha256', encode(transactionCodec, transaction), 'base64')
}
