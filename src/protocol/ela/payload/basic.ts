/** Payloads of the chain's own transactions: mining, assets, transfers, records. */
import type { Codec } from '../../codec.ts'
import { hash32, i64, programHash21, u8, u32, variant } from '../fields.ts'
import { varBytes } from '../var-uint.ts'
import { MAX_CONTENT_BYTES, PUBLIC_KEY_BYTES, text } from './limits.ts'

export interface CoinbasePayload {
  readonly kind: 'coinbase'
  /** The miner's words. */
  readonly content: Uint8Array
}

export interface RegisterAssetPayload {
  readonly kind: 'registerAsset'
  readonly name: string
  readonly description: string
  readonly precision: number
  readonly assetType: number
  readonly recordType: number
  readonly amount: bigint
  readonly controller: Uint8Array
}

export interface TransferAssetPayload {
  readonly kind: 'transferAsset'
}

export interface RecordPayload {
  readonly kind: 'record'
  readonly type: string
  readonly content: Uint8Array
}

export interface SideChainPowPayload {
  readonly kind: 'sideChainPow'
  readonly sideBlockHash: Uint8Array
  readonly sideGenesisHash: Uint8Array
  readonly blockHeight: number
  /** Of an arbiter, over the 68 bytes before it. */
  readonly signature: Uint8Array
}

/** Who pays for a record; at most 33 bytes. */
export interface RecordSponsorPayload {
  readonly kind: 'recordSponsor'
  readonly sponsor: Uint8Array
}

const content = varBytes(MAX_CONTENT_BYTES, 'The content')

export const coinbase: Codec<CoinbasePayload> = variant<CoinbasePayload>('coinbase', { content })

export const registerAsset = variant<RegisterAssetPayload>('registerAsset', {
  name: text,
  description: text,
  precision: u8,
  assetType: u8,
  recordType: u8,
  amount: i64,
  controller: programHash21,
})

export const transferAsset = variant<TransferAssetPayload>('transferAsset', {})

export const record = variant<RecordPayload>('record', { type: text, content })

export const sideChainPow = variant<SideChainPowPayload>('sideChainPow', {
  sideBlockHash: hash32,
  sideGenesisHash: hash32,
  blockHeight: u32,
  signature: varBytes(MAX_CONTENT_BYTES, 'The signature'),
})

export const recordSponsor = variant<RecordSponsorPayload>('recordSponsor', {
  sponsor: varBytes(PUBLIC_KEY_BYTES, 'The sponsor'),
})
