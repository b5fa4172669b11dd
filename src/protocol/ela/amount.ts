/** Amounts of ELA as text. One ELA is 10^8 sela. @see Elastos.ELA common/fixed64.go */
import { ChainError } from './errors.ts'

export const SELA_PER_ELA = 100_000_000n
const DECIMALS = 8
const MAX_SELA = 2n ** 63n - 1n

/**
 * `1.5` → 150000000n. A minus sign, at most 8 decimals, and no exponent. Throws `protocol/badAmount`.
 */
export function parseEla(text: string): bigint {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (parts === null) throw ChainError.badAmount(text, 'it is not a decimal number')
  const [, sign, whole = '', fraction = ''] = parts
  if (fraction.length > DECIMALS) throw ChainError.badAmount(text, 'it has more than 8 decimals')
  // Beyond 30 digits it is too large anyway, and making a number of it takes long.
  const sela = whole.length > 30 ? MAX_SELA + 1n : BigInt(whole + fraction.padEnd(DECIMALS, '0'))
  if (sela > MAX_SELA) throw ChainError.badAmount(text, 'it is more than 64 bits hold')
  return sign === '-' ? -sela : sela
}

/** The form of the RPC: no point in whole amounts, else all 8 decimals. */
export function formatEla(sela: bigint): string {
  const size = sela < 0n ? -sela : sela
  const fraction = size % SELA_PER_ELA
  const decimals = fraction === 0n ? '' : `.${fraction.toString().padStart(DECIMALS, '0')}`
  return `${sela < 0n ? '-' : ''}${size / SELA_PER_ELA}${decimals}`
}
