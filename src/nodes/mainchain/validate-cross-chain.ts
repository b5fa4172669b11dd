/**
 * Deposits to side chains, withdrawals from them, and deposits paid back.
 *
 * @see Elastos.ELA core/transaction/transfercrosschainassettransaction.go,
 * withdrawfromsidechaintransaction.go, returnsidechaindepositcointransaction.go, crosschainarbiters.go
 */
import { equalBytes, toHex } from '../../base/bytes-text.ts'
import { encode } from '../../protocol/codec.ts'
import { Prefix, readAddress } from '../../protocol/ela/address.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { verifySignature } from '../../protocol/ela/keys.ts'
import { OutputType } from '../../protocol/ela/output-payload.ts'
import type { SideChainPowPayload } from '../../protocol/ela/payload/basic.ts'
import { payloadCodec, TxType } from '../../protocol/ela/payload/payload.ts'
import { type Output, type Transaction, TX_VERSION_9 } from '../../protocol/ela/transaction.ts'
import type { Coin } from './coins.ts'
import { returnedDepositsOf, withdrawnOf } from './cross-chain-ids.ts'
import type { Ledger } from './ledger.ts'
import type { ChainParams } from './params.ts'
import { refuse } from './refusal.ts'
import { arbiterCode } from './validate-programs.ts'

export interface CrossChainView {
  readonly params: ChainParams
  readonly ledger: Ledger
  /** Height of the tip. */
  readonly height: number
}

const SIGNED_POW_BYTES = 68

/**
 * Coins locked for a side chain leave only by withdrawals and returned deposits. The program check
 * does not tie arbiters to the locked address, so this rule alone protects them.
 */
export function checkLockedCoins({ type }: Transaction, coins: readonly Coin[]): void {
  if (!coins.some(({ output }) => isLocked(output))) return
  if (type === TxType.withdrawFromSideChain || type === TxType.returnSideChainDepositCoin) return
  throw refuse(
    'input',
    'only WithdrawFromSideChain and ReturnSideChainDepositCoin can spend CrossChain UTXOs',
  )
}

/** The rules of one transaction type that need the chain. Throws a `TransactionRefusal`. */
export function checkSpecial(
  transaction: Transaction,
  coins: readonly Coin[],
  view: CrossChainView,
): void {
  switch (transaction.payload.kind) {
    case 'transferCrossChainAsset':
      checkDeposit(transaction, view.params)
      return
    case 'withdrawFromSideChain':
      checkWithdrawal(transaction, coins, view)
      return
    case 'returnSideChainDepositCoin':
      checkReturnedDeposit(transaction, coins, view)
      return
    case 'sideChainPow':
      checkSideChainPow(transaction.payload, view)
      return
    default:
      return
  }
}

function isLocked({ programHash }: Output): boolean {
  return programHash[0] === Prefix.crossChain
}

function checkDeposit({ version, outputs }: Transaction, params: ChainParams): void {
  if (version < TX_VERSION_9) throw refuse('payload', 'invalid transaction version')
  let deposits = 0
  for (const output of outputs) {
    if (output.payload.kind !== 'crossChain') continue
    if (equalBytes(output.programHash, params.retiredSideChain)) {
      throw refuse('payload', 'no more DIDSideChain tx ')
    }
    if (!isLocked(output)) {
      throw refuse('payload', 'invalid transaction output address, without "X" at beginning')
    }
    if (output.value < output.payload.targetAmount + params.minCrossChainFeeSela) {
      throw refuse('payload', 'invalid cross chain output amount')
    }
    deposits += 1
  }
  if (deposits === 0) throw refuse('payload', 'invalid cross chain output count')
}

function checkWithdrawal(
  transaction: Transaction,
  coins: readonly Coin[],
  { params, ledger }: CrossChainView,
): void {
  const isV0 = transaction.payloadVersion === 0
  if (withdrawnOf(transaction).some((id) => ledger.withdrawn.has(id))) {
    const where = isV0 ? 'paylod' : 'output paylod'
    throw refuse('payload', `Duplicate side chain transaction hash in ${where}`)
  }
  if (coins.some(({ output }) => !isLocked(output))) {
    throw refuse('payload', 'Invalid transaction inputs address, without "X" at beginning')
  }
  checkArbiters(transaction, params)
}

/** Every program must be signed by enough of exactly the network's arbiters. */
function checkArbiters({ programs, payloadVersion, type }: Transaction, params: ChainParams): void {
  for (const { code } of programs) {
    const parsed = arbiterCode(code)
    if (parsed === undefined) {
      throw refuse('payload', 'not a valid cross chain transaction code, length not enough')
    }
    const { m, keys } = parsed
    const isWithdrawV0 = type === TxType.withdrawFromSideChain && payloadVersion === 0
    if (keys.length !== params.arbiters.length) {
      throw refuse(
        'payload',
        isWithdrawV0 ? 'invalid multi sign script code' : 'invalid arbiters total count in code',
      )
    }
    if (m < params.arbiterSignatures || m > keys.length) {
      throw refuse(
        'payload',
        isWithdrawV0 ? 'invalid multi sign script code' : 'invalid arbiters sign count in code',
      )
    }
    const named = new Set(keys.map(toHex))
    if (params.arbiters.some((arbiter) => !named.has(toHex(arbiter)))) {
      throw refuse('payload', 'invalid cross chain arbitrators')
    }
  }
}

function checkReturnedDeposit(
  transaction: Transaction,
  coins: readonly Coin[],
  { params, ledger }: CrossChainView,
): void {
  if (coins.some(({ output }) => isLocked(output))) {
    if (transaction.payloadVersion !== 0) {
      throw refuse('input', 'only legacy ReturnSideChainDepositCoin can spend CrossChain UTXOs')
    }
    if (coins.some(({ output }) => !isLocked(output))) {
      throw refuse('input', 'ReturnSideChainDepositCoin can only spend CrossChain UTXOs')
    }
    checkArbiters(transaction, params)
  }
  const ids = returnedDepositsOf(transaction)
  if (ids.some((id) => ledger.returnedDeposits.has(id)) || new Set(ids).size < ids.length) {
    throw refuse('payload', 'duplicated ReturnSideChainDeposit transaction hash')
  }
  for (const output of transaction.outputs) checkReturnOutput(output, { params, ledger })
}

function checkReturnOutput(
  { payload, programHash, value }: Output,
  { params, ledger }: Pick<CrossChainView, 'params' | 'ledger'>,
): void {
  if (payload.kind !== 'returnSideChainDeposit') return
  const depositId = displayHash(payload.depositTransactionHash)
  const deposit = ledger.transaction(depositId)
  const [first] = deposit?.inputs ?? []
  if (deposit === undefined || first === undefined) {
    throw refuse('payload', `invalid deposit tx:${toHex(payload.depositTransactionHash)}`)
  }
  const payer = ledger.coinEverAt(displayHash(first.txid), first.index)
  if (payer === undefined || !equalBytes(payer.output.programHash, programHash)) {
    throw refuse('payload', 'invalid output address')
  }
  const sideChain = readAddress(payload.genesisBlockAddress)
  if ('fault' in sideChain) throw refuse('payload', sideChain.fault)
  const deposited = deposit.outputs
    .filter((output) => output.type === OutputType.crossChain)
    .filter((output) => equalBytes(output.programHash, sideChain.programHash))
    .reduce((sum, output) => sum + output.value, 0n)
  if (value + params.returnDepositFeeSela !== deposited) {
    throw refuse('payload', 'invalid output amount')
  }
}

/** The arbiter on duty changes with every block. @see Elastos.ELA dpos/state/arbitrators.go */
export function arbiterOnDuty({ arbiters }: ChainParams, tipHeight: number): number {
  return tipHeight % arbiters.length
}

function checkSideChainPow(payload: SideChainPowPayload, { params, height }: CrossChainView): void {
  const arbiter = params.arbiters[arbiterOnDuty(params, height)]
  const signed = encode(payloadCodec(TxType.sideChainPow, 0), payload).subarray(0, SIGNED_POW_BYTES)
  if (arbiter === undefined || !verifySignature(arbiter, signed, payload.signature)) {
    throw refuse('payload', 'Arbitrator is not matched. [Validation], Verify failed.')
  }
}
