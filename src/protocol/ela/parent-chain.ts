/**
 * What merged mining needs of Bitcoin: its transactions (without witness) and its headers.
 *
 *     transaction   version u32, n × { txid 32, index u32, script, sequence u32 },
 *                   n × { value i64, script }, lock time u32
 *     header        version u32, previous 32, Merkle root 32, time u32, bits u32, nonce u32
 *
 * @see Elastos.ELA auxpow/btctx.go, auxpow/btcheader.go
 */
import { encode } from '../codec.ts'
import { hash32, i64, struct, u32 } from './fields.ts'
import { sha256d } from './hash.ts'
import { list, varBytes } from './var-uint.ts'

export interface ParentInput {
  readonly txid: Uint8Array
  readonly index: number
  readonly script: Uint8Array
  readonly sequence: number
}

export interface ParentOutput {
  readonly value: bigint
  readonly script: Uint8Array
}

export interface ParentTransaction {
  readonly version: number
  readonly inputs: readonly ParentInput[]
  readonly outputs: readonly ParentOutput[]
  readonly lockTime: number
}

export interface ParentHeader {
  readonly version: number
  readonly previous: Uint8Array
  readonly merkleRoot: Uint8Array
  readonly time: number
  readonly bits: number
  readonly nonce: number
}

const MAX_SCRIPT_BYTES = 10_000
const script = varBytes(MAX_SCRIPT_BYTES, 'A script of the parent chain')

export const parentTransactionCodec = struct<ParentTransaction>({
  version: u32,
  inputs: list(struct<ParentInput>({ txid: hash32, index: u32, script, sequence: u32 })),
  outputs: list(struct<ParentOutput>({ value: i64, script })),
  lockTime: u32,
})

export const parentHeaderCodec = struct<ParentHeader>({
  version: u32,
  previous: hash32,
  merkleRoot: hash32,
  time: u32,
  bits: u32,
  nonce: u32,
})

/** In internal order. */
export function parentTransactionId(transaction: ParentTransaction): Uint8Array {
  return sha256d(encode(parentTransactionCodec, transaction))
}

/** In internal order; it is the proof of work. */
export function parentHeaderHash(header: ParentHeader): Uint8Array {
  return sha256d(encode(parentHeaderCodec, header))
}
