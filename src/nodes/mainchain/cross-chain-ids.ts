/** Which side chain transactions a main chain transaction pays out or pays back. */
import { toHex } from '../../base/bytes-text.ts'
import type { Transaction } from '../../protocol/ela/transaction.ts'

/** Ids (internal order, hexadecimal) of the side chain transactions a withdrawal pays out. */
export function withdrawnOf({ payload, outputs }: Transaction): readonly string[] {
  if (payload.kind !== 'withdrawFromSideChain') return []
  const named = payload.sideChainTransactionHashes ?? []
  const inOutputs = outputs.flatMap(({ payload: carried }) =>
    carried.kind === 'withdraw' ? [carried.sideChainTransactionHash] : [],
  )
  return [...named, ...inOutputs].map(toHex)
}

/** Ids (internal order, hexadecimal) of the deposits a transaction pays back. */
export function returnedDepositsOf({ payload, outputs }: Transaction): readonly string[] {
  if (payload.kind !== 'returnSideChainDepositCoin') return []
  return outputs.flatMap(({ payload: carried }) =>
    carried.kind === 'returnSideChainDeposit' ? [toHex(carried.depositTransactionHash)] : [],
  )
}
