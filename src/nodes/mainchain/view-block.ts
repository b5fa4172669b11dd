/** Blocks as the RPC shows them. @see Elastos.ELA servers/interfaces.go GetBlockInfo */
import { toHex } from '../../base/bytes-text.ts'
import { encode } from '../../protocol/codec.ts'
import { auxPowCodec } from '../../protocol/ela/auxpow.ts'
import { type Block, blockCodec } from '../../protocol/ela/block.ts'
import { difficultyOfBits } from '../../protocol/ela/difficulty.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { transactionId } from '../../protocol/ela/transaction.ts'
import type { BlockEntry } from './block-entry.ts'
import type { Chain } from './chain.ts'
import { viewTransactionIn } from './view-transaction.ts'

const NO_HASH = '0'.repeat(64)

/** @param full whole transactions instead of their ids */
export function viewBlock(chain: Chain, entry: BlockEntry, full: boolean): unknown {
  const block = chain.block(entry)
  const { header, transactions } = block
  const size = encode(blockCodec, block).length
  const above = chain.height - header.height
  const [coinbase] = transactions
  return {
    hash: entry.hash,
    confirmations: above + 1,
    strippedsize: size,
    size,
    weight: size * 4,
    height: header.height,
    version: header.version,
    versionhex: hex32(header.version),
    merkleroot: displayHash(header.merkleRoot),
    tx: full
      ? transactions.map((transaction) => viewTransactionIn(transaction, entry, chain.height))
      : transactions.map((transaction) => displayHash(transactionId(transaction))),
    time: header.time,
    mediantime: header.time,
    nonce: header.nonce,
    bits: header.bits,
    difficulty: viewDifficulty(chain, entry),
    // Not work: the real node shows the number of blocks above.
    chainwork: hex32(above),
    previousblockhash: displayHash(header.previous),
    nextblockhash: chain.at(header.height + 1)?.hash ?? NO_HASH,
    auxpow: toHex(encode(auxPowCodec, header.auxPow)),
    minerinfo:
      coinbase?.payload.kind === 'coinbase'
        ? Buffer.from(coinbase.payload.content).toString('utf8')
        : '',
  }
}

export function viewDifficulty({ params }: Chain, { bits }: BlockEntry): string {
  return difficultyOfBits(bits, params.bits).toString()
}

/** A block by the ids of its transactions, as REST and WebSocket show it. */
export function viewBlockTransactions(block: Block, entry: BlockEntry): unknown {
  return {
    Hash: entry.hash,
    Height: entry.height,
    Transactions: block.transactions.map((transaction) => displayHash(transactionId(transaction))),
  }
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0')
}
