/** What the node program is started with: a JSON file that `kind.ts` writes into the data folder. */
import { readFileSync } from 'node:fs'
import { messageOf } from '../../base/errors.ts'
import type { Mining } from '../kind.ts'
import { MainchainError } from './errors.ts'

export interface NodeOptions {
  readonly dataDir: string
  /** 0 for any free port. */
  readonly ports: {
    readonly rpc: number
    readonly rest: number
    readonly ws: number
    /** Told to whoever asks; nothing listens there yet. */
    readonly p2p: number
  }
  /** Address that owns the genesis coin. */
  readonly foundation: string
  /** Address that blocks pay to when nobody asks otherwise. */
  readonly miner: string
  /** What coinbases say. */
  readonly minerInfo: string
  readonly mining: Mining
  readonly coinbaseMaturity: number
  /** Signed transactions (hex) for the first block in which the genesis coin may be spent. */
  readonly genesisTransactions: readonly string[]
  /** Basic authentication of the RPC; none when both are empty. */
  readonly rpcUser: string
  readonly rpcPassword: string
}

/** Throws `mainchain/badOptions`. */
export function readOptions(file: string): NodeOptions {
  try {
    return parseOptions(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw MainchainError.badOptions(file, messageOf(error))
  }
}

function parseOptions(json: unknown): NodeOptions {
  const given = recordOf(json, 'the file')
  const ports = recordOf(given['ports'], 'ports')
  return {
    dataDir: textOf(given, 'dataDir'),
    ports: {
      rpc: numberOf(ports, 'rpc'),
      rest: numberOf(ports, 'rest'),
      ws: numberOf(ports, 'ws'),
      p2p: numberOf(ports, 'p2p'),
    },
    foundation: textOf(given, 'foundation'),
    miner: textOf(given, 'miner'),
    minerInfo: textOf(given, 'minerInfo'),
    mining: miningOf(given['mining']),
    coinbaseMaturity: numberOf(given, 'coinbaseMaturity'),
    genesisTransactions: textsOf(given['genesisTransactions']),
    rpcUser: textOf(given, 'rpcUser'),
    rpcPassword: textOf(given, 'rpcPassword'),
  }
}

type Given = Readonly<Record<string, unknown>>

function recordOf(value: unknown, what: string): Given {
  if (typeof value === 'object' && value !== null) return value as Given
  throw new TypeError(`${what} is not an object`)
}

function textOf(given: Given, name: string): string {
  const value = given[name]
  if (typeof value === 'string') return value
  throw new TypeError(`\`${name}\` is not a text`)
}

function numberOf(given: Given, name: string): number {
  const value = given[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw new TypeError(`\`${name}\` is not a whole number of zero or more`)
}

function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new TypeError('`genesisTransactions` is not a list of texts')
}

function miningOf(value: unknown): Mining {
  const given = recordOf(value, 'mining')
  const mode = given['mode']
  if (mode === 'auto' || mode === 'none') return { mode }
  if (mode === 'interval') return { mode, everyMs: Math.max(numberOf(given, 'everyMs'), 1) }
  throw new TypeError('`mining.mode` is none of auto, interval, none')
}
