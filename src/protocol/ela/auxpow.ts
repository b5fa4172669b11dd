/**
 * Proof of work by merged mining: a block of a parent chain whose coinbase names our block.
 *
 *     parent coinbase transaction
 *     parent hash 32          nobody checks it
 *     n × 32, index u32       branch from the coinbase to the parent's Merkle root
 *     n × 32, index u32       branch from our block to the root the coinbase names
 *     parent header 80
 *
 * The coinbase script has, anywhere: FA BE 6D 6D, the root, its number of leaves u32, a nonce u32.
 *
 * @see Elastos.ELA auxpow/auxpow.go, auxpow/btcfaker.go
 */
import { concatBytes, equalBytes } from '../../base/bytes-text.ts'
import { type Codec, encode } from '../codec.ts'
import { meetsBits } from './difficulty.ts'
import { ChainError } from './errors.ts'
import { hash32, struct, u32 } from './fields.ts'
import { reversed, sha256d } from './hash.ts'
import { rootOfBranch } from './merkle.ts'
import {
  type ParentHeader,
  type ParentTransaction,
  parentHeaderCodec,
  parentHeaderHash,
  parentTransactionCodec,
  parentTransactionId,
} from './parent-chain.ts'
import { list } from './var-uint.ts'

export interface AuxPow {
  readonly parentCoinbase: ParentTransaction
  readonly parentHash: Uint8Array
  readonly parentBranch: readonly Uint8Array[]
  readonly parentIndex: number
  readonly auxBranch: readonly Uint8Array[]
  readonly auxIndex: number
  readonly parentHeader: ParentHeader
}

/** The number under which merged mining knows the main chain. */
export const AUX_CHAIN_ID = 1224
const MERGED_MINING_MARK = Uint8Array.of(0xfa, 0xbe, 0x6d, 0x6d)
/** More leaves than any miner has; beyond it the shifts of the check would overflow. */
const MAX_AUX_DEPTH = 30
const NONCE_OFFSET = 76
const MAX_TRIES = 2 ** 24
const ZERO_HASH = new Uint8Array(32)

export const auxPowCodec: Codec<AuxPow> = struct<AuxPow>({
  parentCoinbase: parentTransactionCodec,
  parentHash: hash32,
  parentBranch: list(hash32),
  parentIndex: u32,
  auxBranch: list(hash32),
  auxIndex: u32,
  parentHeader: parentHeaderCodec,
})

/** The one of genesis blocks: nothing but zeros. */
export const emptyAuxPow: AuxPow = {
  parentCoinbase: { version: 0, inputs: [], outputs: [], lockTime: 0 },
  parentHash: ZERO_HASH,
  parentBranch: [],
  parentIndex: 0,
  auxBranch: [],
  auxIndex: 0,
  parentHeader: {
    version: 0,
    previous: ZERO_HASH,
    merkleRoot: ZERO_HASH,
    time: 0,
    bits: 0,
    nonce: 0,
  },
}

/** Whether the parent block names our block; its work is `meetsWork`. */
export function checkAuxPow(
  auxPow: AuxPow,
  blockHash: Uint8Array,
  chainId = AUX_CHAIN_ID,
): boolean {
  const { parentCoinbase, parentBranch, parentIndex, parentHeader } = auxPow
  const parentRoot = rootOfBranch(parentTransactionId(parentCoinbase), parentBranch, parentIndex)
  if (!equalBytes(parentRoot, parentHeader.merkleRoot)) return false
  const script = parentCoinbase.inputs[0]?.script
  return script !== undefined && namesBlock(script, auxPow, { blockHash, chainId })
}

function namesBlock(
  script: Uint8Array,
  { auxBranch, auxIndex }: AuxPow,
  { blockHash, chainId }: { readonly blockHash: Uint8Array; readonly chainId: number },
): boolean {
  // Our hash goes in reversed, and the root is written reversed again.
  const root = reversed(rootOfBranch(reversed(blockHash), auxBranch, auxIndex))
  const bytes = Buffer.from(script)
  const at = bytes.indexOf(MERGED_MINING_MARK)
  if (at === -1 || bytes.indexOf(MERGED_MINING_MARK, at + 1) !== -1) return false
  const rootAt = at + MERGED_MINING_MARK.length
  if (!equalBytes(bytes.subarray(rootAt, rootAt + root.length), root)) return false
  const rest = bytes.subarray(rootAt + root.length)
  if (rest.length < 8 || auxBranch.length > MAX_AUX_DEPTH) return false
  const leaves = 2 ** auxBranch.length
  return (
    rest.readUInt32LE(0) === leaves && auxIndex === slotOf(rest.readUInt32LE(4), chainId, leaves)
  )
}

/** The leaf a chain must have, so that no miner can use one work for two blocks of a chain. */
function slotOf(nonce: number, chainId: number, leaves: number): number {
  const mix = (value: number) => (Math.imul(value, 1_103_515_245) + 12_345) >>> 0
  return mix((mix(nonce) + chainId) >>> 0) % leaves
}

/** Whether the parent block has the work that our block's bits ask for. */
export function meetsWork(auxPow: AuxPow, bits: number): boolean {
  return meetsBits(parentHeaderHash(auxPow.parentHeader), bits)
}

/**
 * Proof of work without a parent chain: a parent block that holds nothing but our hash, with its
 * nonce searched. Throws `protocol/noWork` when the bits are too hard for that.
 *
 * @param time seconds since 1970, for the parent's header
 */
export function mineAuxPow(blockHash: Uint8Array, bits: number, time: number): AuxPow {
  const parentCoinbase: ParentTransaction = {
    version: 1,
    inputs: [{ txid: ZERO_HASH, index: 0, script: commitment(blockHash), sequence: 0 }],
    outputs: [],
    lockTime: 0,
  }
  const unsolved: ParentHeader = {
    version: 0x7fff_ffff,
    previous: ZERO_HASH,
    merkleRoot: parentTransactionId(parentCoinbase),
    time,
    bits: 0,
    nonce: 0,
  }
  const parentHeader = { ...unsolved, nonce: searchNonce(unsolved, bits) }
  return { ...emptyAuxPow, parentCoinbase, parentHeader }
}

/** The script of a coinbase that names one block: one leaf, nonce 0. */
function commitment(blockHash: Uint8Array): Uint8Array {
  return concatBytes(MERGED_MINING_MARK, blockHash, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))
}

function searchNonce(header: ParentHeader, bits: number): number {
  const bytes = Buffer.from(encode(parentHeaderCodec, header))
  for (let nonce = 0; nonce < MAX_TRIES; nonce += 1) {
    bytes.writeUInt32LE(nonce, NONCE_OFFSET)
    if (meetsBits(sha256d(bytes), bits)) return nonce
  }
  throw ChainError.noWork(MAX_TRIES)
}
