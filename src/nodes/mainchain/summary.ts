/** One line for people: what a transaction moves from where to where. */
import { equalBytes } from '../../base/bytes-text.ts'
import { addressOf } from '../../protocol/ela/address.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import type { Output, Transaction } from '../../protocol/ela/transaction.ts'
import type { Ledger } from './ledger.ts'

/** `5 ELA EabC…xyz → EdEf…uvw`, with a word for what is no plain transfer. */
export function summaryOf(transaction: Transaction, ledger: Ledger): string {
  const { inputs, outputs, payload } = transaction
  const [input] = inputs
  const source =
    input === undefined ? undefined : ledger.coinEverAt(displayHash(input.txid), input.index)
  const sender = source?.output.programHash
  // What goes back to the sender is change.
  const isChange = ({ programHash }: Output) =>
    sender !== undefined && equalBytes(programHash, sender)
  const paid = outputs.filter((output) => !isChange(output))
  const [first, ...more] = paid.length > 0 ? paid : outputs
  const word = payload.kind === 'transferAsset' ? '' : `${payload.kind}: `
  if (first === undefined) return `${word}nothing moves`
  const amount = [first, ...more].reduce((sum, { value }) => sum + value, 0n)
  const from = sender === undefined ? '' : `${short(sender)} `
  const others = more.length > 0 ? ` and ${more.length} more` : ''
  return `${word}${formatEla(amount)} ELA ${from}→ ${short(first.programHash)}${others}`
}

function short(programHash: Uint8Array): string {
  const address = addressOf(programHash)
  return `${address.slice(0, 6)}…${address.slice(-4)}`
}
