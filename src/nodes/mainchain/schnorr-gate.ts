/**
 * Schnorr verification, loaded when the first Schnorr program comes: the curve library takes longer
 * to load than all else the node needs to start.
 */
import { parseCode } from '../../protocol/ela/script.ts'
import type { Transaction } from '../../protocol/ela/transaction.ts'

type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

let verify: Verify | undefined

/** Must be awaited before transactions with Schnorr programs are checked. */
export async function prepareSchnorr(transactions: readonly Transaction[]): Promise<void> {
  if (verify !== undefined) return
  const codes = transactions.flatMap(({ programs }) => programs.map(({ code }) => parseCode(code)))
  if (!codes.some((code) => code?.kind === 'schnorr')) return
  verify = (await import('../../protocol/ela/schnorr.ts')).verifySchnorr
}

export const verifySchnorr: Verify = (publicKey, message, signature) => {
  if (verify === undefined) throw new Error('Schnorr programs were not prepared for')
  return verify(publicKey, message, signature)
}
