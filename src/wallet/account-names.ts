/** Who is meant by `alice`, by `0x…` and by `E…`, on which chain. */
import {
  type DevnetAccount,
  devnetAccounts,
  devnetFaucet,
  devnetMiner,
} from '../identity/devnet-accounts.ts'
import { parseAddress as parseElaAddress } from '../protocol/ela/address.ts'
import {
  checksumAddress,
  isAddress,
  parseAddress as parseEvmAddress,
} from '../protocol/evm/address.ts'
import { CHAINS, type Chain } from './chains.ts'
import { WalletError } from './errors.ts'

/** The ten, the faucet and the miner. */
export function namedAccounts(): readonly DevnetAccount[] {
  return [...devnetAccounts(), devnetFaucet(), devnetMiner()]
}

/** An account's address on a chain. */
export function addressOfAccount(account: DevnetAccount, chain: Chain): string {
  return chain === 'mainchain' ? account.ela.address : account.evm.address
}

/**
 * The address on `chain` that a person means by an account name or an address.
 *
 * Throws `wallet/unknownName` (with the nearest name), `wallet/otherChainsAddress`,
 * `wallet/didHasNoCoins` and `wallet/damagedAddress`.
 */
export function addressOfName(typed: string, chain: Chain): string {
  const named = namedAccounts().find(({ name }) => name === typed.toLowerCase())
  if (named !== undefined) return addressOfAccount(named, chain)
  const kind = kindOf(typed)
  if (kind === undefined) {
    throw WalletError.unknownName(
      typed,
      namedAccounts().map(({ name }) => name),
    )
  }
  if (kind === 'did') throw WalletError.didHasNoCoins(typed)
  if (kind !== (chain === 'mainchain' ? 'ela' : 'evm')) {
    throw WalletError.otherChainsAddress(typed, KINDS[kind], chain)
  }
  try {
    if (chain !== 'mainchain') return checksumAddress(parseEvmAddress(typed))
    parseElaAddress(typed)
    return typed
  } catch (error) {
    throw WalletError.damagedAddress(typed, chain, error)
  }
}

/**
 * The devnet account whose key will sign, by its name or one of its addresses.
 *
 * Throws `wallet/notOurAccount` for a valid address of somebody else, and what `addressOfName` does.
 */
export function accountOfName(typed: string, chain: Chain): DevnetAccount {
  const address = addressOfName(typed, chain)
  const account = namedAccounts().find((one) => addressOfAccount(one, chain) === address)
  if (account === undefined) {
    throw WalletError.notOurAccount(
      typed,
      namedAccounts().map(({ name }) => name),
    )
  }
  return account
}

/** One owner, or with nothing typed the ten accounts; names are checked against each chain later. */
export function ownersOf(
  typed: string | undefined,
): readonly { readonly name: string | undefined; readonly typed: string }[] {
  if (typed === undefined) return devnetAccounts().map(({ name }) => ({ name, typed: name }))
  const named = namedAccounts().find(({ name }) => name === typed.toLowerCase())
  return [{ name: named?.name, typed }]
}

/** The chains a name or address can be on: all for a name, those of its kind for an address. */
export function chainsOfName(typed: string): readonly Chain[] {
  const kind = namedAccounts().some(({ name }) => name === typed.toLowerCase())
    ? undefined
    : kindOf(typed)
  if (kind === 'ela') return ['mainchain']
  if (kind === 'evm') return ['esc', 'eid']
  return Object.keys(CHAINS) as Chain[]
}

const KINDS = {
  ela: 'an address of the main chain',
  evm: 'an address of ESC and EID',
} as const

/** What somebody probably wanted to write; whether it is right is checked later. */
function kindOf(typed: string): keyof typeof KINDS | 'did' | undefined {
  if (/^0x[0-9a-fA-F]*$/.test(typed) || isAddress(typed)) return 'evm'
  if (typed.startsWith('did:')) return 'did'
  if (/^[1-9A-Za-z]{26,40}$/.test(typed)) return typed.startsWith('i') ? 'did' : 'ela'
  return undefined
}
