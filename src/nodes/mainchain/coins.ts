/** Every output that can still be spent, by where it is and by whom it belongs to. */
import { toHex } from '../../base/bytes-text.ts'
import { ELA_ASSET_ID } from '../../protocol/ela/genesis.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import type { Input, Output, Transaction } from '../../protocol/ela/transaction.ts'

export interface Coin {
  /** Display order. */
  readonly txid: string
  readonly index: number
  readonly output: Output
  readonly txType: number
  readonly txVersion: number
  readonly txLockTime: number
  /** Height of the block that made it. */
  readonly height: number
}

/** `txid:index`, the id in display order. */
export function outpointOf({ txid, index }: Input): string {
  return `${displayHash(txid)}:${index}`
}

/** The key of an owner in maps: the program hash in hexadecimal. */
export function ownerOf(programHash: Uint8Array): string {
  return toHex(programHash)
}

export function coinOf(
  transaction: Transaction,
  at: { readonly txid: string; readonly index: number; readonly height: number },
): Coin | undefined {
  const output = transaction.outputs[at.index]
  if (output === undefined) return undefined
  return {
    txid: at.txid,
    index: at.index,
    height: at.height,
    output,
    txType: transaction.type,
    txVersion: transaction.version,
    txLockTime: transaction.lockTime,
  }
}

interface Owned {
  readonly programHash: Uint8Array
  readonly coins: Map<string, Coin>
}

const noPayload = { kind: 'none' } as const

export class CoinSet {
  readonly #coins = new Map<string, Coin>()
  readonly #byOwner = new Map<string, Owned>()

  get size(): number {
    return this.#coins.size
  }

  get(outpoint: string): Coin | undefined {
    return this.#coins.get(outpoint)
  }

  /** The coins of one owner, oldest first. */
  ownedBy(programHash: Uint8Array): readonly Coin[] {
    return [...(this.#byOwner.get(ownerOf(programHash))?.coins.values() ?? [])]
  }

  add(coin: Coin): void {
    const outpoint = `${coin.txid}:${coin.index}`
    const owner = ownerOf(coin.output.programHash)
    let owned = this.#byOwner.get(owner)
    if (owned === undefined) {
      owned = { programHash: coin.output.programHash, coins: new Map() }
      this.#byOwner.set(owner, owned)
    }
    // The same few bytes are shared by all coins, so that the blocks they came in can be let go.
    const { value, outputLock, type, payload } = coin.output
    const output: Output = {
      assetId: ELA_ASSET_ID,
      value,
      outputLock,
      programHash: owned.programHash,
      type,
      payload: payload.kind === 'none' ? noPayload : payload,
    }
    const { txid, index, height, txType, txVersion, txLockTime } = coin
    const kept: Coin = { txid, index, height, output, txType, txVersion, txLockTime }
    this.#coins.set(outpoint, kept)
    owned.coins.set(outpoint, kept)
  }

  remove(outpoint: string): void {
    const coin = this.#coins.get(outpoint)
    if (coin === undefined) return
    this.#coins.delete(outpoint)
    const owner = ownerOf(coin.output.programHash)
    const owned = this.#byOwner.get(owner)
    owned?.coins.delete(outpoint)
    if (owned?.coins.size === 0) this.#byOwner.delete(owner)
  }
}
