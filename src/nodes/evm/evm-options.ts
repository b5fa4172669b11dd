/** The options ESC and EID take from the config and from flags. */
import { checksumAddress, isAddress } from '../../protocol/evm/address.ts'
import { EvmError } from './errors.ts'
import type { ForkSettings } from './settings.ts'

export type Options = Readonly<Record<string, unknown>>

/** Options that both kinds have. */
export const commonOptions = ['clock', 'forkUrl', 'forkBlock', 'frozenAccounts'] as const

/** Throws `evm/badOption` for an option that is not among `known`. */
export function checkNames(kind: string, options: Options, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw EvmError.badOption(kind, unknown, `is not known; there are ${known.join(', ')}`)
}

/**
 * `clock`: the time at which the chain begins, as text such as `2022-01-15T00:00:00Z`; seconds since
 * 1970 come out. Throws `evm/badOption`.
 */
export function clockOption(kind: string, { clock }: Options): number | undefined {
  if (clock === undefined) return undefined
  const time = typeof clock === 'string' ? Date.parse(clock) : Number.NaN
  if (Number.isNaN(time) || time <= 0) {
    throw EvmError.badOption(kind, 'clock', 'is no time such as 2022-01-15T00:00:00Z')
  }
  return Math.floor(time / 1000)
}

/** `forkUrl` and `forkBlock`: the chain of another node to go on from. Throws `evm/badOption`. */
export function forkOption(
  kind: string,
  { forkUrl, forkBlock }: Options,
): ForkSettings | undefined {
  if (forkUrl === undefined && forkBlock === undefined) return undefined
  const url = typeof forkUrl === 'string' && URL.canParse(forkUrl) ? new URL(forkUrl) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw EvmError.badOption(kind, 'forkUrl', 'is no http:// or https:// address')
  }
  if (forkBlock === undefined) return { url: url.href }
  if (typeof forkBlock !== 'number' || !Number.isSafeInteger(forkBlock) || forkBlock < 0) {
    throw EvmError.badOption(kind, 'forkBlock', 'is no block number')
  }
  return { url: url.href, block: forkBlock }
}

/**
 * `frozenAccounts`: addresses whose transactions the pool refuses, as real nodes are told by a flag;
 * they come out in checksum form. Throws `evm/badOption`.
 */
export function frozenOption(kind: string, { frozenAccounts = [] }: Options): readonly string[] {
  const isList = Array.isArray(frozenAccounts)
  if (isList && frozenAccounts.every((one) => typeof one === 'string' && isAddress(one))) {
    return frozenAccounts.map(checksumAddress)
  }
  throw EvmError.badOption(kind, 'frozenAccounts', 'is no list of addresses')
}

/** `minGasPrice` in wei, as a number or text. Throws `evm/badOption`. */
export function gasPriceOption(kind: string, { minGasPrice }: Options): number | undefined {
  if (minGasPrice === undefined) return undefined
  const wei = /^\d{1,15}$/.test(String(minGasPrice)) ? Number(minGasPrice) : -1
  if (wei < 0) throw EvmError.badOption(kind, 'minGasPrice', 'is no number of wei')
  return wei
}

/** A port; `true` for the usual one. Throws `evm/badOption`. */
export function portOption(kind: string, name: string, value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536) {
    return value
  }
  if (value === undefined || value === false) return undefined
  throw EvmError.badOption(kind, name, 'is no port from 1 to 65535')
}
