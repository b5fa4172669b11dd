/** Amounts of ELA as people write them ⇄ the smallest unit of a chain (sela or wei). */
import { CHAINS, type Chain } from './chains.ts'
import { WalletError } from './errors.ts'

// More than will ever be issued (28,220,000 after burning); a fat finger ends here, not in a loop.
const LIMIT_ELA = 100_000_000n

/**
 * Reads an amount to send: more than zero, no sign, no exponent, no thousands separators.
 *
 * Throws `wallet/notAnAmount`, `wallet/negativeAmount`, `wallet/zeroAmount`,
 * `wallet/tooManyDecimals`, `wallet/amountTooLarge`.
 */
export function parseAmount(typed: string, chain: Chain): bigint {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(typed)
  if (found === null) throw WalletError.notAnAmount(typed)
  const [, sign, whole = '', written = ''] = found
  if (sign === '-') throw WalletError.negativeAmount(typed)
  const { decimals } = CHAINS[chain]
  const fraction = written.replace(/0+$/, '')
  if (fraction.length > decimals) throw WalletError.tooManyDecimals(typed, chain)
  // Turning a million digits into a number takes seconds; none of them is needed to refuse it.
  const digits = whole.replace(/^0+(?=\d)/, '')
  if (digits.length > 9 || BigInt(digits) > LIMIT_ELA) {
    throw WalletError.amountTooLarge(typed, LIMIT_ELA.toString())
  }
  const units = BigInt(digits + fraction.padEnd(decimals, '0'))
  if (units === 0n) throw WalletError.zeroAmount()
  return units
}

/** `1.5`, `0.00000001`, `10000`: no more digits than needed. */
export function formatAmount(units: bigint, chain: Chain): string {
  const { decimals } = CHAINS[chain]
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0')
  const fraction = digits.slice(-decimals).replace(/0+$/, '')
  const text = digits.slice(0, -decimals) + (fraction === '' ? '' : `.${fraction}`)
  return units < 0n ? `-${text}` : text
}
