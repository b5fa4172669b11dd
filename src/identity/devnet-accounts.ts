/**
 * The accounts every devnet has.
 *
 * Their phrase is public and therefore worthless: anybody can take whatever is sent to them on a
 * real network. It is BIP-39 of the first 16 bytes of SHA-256 of the text `ela devnet`.
 */
import { type Account, accountsOf } from './accounts.ts'
import { seedOfMnemonic } from './mnemonic.ts'

export const DEVNET_PHRASE =
  'organ theory claw siege easily lady differ resemble dutch step shove develop'

const NAMES = [
  'alice',
  'bob',
  'carol',
  'dave',
  'erin',
  'frank',
  'grace',
  'heidi',
  'ivan',
  'judy',
] as const

// Far from the accounts people add themselves by counting on from the ten.
const FAUCET_INDEX = 1000
const MINER_INDEX = 1001

export interface DevnetAccount extends Account {
  readonly name: string
}

interface DevnetAccounts {
  readonly ten: readonly DevnetAccount[]
  /** Owns the coins of the first block on each chain. */
  readonly faucet: DevnetAccount
  /** Gets the reward of main chain blocks. */
  readonly miner: DevnetAccount
  readonly at: (index: number) => Account
}

let derived: DevnetAccounts | undefined

/** alice, bob, … judy: the ten funded accounts. */
export function devnetAccounts(): readonly DevnetAccount[] {
  return all().ten
}

export function devnetFaucet(): DevnetAccount {
  return all().faucet
}

export function devnetMiner(): DevnetAccount {
  return all().miner
}

/** An account of the devnet phrase by its index; those from 10 on are free for new DIDs. */
export function devnetAccountAt(index: number): Account {
  return all().at(index)
}

/** Derived once, in about 10 ms. */
function all(): DevnetAccounts {
  derived ??= deriveAll()
  return derived
}

function deriveAll(): DevnetAccounts {
  const at = accountsOf(seedOfMnemonic(DEVNET_PHRASE))
  const named = (name: string, index: number) => ({ name, ...at(index) })
  return {
    ten: NAMES.map(named),
    faucet: named('faucet', FAUCET_INDEX),
    miner: named('miner', MINER_INDEX),
    at,
  }
}
