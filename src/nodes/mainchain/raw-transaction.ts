/** Transactions as bytes or hexadecimal text from outside. */
import { fromHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import { Reader } from '../../protocol/codec.ts'
import { kindOfType, TxType } from '../../protocol/ela/payload/payload.ts'
import { type Transaction, TX_VERSION_9, transactionCodec } from '../../protocol/ela/transaction.ts'
import { TransactionRefusal } from './refusal.ts'

/**
 * Reads a transaction the way the field does: a type it does not know is `invalid transaction`, other
 * faults are a `Deserialize error`, and bytes after the transaction are not looked at.
 * Throws a `TransactionRefusal`; hexadecimal that is none is `base/notHex`.
 *
 * @see Elastos.ELA servers/interfaces.go SendRawTransaction
 */
export function readTransaction(hex: string): Transaction {
  const bytes = fromHex(hex)
  const [first = TX_VERSION_9, second] = bytes
  const type = first >= TX_VERSION_9 ? second : first
  const isKnown = type !== undefined && kindOfType(type) !== undefined
  if (!isKnown || type === TxType.deploy || type === TxType.rechargeToSideChain) {
    throw new TransactionRefusal('invalid transaction')
  }
  try {
    return transactionCodec.read(new Reader(bytes))
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    const why = error.code === 'protocol/truncated' ? 'EOF' : error.message
    throw new TransactionRefusal(`transaction Deserialize error: ${why}`)
  }
}
