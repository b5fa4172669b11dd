/**
 * What a transaction must be by itself, without looking at the chain.
 *
 * @see Elastos.ELA core/transaction/transactionchecker.go SanityCheck
 */
import { equalBytes } from '../../base/bytes-text.ts'
import { knownAddresses, Prefix, parseAddress } from '../../protocol/ela/address.ts'
import { ELA_ASSET_ID } from '../../protocol/ela/genesis.ts'
import { OutputType } from '../../protocol/ela/output-payload.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import {
  type Input,
  type Output,
  type Transaction,
  TX_VERSION_9,
} from '../../protocol/ela/transaction.ts'
import { outpointOf } from './coins.ts'
import { withdrawnOf } from './cross-chain-ids.ts'
import { checkHeightVersion } from './height-rules.ts'
import type { ChainParams } from './params.ts'
import { refuse } from './refusal.ts'
import { checkOutputPayload } from './validate-output-payload.ts'

const MAX_OUTPUTS = 0xffff
const NO_INDEX = 0xffff
const MIN_CODE_BYTES = 23

/** Constants of the real chain that may be paid to although their prefix is none of an account. */
const payableConstants = [
  new Uint8Array(21),
  parseAddress(knownAddresses.councilAssets),
  parseAddress(knownAddresses.councilExpenses),
]
const payablePrefixes: ReadonlySet<number> = new Set([
  Prefix.standard,
  Prefix.multisig,
  Prefix.crossChain,
  Prefix.deposit,
  Prefix.stake,
])

/** Output types a transaction type may have besides plain ones. */
const allowedOutputs: ReadonlyMap<number, readonly number[]> = new Map([
  [TxType.transferAsset, [OutputType.vote, OutputType.mapping]],
  [TxType.transferCrossChainAsset, [OutputType.crossChain]],
  [TxType.withdrawFromSideChain, [OutputType.withdraw]],
  [TxType.returnSideChainDepositCoin, [OutputType.returnSideChainDeposit]],
])

/** Whether a side chain's block header is anchored without cost: such a transaction has no inputs. */
export function isFreeSideChainPow({ type, inputs }: Transaction): boolean {
  return type === TxType.sideChainPow && inputs.length === 0
}

/** @param size bytes of the whole transaction. Throws a `TransactionRefusal`. */
export function checkSanity(transaction: Transaction, size: number, params: ChainParams): void {
  checkHeightVersion(transaction)
  if (size > params.maxBlockBodyBytes) {
    throw refuse('size', `Invalid transaction size: ${size} bytes`)
  }
  if (transaction.type === TxType.coinbase) {
    checkCoinbase(transaction)
  } else if (isFreeSideChainPow(transaction)) {
    checkFreeSideChainPow(transaction)
  } else {
    checkInputs(transaction.inputs)
    checkOutputs(transaction)
    checkPrograms(transaction)
  }
  checkPayload(transaction)
}

function checkInputs(inputs: readonly Input[]): void {
  if (inputs.length === 0) throw refuse('input', 'transaction has no inputs')
  const seen = new Set<string>()
  for (const input of inputs) {
    if (input.index === NO_INDEX && input.txid.every((byte) => byte === 0)) {
      throw refuse('input', 'invalid transaction input')
    }
    const outpoint = outpointOf(input)
    if (seen.has(outpoint)) throw refuse('input', 'duplicated transaction inputs')
    seen.add(outpoint)
  }
}

function checkOutputs({ type, version, outputs }: Transaction): void {
  if (outputs.length > MAX_OUTPUTS) {
    throw refuse('output', 'output count should not be greater than 65535(MaxUint16)')
  }
  if (outputs.length === 0) throw refuse('output', 'transaction has no outputs')
  const allowed = allowedOutputs.get(type) ?? []
  for (const output of outputs) {
    if (!equalBytes(output.assetId, ELA_ASSET_ID)) {
      throw refuse('output', 'asset ID in output is invalid')
    }
    if (output.value < 0n) throw refuse('output', 'invalid transaction UTXO output')
    checkOwner(output)
    if (version < TX_VERSION_9) continue
    if (output.type !== OutputType.none && !allowed.includes(output.type)) {
      throw refuse('output', 'transaction type dose not match the output payload type')
    }
    checkOutputPayload(output)
  }
}

function checkOwner({ programHash }: Output): void {
  if (payablePrefixes.has(programHash[0] ?? 0)) return
  if (payableConstants.some((constant) => equalBytes(constant, programHash))) return
  throw refuse('output', 'invalid program hash prefix')
}

function checkPrograms({ programs }: Transaction): void {
  if (programs.length === 0) throw refuse('program', 'no programs found in transaction')
  if (programs.some(({ code }) => code.length < MIN_CODE_BYTES)) {
    throw refuse('program', 'invalid program code size')
  }
}

function checkCoinbase({ inputs, outputs, programs }: Transaction): void {
  const [input, ...more] = inputs
  if (input === undefined || more.length > 0) {
    throw refuse('input', 'coinbase must has only one input')
  }
  const isNothing = input.txid.every((byte) => byte === 0)
  if (!isNothing || input.index !== NO_INDEX || input.sequence !== 0xffff_ffff) {
    throw refuse('input', 'invalid coinbase input')
  }
  const [first] = outputs
  if (first === undefined || outputs.length < 2) {
    throw refuse('output', 'coinbase output is not enough, at least 2')
  }
  if (outputs.some(({ assetId }) => !equalBytes(assetId, ELA_ASSET_ID))) {
    throw refuse('output', 'asset ID in coinbase is invalid')
  }
  // A negative output would let the others exceed the reward while the sum still fits.
  if (outputs.some(({ value }) => value < 0n)) {
    throw refuse('output', 'invalid transaction UTXO output')
  }
  const total = outputs.reduce((sum, { value }) => sum + value, 0n)
  if (first.value < (total * 3n) / 10n) {
    throw refuse('output', 'reward to foundation in coinbase < 30%')
  }
  if (programs.length > 0) throw refuse('program', 'transaction should have no programs')
}

function checkFreeSideChainPow({ outputs, programs, attributes }: Transaction): void {
  const [output, ...more] = outputs
  if (output === undefined || more.length > 0) {
    throw refuse('output', 'new sideChainPow tx must have only one output')
  }
  if (output.value !== 0n) {
    throw refuse('output', 'the value of new sideChainPow tx output must be 0')
  }
  if (output.type !== OutputType.none) {
    throw refuse('output', 'the type of new sideChainPow tx output must be OTNone')
  }
  if (programs.length > 0 || attributes.length > 0) {
    throw refuse('program', 'sideChainPow transactions should have no attributes and programs')
  }
}

function checkPayload(transaction: Transaction): void {
  const { payload } = transaction
  switch (payload.kind) {
    case 'registerAsset':
      if (payload.precision > 8) throw refuse('payload', 'invalid asset precision')
      if (payload.amount % 10n ** BigInt(8 - payload.precision) !== 0n) {
        throw refuse('payload', 'invalid asset value, out of precise')
      }
      return
    case 'withdrawFromSideChain': {
      const ids = withdrawnOf(transaction)
      if (new Set(ids).size < ids.length) {
        throw refuse('payload', 'Duplicate sidechain tx detected in a transaction')
      }
      return
    }
    default:
      return
  }
}
