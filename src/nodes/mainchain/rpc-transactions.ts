/** RPC methods about transactions. @see Elastos.ELA servers/interfaces.go */
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { encode } from '../../protocol/codec.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { OutputType } from '../../protocol/ela/output-payload.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { type Transaction, transactionCodec } from '../../protocol/ela/transaction.ts'
import type { Place } from './ledger.ts'
import { readTransaction } from './raw-transaction.ts'
import { TransactionRefusal } from './refusal.ts'
import type { Methods, ServedNode } from './rpc-method.ts'
import type { Params } from './rpc-params.ts'
import { RpcCode, RpcRefusal } from './rpc-refusal.ts'
import { viewTransaction, viewTransactionIn } from './view-transaction.ts'

export const transactionMethods: Methods = {
  getrawtransaction: ({ chain, mempool }, params) => {
    const txid = txidIn(params, 'txid')
    const place = chain.ledger.place(txid)
    const transaction =
      place === undefined ? mempool.get(txid)?.transaction : chain.ledger.transactionAt(place)
    if (transaction === undefined) {
      throw new RpcRefusal(
        RpcCode.unknownTransaction,
        'cannot find transaction in blockchain and transactionpool',
      )
    }
    if (params.bool('verbose') !== true) return hexOf(transaction)
    return viewTransactionIn(transaction, place?.entry, chain.height)
  },
  sendrawtransaction: async (node, params) => {
    const data = params.string('data')
    if (data === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'need a string parameter named data')
    }
    assertHex(data, 'hex string to bytes error')
    try {
      return await node.submit(readTransaction(data))
    } catch (error) {
      if (!(error instanceof TransactionRefusal)) throw error
      throw new RpcRefusal(RpcCode.invalidTransaction, error.message)
    }
  },
  decoderawtransaction: (_node, params) => {
    const data = params.string('data')
    if (data === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'need a parameter named data')
    }
    assertHex(data, 'invalid raw tx data, it is not hexadecimal')
    try {
      return viewTransaction(readTransaction(data))
    } catch (error) {
      if (!(error instanceof TransactionRefusal)) throw error
      if (error.message === 'invalid transaction') {
        throw new RpcRefusal(RpcCode.invalidTransaction, error.message)
      }
      throw new RpcRefusal(RpcCode.invalidParams, `invalid raw tx data, ${error.message}`)
    }
  },
  getrawmempool: ({ chain, mempool }, params) =>
    mempool
      .entries()
      .map(({ txid, transaction }) =>
        params.string('state') === 'all'
          ? viewTransactionIn(transaction, undefined, chain.height)
          : txid,
      ),
  getexistwithdrawtransactions: ({ chain, mempool }, params) =>
    known(params, (id) => chain.ledger.withdrawn.has(id) || mempool.withdraws(id)),
  getexistreturndeposittransactions: ({ chain, mempool }, params) =>
    known(params, (id) => chain.ledger.returnedDeposits.has(id) || mempool.returnsDeposit(id)),
  getsmallcrosstransfertxs: ({ chain, mempool }) => ({
    txs: mempool
      .entries()
      .map(({ transaction }) => transaction)
      .filter((transaction) => isSmallDeposit(transaction, chain.params.smallCrossTransferSela))
      .map(hexOf),
  }),
}

/** For REST and WebSocket: a mined transaction by the parameter `hash`. */
export function minedTransaction({ chain }: ServedNode, params: Params): unknown {
  const place: Place | undefined = chain.ledger.place(txidIn(params, 'hash'))
  if (place === undefined) throw new RpcRefusal(RpcCode.unknownTransaction)
  return viewTransactionIn(chain.ledger.transactionAt(place), place.entry, chain.height)
}

/** Every output to a side chain is below the threshold. */
function isSmallDeposit({ type, outputs }: Transaction, thresholdSela: bigint): boolean {
  const deposits = outputs.filter((output) => output.type === OutputType.crossChain)
  return (
    type === TxType.transferCrossChainAsset &&
    deposits.every(
      ({ payload }) => payload.kind === 'crossChain' && payload.targetAmount <= thresholdSela,
    )
  )
}

function hexOf(transaction: Transaction): string {
  return toHex(encode(transactionCodec, transaction))
}

/** Which of the ids in `txs` (internal order) are known; null when none is. */
function known(params: Params, isKnown: (id: string) => boolean): readonly string[] | null {
  const ids = params.strings('txs')
  if (ids === undefined) throw new RpcRefusal(RpcCode.invalidParams, 'txs not found')
  if (!ids.every((id) => /^[0-9a-fA-F]{64}$/.test(id))) throw new RpcRefusal(RpcCode.invalidParams)
  const found = ids.filter((id) => isKnown(id.toLowerCase()))
  return found.length > 0 ? found : null
}

/** An id in display order; shorter ones cannot be hashes, so nothing has them. */
function txidIn(params: Params, name: string): string {
  const text = params.string(name)
  if (text === undefined || !/^(?:[0-9a-fA-F]{2})*$/.test(text)) {
    throw new RpcRefusal(RpcCode.invalidParams)
  }
  if (text.length < 64) throw new RpcRefusal(RpcCode.invalidTransaction)
  return displayHash(fromHex(text).reverse())
}

function assertHex(text: string, message: string): void {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw new RpcRefusal(RpcCode.invalidParams, message)
}
