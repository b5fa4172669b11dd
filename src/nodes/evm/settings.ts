/** What a node program of an EVM chain is told at its start, as one JSON argument. */
import { EvmError } from './errors.ts'

export interface EvmSettings {
  /** Name of the process: `esc` or `eid`. */
  readonly name: string
  readonly dataDir: string
  readonly rpcPort: number
  readonly wsPort: number
  readonly chainId: number
  /** Highest sum of gas in one block. */
  readonly gasLimit: number
  /** Longest raw transaction the node takes. */
  readonly maxTransactionBytes: number
  /** Cheapest gas the node takes, in wei; also what it suggests when that is more than nothing. */
  readonly minGasPrice: number
  readonly clientVersion: string
  /** Address → wei in decimal. */
  readonly balances: Readonly<Record<string, string>>
  /** Address → code, in hexadecimal, of contracts of the first block. */
  readonly contracts: Readonly<Record<string, string>>
  /** The contract with rules of its own, `''` on a chain without. */
  readonly ruledContract: string
  /** Milliseconds between blocks; 0: a block for every transaction; -1: on demand only. */
  readonly blockEveryMs: number
  /** Time of the chain's beginning, seconds since 1970; the machine's when left out. */
  readonly clock?: number | undefined
  /** The chain of another node this one goes on from. */
  readonly fork?: ForkSettings | undefined
  /** Addresses in checksum form whose transactions are refused. */
  readonly frozenAccounts?: readonly string[]
  /** What only one kind knows of. */
  readonly options?: Readonly<Record<string, unknown>>
}

export interface ForkSettings {
  readonly url: string
  /** The last block of the other chain; its newest when left out. */
  readonly block?: number
}

/** Throws `evm/badSettings`. */
export function parseSettings(argument: string | undefined): EvmSettings {
  let value: unknown
  try {
    value = JSON.parse(argument ?? '')
  } catch {
    throw EvmError.badSettings('the first argument is no JSON')
  }
  const settings = value as EvmSettings
  const numbers = ['rpcPort', 'wsPort', 'chainId', 'gasLimit', 'maxTransactionBytes'] as const
  for (const name of [...numbers, 'minGasPrice', 'blockEveryMs'] as const) {
    if (!Number.isSafeInteger(settings[name])) throw EvmError.badSettings(`${name} is no integer`)
  }
  for (const name of ['name', 'dataDir', 'clientVersion', 'ruledContract'] as const) {
    if (typeof settings[name] !== 'string') throw EvmError.badSettings(`${name} is no text`)
  }
  for (const name of ['balances', 'contracts'] as const) {
    if (typeof settings[name] !== 'object') throw EvmError.badSettings(`${name} is no object`)
  }
  return settings
}
