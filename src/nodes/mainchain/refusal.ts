/** Why a transaction is refused, in the exact words of the field: wallets match on them. */

/** @see Elastos.ELA errors/errmap.go */
const reasons = {
  input: 'transaction validate error: input invalid',
  output: 'transaction validate error: output invalid',
  balance: 'transaction validate error: balance not matched',
  program: 'transaction validate error: attribute or program content invalid',
  signature: 'transaction validate error: signature invalid',
  payload: 'transaction validate error: payload content invalid',
  doubleSpend: 'transaction validate error: double spend',
  size: 'transaction validate error: size over the limit',
  unknownInput: 'transaction validate error: unknown referred transaction',
  locked: 'transaction validate error: using locked UTXO',
  duplicate: 'transaction validate error: transaction already exist',
  height: 'transaction validate error: height version invalid',
  validation: 'transaction validate error: validation failed',
  coinbase: 'block validate error: coinbase transaction is invalid',
  poolFull: 'pool about transaction error: over capacity',
} as const

export type RefusalReason = keyof typeof reasons

/** A transaction that breaks a rule. `message` is what the RPC answers. */
export class TransactionRefusal extends Error {
  override readonly name = 'TransactionRefusal'
}

export function refuse(reason: RefusalReason, detail?: string): TransactionRefusal {
  const head = reasons[reason]
  return new TransactionRefusal(detail === undefined ? head : `${head}:${detail}`)
}

/** The refusal of a transaction that conflicts with one in the pool; it has no prefix. */
export function refuseSlot(slot: string): TransactionRefusal {
  return new TransactionRefusal(`slot ${slot} verify tx error`)
}
