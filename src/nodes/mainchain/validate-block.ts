/**
 * What a block must be. The words are the field's.
 *
 * @see Elastos.ELA blockchain/blockvalidator.go
 */
import { equalBytes } from '../../base/bytes-text.ts'
import { encode } from '../../protocol/codec.ts'
import { checkAuxPow, meetsWork } from '../../protocol/ela/auxpow.ts'
import { type Block, blockCodec } from '../../protocol/ela/block.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { headerCodec, headerHash } from '../../protocol/ela/header.ts'
import { merkleRoot } from '../../protocol/ela/merkle.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { type Transaction, transactionId, transactionSize } from '../../protocol/ela/transaction.ts'
import { type BlockEntry, medianTime } from './block-entry.ts'
import { outpointOf } from './coins.ts'
import { returnedDepositsOf, withdrawnOf } from './cross-chain-ids.ts'
import { MainchainError } from './errors.ts'
import type { Ledger } from './ledger.ts'
import type { ChainParams } from './params.ts'
import { refuse, TransactionRefusal } from './refusal.ts'
import { checkContext, isFinal } from './validate-context.ts'
import { checkSanity } from './validate-sanity.ts'

/** Everything that needs no chain. Throws `mainchain/blockRefused`. @param now seconds since 1970 */
export function checkBlockSanity(block: Block, params: ChainParams, now: number): void {
  const { header, transactions } = block
  checkWork(block)
  if (header.time > now + params.maxFutureSeconds) {
    throw MainchainError.blockRefused('block timestamp of is too far in the future')
  }
  if (transactions.length > params.maxBlockTransactions) {
    throw MainchainError.blockRefused(
      `block contains too many transactions, tx count: ${transactions.length}`,
    )
  }
  if (encode(headerCodec, header).length > params.maxBlockHeaderBytes) {
    throw MainchainError.blockRefused('serialized block header is too big')
  }
  const limit = params.maxBlockBodyBytes + params.maxBlockHeaderBytes
  if (encode(blockCodec, block).length > limit) {
    throw MainchainError.blockRefused('serialized block is too big')
  }
  const [coinbase, ...others] = transactions
  if (coinbase === undefined) {
    throw MainchainError.blockRefused('block does not contain any transactions')
  }
  if (coinbase.type !== TxType.coinbase) {
    throw MainchainError.blockRefused('first transaction in block is not a coinbase')
  }
  if (others.some(({ type }) => type === TxType.coinbase)) {
    throw MainchainError.blockRefused('block contains second coinbase')
  }
  refusingBlock(() => {
    for (const transaction of transactions) {
      checkSanity(transaction, transactionSize(transaction), params)
    }
  })
  checkUnique(transactions)
  if (!equalBytes(header.merkleRoot, merkleRoot(transactions.map(transactionId)))) {
    throw MainchainError.blockRefused('block merkle root is invalid')
  }
}

function checkWork({ header }: Block): void {
  if (!checkAuxPow(header.auxPow, headerHash(header))) {
    throw MainchainError.blockRefused('block check aux pow failed')
  }
  if (!meetsWork(header.auxPow, header.bits)) {
    throw MainchainError.blockRefused('block target difficulty is higher than expected difficulty')
  }
}

function checkUnique(transactions: readonly Transaction[]): void {
  const checks: readonly [string, (transaction: Transaction) => readonly string[]][] = [
    ['block contains duplicate transaction', (tx) => [displayHash(transactionId(tx))]],
    ['block contains duplicate UTXO', (tx) => tx.inputs.map(outpointOf)],
    ['block contains duplicate sidechain Tx', withdrawnOf],
    ['block contains duplicate returned deposit', returnedDepositsOf],
  ]
  for (const [why, keysOf] of checks) {
    const seen = new Set<string>()
    for (const key of transactions.flatMap(keysOf)) {
      if (seen.has(key)) throw MainchainError.blockRefused(why)
      seen.add(key)
    }
  }
}

export interface BlockView {
  readonly params: ChainParams
  readonly ledger: Ledger
  readonly parent: BlockEntry
  /** Whether the signatures of exactly this transaction were found good before. */
  readonly isVerified: (transaction: Transaction) => boolean
}

/**
 * Everything that needs the chain that ends with `parent`, whose sum `ledger` is.
 * Throws `mainchain/blockRefused`.
 */
export function checkBlockContext({ header, transactions }: Block, view: BlockView): void {
  const { params, parent } = view
  if (header.height !== parent.height + 1) {
    throw MainchainError.blockRefused('block height is not one more than its parent has')
  }
  if (header.bits !== params.bits) {
    throw MainchainError.blockRefused('block difficulty is not the expected')
  }
  if (header.time < medianTime(parent)) {
    throw MainchainError.blockRefused('block timestamp is not after expected')
  }
  const [coinbase, ...others] = transactions
  if (others.some((transaction) => !isFinal(transaction, header.height))) {
    throw MainchainError.blockRefused('block contains unfinalized transaction')
  }
  refusingBlock(() => {
    const fees = others
      .map((transaction) =>
        checkContext(transaction, {
          params,
          ledger: view.ledger,
          height: parent.height,
          alreadyVerified: view.isVerified(transaction),
        }),
      )
      .reduce((sum, fee) => sum + fee, 0n)
    checkCoinbase(coinbase, view, fees)
  })
}

/** Stricter than the real node in that a coinbase may not repeat one that is in the chain. */
function checkCoinbase(
  coinbase: Transaction | undefined,
  { params, ledger }: BlockView,
  fees: bigint,
): void {
  const id = coinbase === undefined ? undefined : displayHash(transactionId(coinbase))
  if (id !== undefined && ledger.place(id) !== undefined) throw refuse('duplicate')
  const outputs = coinbase?.outputs ?? []
  const [first] = outputs
  if (first === undefined || !equalBytes(first.programHash, params.foundation)) {
    throw MainchainError.blockRefused('first output address should be foundation address')
  }
  const total = outputs.reduce((sum, { value }) => sum + value, 0n)
  if (total !== params.rewardSela + fees) {
    throw MainchainError.blockRefused('Reward amount in coinbase not correct')
  }
}

/** Turns the refusal of a transaction into that of its block. */
function refusingBlock(check: () => void): void {
  try {
    check()
  } catch (error) {
    if (error instanceof TransactionRefusal) throw MainchainError.blockRefused(error.message)
    throw error
  }
}
