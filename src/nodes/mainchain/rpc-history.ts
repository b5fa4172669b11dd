/**
 * `gethistory`: the transactions of an address, mined and waiting, as the hosted API answers it.
 * Wallets show their list of transactions by it.
 *
 * @see Elastos.ELA branch feature_history_v0.9.9_voting: blockchain/chainstore.go persistTxHistory,
 * blockchain/txpool.go, core/types/common/transactionhistory.go
 */
import { addressOf, Prefix } from '../../protocol/ela/address.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { AttributeUsage, type Transaction, transactionId } from '../../protocol/ela/transaction.ts'
import type { BlockEntry } from './block-entry.ts'
import { ownerOf } from './coins.ts'
import type { Methods, ServedNode } from './rpc-method.ts'
import { RpcCode, RpcRefusal } from './rpc-refusal.ts'
import { ownerIn } from './rpc-wallet.ts'

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 50
const MAX_ADDRESSES_SHOWN = 10
const NOBODY = new Uint8Array(21)

export const historyMethods: Methods = {
  gethistory: (node, params) => {
    const address = params.string('address')
    if (address === undefined) throw new RpcRefusal(RpcCode.invalidParams)
    const owner = ownerIn(address)
    const order = params.string('order') ?? 'desc'
    if (order !== 'asc' && order !== 'desc') throw new RpcRefusal(RpcCode.invalidParams)
    const skip = params.uint('skip') ?? 0
    const limit = params.uint('limit') ?? DEFAULT_LIMIT
    if (limit > MAX_LIMIT) throw new RpcRefusal(RpcCode.invalidParams, 'invalid limit')
    const since = params.uint('timestamp') ?? 0
    const entries = momentsOf(node, owner, since)
    if (order === 'desc') entries.reverse()
    const shown = entries.slice(skip, limit === 0 ? undefined : skip + limit)
    return {
      txhistory: shown.map((moment) => viewMoment(node, owner, moment)),
      totalcount: entries.length,
    }
  },
}

interface Moment {
  readonly read: () => Transaction
  /** `undefined` while the transaction waits. */
  readonly entry: BlockEntry | undefined
}

/** Oldest first; those that wait are the youngest. */
function momentsOf({ chain, mempool }: ServedNode, owner: Uint8Array, since: number): Moment[] {
  const mined = chain.ledger
    .historyOf(owner)
    .filter(({ entry }) => entry.time > since)
    .map(
      (place): Moment => ({
        entry: place.entry,
        read: () => chain.ledger.transactionAt(place),
      }),
    )
  const key = ownerOf(owner)
  const waiting = mempool
    .entries()
    .map(({ transaction }) => transaction)
    .filter((transaction) => {
      const { spent, received } = flowsOf(transaction, chain)
      return spent.has(key) || received.has(key)
    })
    .map((transaction): Moment => ({ entry: undefined, read: () => transaction }))
  return [...mined, ...waiting]
}

function viewMoment({ chain }: ServedNode, owner: Uint8Array, { read, entry }: Moment): unknown {
  const transaction = read()
  const { spent, received, fee } = flowsOf(transaction, chain)
  const key = ownerOf(owner)
  const paidIn = spent.get(key)?.value ?? 0n
  const gotBack = received.get(key)?.value ?? 0n
  const isSent = paidIn > gotBack
  const isCoinbase = transaction.type === TxType.coinbase
  const from = isCoinbase ? [NOBODY] : isSent ? [owner] : ownersIn(spent)
  const to = isSent ? ownersIn(received) : [owner]
  const memo = transaction.attributes.findLast(({ usage }) => usage === AttributeUsage.memo)
  return {
    address: addressOf(owner),
    txid: displayHash(transactionId(transaction)),
    type: isSent ? 'sent' : 'received',
    value: formatEla(isSent ? paidIn - gotBack : gotBack - paidIn),
    time: entry?.time ?? 0,
    height: entry?.height ?? 0,
    fee: formatEla(isSent ? fee : 0n),
    inputs: from.map(addressOf),
    outputs: to.slice(0, MAX_ADDRESSES_SHOWN).map(addressOf),
    txtype: transaction.type,
    votecategory: 0,
    memo: Buffer.from(memo?.data ?? []).toString('utf8'),
    Status: entry === undefined ? 'pending' : 'confirmed',
  }
}

interface Flow {
  readonly owner: Uint8Array
  value: bigint
}

interface Flows {
  readonly spent: ReadonlyMap<string, Flow>
  readonly received: ReadonlyMap<string, Flow>
  /** What is lost on the way: the fee, and for deposits also what the side chain takes. */
  readonly fee: bigint
}

function flowsOf(transaction: Transaction, { ledger }: ServedNode['chain']): Flows {
  const spent = new Map<string, Flow>()
  const received = new Map<string, Flow>()
  let fee = 0n
  for (const { txid, index } of transaction.type === TxType.coinbase ? [] : transaction.inputs) {
    const coin = ledger.coinEverAt(displayHash(txid), index)
    if (coin === undefined) continue
    addTo(spent, coin.output.programHash, coin.output.value)
    fee += coin.output.value
  }
  for (const { programHash, value, payload } of transaction.outputs) {
    addTo(received, programHash, value)
    const isDeposit = programHash[0] === Prefix.crossChain && payload.kind === 'crossChain'
    fee -= isDeposit ? payload.targetAmount : value
  }
  return { spent, received, fee }
}

function addTo(flows: Map<string, Flow>, owner: Uint8Array, value: bigint): void {
  const key = ownerOf(owner)
  const flow = flows.get(key)
  if (flow === undefined) flows.set(key, { owner, value })
  else flow.value += value
}

function ownersIn(flows: ReadonlyMap<string, Flow>): readonly Uint8Array[] {
  return [...flows.values()].map(({ owner }) => owner)
}
