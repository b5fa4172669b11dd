/** Unsigned transactions that move ELA: to other owners, or into a side chain. */
import { randomInt } from 'node:crypto'
import { formatEla } from './amount.ts'
import { ChainError } from './errors.ts'
import { ELA_ASSET_ID } from './genesis.ts'
import { type OutputPayload, OutputType } from './output-payload.ts'
import { type Payload, TxType } from './payload/payload.ts'
import {
  type Attribute,
  AttributeUsage,
  type Output,
  type Transaction,
  TX_VERSION_9,
} from './transaction.ts'

/** What wallets pay by habit; the chain asks for 100 sela a transaction, whatever its size. */
export const USUAL_FEE_SELA = 10_000n
/** What a deposit pays on top of the amount, for the side chain's share of the work. */
export const CROSS_CHAIN_FEE_SELA = 10_000n
/** An input with it may spend locked outputs once their height is reached. */
export const LOCKED_SEQUENCE = 0xffff_fffe
/** Wallets show a memo that begins so. */
const MEMO_HEAD = 'type:text,msg:'

/** A coin to spend. */
export interface Coin {
  /** Internal order. */
  readonly txid: Uint8Array
  readonly index: number
  readonly value: bigint
  /** Height from which a locked output may be spent. */
  readonly outputLock?: number
}

export interface Spending {
  readonly inputs: readonly Coin[]
  /** Program hash that gets what is left over. */
  readonly changeTo: Uint8Array
  /** In sela; `USUAL_FEE_SELA` when left out. */
  readonly fee?: bigint
  readonly memo?: string
  /** Makes the transaction unique; a random number when left out. */
  readonly nonce?: string
}

export interface Transfer extends Spending {
  readonly outputs: readonly { readonly programHash: Uint8Array; readonly value: bigint }[]
}

export interface Deposit extends Spending {
  /** Program hash of the side chain's X address. */
  readonly lockTo: Uint8Array
  /** Address on the side chain, `0x…` for ESC and EID. */
  readonly targetAddress: string
  /** Sela that arrive; `CROSS_CHAIN_FEE_SELA` is locked on top. */
  readonly amount: bigint
  readonly targetData?: Uint8Array
}

/** A transfer of ELA, unsigned. Throws `protocol/notEnough`. */
export function buildTransfer(transfer: Transfer): Transaction {
  const outputs = transfer.outputs.map(({ programHash, value }) => plainOutput(programHash, value))
  return build(transfer, outputs, {
    type: TxType.transferAsset,
    payloadVersion: 0,
    payload: { kind: 'transferAsset' },
  })
}

/** A deposit into a side chain, unsigned (payload version 1). Throws `protocol/notEnough`. */
export function buildDeposit(deposit: Deposit): Transaction {
  const { lockTo, targetAddress, amount, targetData = new Uint8Array() } = deposit
  const payload: OutputPayload = {
    kind: 'crossChain',
    version: 0,
    targetAddress,
    targetAmount: amount,
    targetData,
  }
  const locked = plainOutput(lockTo, amount + CROSS_CHAIN_FEE_SELA)
  return build(deposit, [{ ...locked, type: OutputType.crossChain, payload }], {
    type: TxType.transferCrossChainAsset,
    payloadVersion: 1,
    payload: { kind: 'transferCrossChainAsset' },
  })
}

interface Kind {
  readonly type: number
  readonly payloadVersion: number
  readonly payload: Payload
}

function build(spending: Spending, outputs: readonly Output[], kind: Kind): Transaction {
  const { inputs, changeTo, fee = USUAL_FEE_SELA } = spending
  const have = sum(inputs.map(({ value }) => value))
  const need = sum(outputs.map(({ value }) => value)) + fee
  if (have < need) throw ChainError.notEnough(formatEla(have), formatEla(need))
  const change = have > need ? [plainOutput(changeTo, have - need)] : []
  return {
    ...kind,
    version: TX_VERSION_9,
    attributes: attributesOf(spending),
    inputs: inputs.map(({ txid, index, outputLock = 0 }) => ({
      txid,
      index,
      sequence: outputLock > 0 ? LOCKED_SEQUENCE : 0,
    })),
    outputs: [...outputs, ...change],
    lockTime: Math.max(0, ...inputs.map(({ outputLock = 0 }) => outputLock)),
    programs: [],
  }
}

function attributesOf({ memo, nonce = randomInt(2 ** 47).toString() }: Spending): Attribute[] {
  const unique = { usage: AttributeUsage.nonce, data: Buffer.from(nonce) }
  if (memo === undefined) return [unique]
  return [unique, { usage: AttributeUsage.memo, data: Buffer.from(`${MEMO_HEAD}${memo}`) }]
}

function plainOutput(programHash: Uint8Array, value: bigint): Output {
  const payload: OutputPayload = { kind: 'none' }
  return {
    assetId: ELA_ASSET_ID,
    value,
    outputLock: 0,
    programHash,
    type: OutputType.none,
    payload,
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}

/** The text of a memo attribute, `undefined` when the transaction has none that wallets show. */
export function memoOf(transaction: Transaction): string | undefined {
  const memo = transaction.attributes.find(({ usage }) => usage === AttributeUsage.memo)
  const text = memo === undefined ? '' : Buffer.from(memo.data).toString('utf8')
  return text.startsWith(MEMO_HEAD) ? text.slice(MEMO_HEAD.length) : undefined
}
