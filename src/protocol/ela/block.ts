/**
 * Blocks. On the P2P network and in the store of the real node, a byte follows that tells whether a
 * confirmation of the DPoS arbiters comes after it; the RPC shows blocks without it.
 *
 *     header, number of transactions u32, transactions
 *     [has confirmation u8, [confirmation]]
 *
 * @see Elastos.ELA core/types/block.go, core/types/dposblock.go
 */
import { type Codec, CodecError } from '../codec.ts'
import { bool } from './fields.ts'
import { type Header, headerCodec, headerHash } from './header.ts'
import { type Confirm, confirmCodec } from './payload/consensus.ts'
import { type Transaction, transactionCodec } from './transaction.ts'

export interface Block {
  readonly header: Header
  readonly transactions: readonly Transaction[]
}

export interface DposBlock {
  readonly block: Block
  readonly confirm?: Confirm
}

export const blockCodec: Codec<Block> = {
  write(to, { header, transactions }) {
    headerCodec.write(to, header)
    to.u32(transactions.length)
    for (const transaction of transactions) transactionCodec.write(to, transaction)
  },
  read(from) {
    const header = headerCodec.read(from)
    const count = from.u32()
    if (count > from.left) throw CodecError.truncated(count, from.left)
    const transactions: Transaction[] = []
    while (transactions.length < count) transactions.push(transactionCodec.read(from))
    return { header, transactions }
  },
}

export const dposBlockCodec: Codec<DposBlock> = {
  write(to, { block, confirm }) {
    blockCodec.write(to, block)
    bool.write(to, confirm !== undefined)
    if (confirm !== undefined) confirmCodec.write(to, confirm)
  },
  read(from) {
    const block = blockCodec.read(from)
    return bool.read(from) ? { block, confirm: confirmCodec.read(from) } : { block }
  },
}

/** In internal order. */
export function blockHash(block: Block): Uint8Array {
  return headerHash(block.header)
}
