/** Block 0, which networks differ in by nothing but the owner of the first coin. */
import { fromHex } from '../../base/bytes-text.ts'
import { emptyAuxPow } from './auxpow.ts'
import type { Block } from './block.ts'
import { parseDisplayHash } from './hash.ts'
import { merkleRoot } from './merkle.ts'
import { AttributeUsage, type Transaction, transactionId } from './transaction.ts'

/** Internal order: the id of the transaction that registers ELA in every genesis block. */
export const ELA_ASSET_ID = parseDisplayHash(
  'a3d0eaa466df74983b5d7c543de6904f4c9418ead5ffd6d25814234a96db37b0',
)

/** 33 million ELA. */
export const GENESIS_SELA = 33_000_000n * 100_000_000n
/** 2017-12-22T10:00:00Z */
const GENESIS_TIME = 1_513_936_800
const ZERO_HASH = new Uint8Array(32)

const elaAsset: Transaction = {
  version: 0,
  type: 0x01,
  payloadVersion: 0,
  payload: {
    kind: 'registerAsset',
    name: 'ELA',
    description: '',
    precision: 8,
    assetType: 0,
    recordType: 0,
    amount: 0n,
    controller: new Uint8Array(21),
  },
  attributes: [],
  inputs: [],
  outputs: [],
  lockTime: 0,
  programs: [],
}

/**
 * The genesis block of a network.
 *
 * @param foundation program hash (21 bytes) of the owner of the first coin
 * @see Elastos.ELA core/manager.go GenesisBlock
 */
export function genesisBlock(foundation: Uint8Array): Block {
  const coinbase: Transaction = {
    version: 0,
    type: 0x00,
    payloadVersion: 4,
    payload: { kind: 'coinbase', content: new Uint8Array() },
    attributes: [{ usage: AttributeUsage.nonce, data: fromHex('4d65822107fcfd52') }],
    inputs: [{ txid: ZERO_HASH, index: 0, sequence: 0 }],
    outputs: [
      {
        assetId: ELA_ASSET_ID,
        value: GENESIS_SELA,
        outputLock: 0,
        programHash: foundation,
        type: 0,
        payload: { kind: 'none' },
      },
    ],
    lockTime: 0,
    programs: [],
  }
  return {
    header: {
      version: 0,
      previous: ZERO_HASH,
      merkleRoot: merkleRoot([transactionId(coinbase), transactionId(elaAsset)]),
      time: GENESIS_TIME,
      bits: 0x1d03_ffff,
      nonce: 2_083_236_893,
      height: 0,
      auxPow: emptyAuxPow,
    },
    transactions: [coinbase, elaAsset],
  }
}
