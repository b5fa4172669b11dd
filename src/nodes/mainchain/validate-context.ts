/**
 * What a transaction must be given the chain it would be added to.
 *
 * @see Elastos.ELA core/transaction/transactionchecker.go ContextCheck (the order of the checks
 * decides which message a transaction with two faults gets)
 */
import { equalBytes, toHex } from '../../base/bytes-text.ts'
import { knownAddresses, Prefix, parseAddress } from '../../protocol/ela/address.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { type Transaction, transactionId } from '../../protocol/ela/transaction.ts'
import { type Coin, outpointOf, ownerOf } from './coins.ts'
import type { Ledger } from './ledger.ts'
import type { ChainParams } from './params.ts'
import { refuse } from './refusal.ts'
import { checkLockedCoins, checkSpecial } from './validate-cross-chain.ts'
import { checkPrograms } from './validate-programs.ts'
import { isFreeSideChainPow } from './validate-sanity.ts'

export interface ContextView {
  readonly params: ChainParams
  readonly ledger: Ledger
  /** Height of the tip. */
  readonly height: number
  /** Whether the signatures of exactly this transaction were found good before. */
  readonly alreadyVerified: boolean
}

const UNLOCKING_SEQUENCE = 0xffff_fffe
const destroyed = parseAddress(knownAddresses.destroy)

/** Throws a `TransactionRefusal`. @returns the fee in sela */
export function checkContext(transaction: Transaction, view: ContextView): bigint {
  const { ledger, params } = view
  if (ledger.place(displayHash(transactionId(transaction))) !== undefined) {
    throw refuse('duplicate')
  }
  const coins = coinsSpent(transaction, ledger)
  checkLockedCoins(transaction, coins)
  checkOutputLocks(transaction, coins)
  checkSpecial(transaction, coins, view)
  if (isFreeSideChainPow(transaction)) return 0n
  const fee = feeOf(transaction, coins)
  if (fee < params.minFeeSela) throw refuse('balance', 'transaction fee not enough')
  checkOwners(transaction, coins)
  if (!view.alreadyVerified) checkPrograms(transaction, coins)
  checkMaturity(coins, view)
  checkVotes(transaction, coins)
  return fee
}

function coinsSpent({ inputs }: Transaction, ledger: Ledger): readonly Coin[] {
  const found = inputs.map((input) => ledger.coins.get(outpointOf(input)))
  const missing = inputs.filter((_, position) => found[position] === undefined)
  for (const { txid, index } of missing) {
    if (ledger.coinEverAt(displayHash(txid), index) === undefined) throw refuse('unknownInput')
  }
  if (missing.length > 0) throw refuse('doubleSpend')
  return found.filter((coin) => coin !== undefined)
}

/** The fee in sela; negative when the outputs exceed the inputs. */
function feeOf({ outputs }: Transaction, coins: readonly Coin[]): bigint {
  const paid = coins.reduce((sum, { output }) => sum + output.value, 0n)
  return outputs.reduce((rest, { value }) => rest - value, paid)
}

function checkOutputLocks({ inputs, lockTime }: Transaction, coins: readonly Coin[]): void {
  for (const [position, { output }] of coins.entries()) {
    if (output.outputLock === 0) continue
    if (inputs[position]?.sequence !== UNLOCKING_SEQUENCE) {
      throw refuse('locked', 'Invalid input sequence')
    }
    if (lockTime < output.outputLock) throw refuse('locked', 'UTXO output locked')
  }
}

function checkOwners({ outputs }: Transaction, coins: readonly Coin[]): void {
  for (const { output } of coins) {
    if (equalBytes(output.programHash, destroyed)) {
      throw refuse('input', 'cannot use utxo from the destruction address')
    }
    if (output.programHash[0] === Prefix.deposit) {
      throw refuse(
        'input',
        'only the ReturnDepositCoin and ReturnCRDepositCoin transaction can use the deposit UTXO',
      )
    }
  }
  if (outputs.some(({ programHash }) => programHash[0] === Prefix.deposit)) {
    throw refuse(
      'input',
      'only the address that CR or Producer registered can have the deposit UTXO',
    )
  }
}

function checkMaturity(coins: readonly Coin[], { height, params }: ContextView): void {
  for (const { txType, txLockTime } of coins) {
    if (txType === TxType.coinbase && height - txLockTime < params.coinbaseMaturity) {
      throw refuse('coinbase', 'the utxo of coinbase is locking')
    }
    if (txType === TxType.sideChainPow) {
      throw refuse('coinbase', 'cannot spend the utxo from t new sideChainPow tx')
    }
  }
}

/** There are no producers, so every vote is for somebody unknown. */
function checkVotes({ outputs }: Transaction, coins: readonly Coin[]): void {
  for (const { payload, programHash } of outputs) {
    if (payload.kind !== 'vote') continue
    if (!coins.some(({ output }) => ownerOf(output.programHash) === ownerOf(programHash))) {
      throw refuse('output', 'the output address of vote tx should exist in its input')
    }
    for (const { voteType, candidates } of payload.contents) {
      if (voteType !== 0) throw refuse('output', 'payload VoteProducerVersion not support vote CR')
      const [first] = candidates
      if (first === undefined) continue
      throw refuse(
        'output',
        `invalid vote output payload producer candidate: ${toHex(first.candidate)}`,
      )
    }
  }
}

/**
 * Whether a transaction may be in the block of this height. The real node compares the 32-bit
 * sequence with 0xffff, so the usual 0xffffffff does not make a transaction final.
 *
 * @see Elastos.ELA blockchain/blockvalidator.go IsFinalizedTransaction
 */
export function isFinal({ lockTime, inputs }: Transaction, height: number): boolean {
  if (lockTime === 0 || lockTime < height) return true
  return inputs.every(({ sequence }) => sequence === 0xffff)
}
