/**
 * Transactions as the RPC shows them. The order of keys is the field's.
 *
 * @see Elastos.ELA servers/interfaces.go GetTransactionInfo, servers/common.go
 */
import { toHex } from '../../base/bytes-text.ts'
import { addressOf } from '../../protocol/ela/address.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import {
  type Output,
  type Transaction,
  TX_VERSION_9,
  transactionId,
  transactionSize,
} from '../../protocol/ela/transaction.ts'
import type { BlockEntry } from './block-entry.ts'
import { viewOutputPayload } from './view-output-payload.ts'
import { viewPayload } from './view-payload.ts'

type Json = Readonly<Record<string, unknown>>

export function viewTransaction(transaction: Transaction): Json {
  const txid = displayHash(transactionId(transaction))
  const size = transactionSize(transaction)
  return {
    txid,
    hash: txid,
    size,
    vsize: size,
    version: transaction.version,
    type: transaction.type,
    payloadversion: transaction.payloadVersion,
    payload: viewPayload(transaction),
    attributes: transaction.attributes.map(({ usage, data }) => ({ usage, data: toHex(data) })),
    vin: transaction.inputs.map(({ txid: spent, index, sequence }) => ({
      txid: displayHash(spent),
      vout: index,
      sequence,
    })),
    vout: transaction.outputs.map((output, n) => viewOutput(output, n, transaction.version)),
    locktime: transaction.lockTime,
    programs: transaction.programs.map(({ code, parameter }) => ({
      code: toHex(code),
      parameter: toHex(parameter),
    })),
  }
}

/** The same with the block it is in; `undefined` while it waits for one. */
export function viewTransactionIn(
  transaction: Transaction,
  entry: BlockEntry | undefined,
  tipHeight: number,
): Json {
  return {
    ...viewTransaction(transaction),
    blockhash: entry?.hash ?? '',
    confirmations: entry === undefined ? 0 : tipHeight - entry.height + 1,
    time: entry?.time ?? 0,
    blocktime: entry?.time ?? 0,
  }
}

function viewOutput(output: Output, n: number, version: number): Json {
  return {
    value: formatEla(output.value),
    n,
    address: addressOf(output.programHash),
    assetid: displayHash(output.assetId),
    outputlock: output.outputLock,
    type: output.type,
    payload: version < TX_VERSION_9 ? null : viewOutputPayload(output.payload),
  }
}
