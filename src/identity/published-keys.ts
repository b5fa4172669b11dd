/** Keys that everybody has, because their words stand in books, tools or this source. */
import { toHex } from '../base/bytes-text.ts'
import { accountsOf } from './accounts.ts'
import { rootKey } from './derive.ts'
import { DEVNET_PHRASE } from './devnet-accounts.ts'
import { KeyError } from './key-errors.ts'
import { type KeySecret, rootOf } from './key-secret.ts'
import { seedOfMnemonic } from './mnemonic.ts'

/** Phrase → whose it is. The second is Hardhat's and Anvil's, the third BIP-39's first vector. */
const PHRASES: readonly (readonly [phrase: string, whose: string])[] = [
  [DEVNET_PHRASE, "the devnets' phrase or one of its accounts"],
  [`${'test '.repeat(11)}junk`, 'the test phrase of Ethereum tools or one of its accounts'],
  [`${'abandon '.repeat(11)}about`, 'the example phrase of BIP-39 or one of its accounts'],
]

/** The first twenty accounts, and the faucet and miner of devnets. */
const INDEXES = [...Array(20).keys(), 1000, 1001]

/** Private key in hexadecimal → whose it is; made once. */
let published: ReadonlyMap<string, string> | undefined

/** Throws `keys/published`. */
export async function refusePublished(secret: KeySecret): Promise<void> {
  const root = await rootOf(secret, 'p256')
  const own = secret.kind === 'phrase' ? root?.privateKey : secret.privateKey
  published ??= allPublished()
  const whose = own === undefined ? undefined : published.get(toHex(own))
  if (whose !== undefined) throw KeyError.published(whose)
}

/** Roots are the same bytes on both curves. */
function allPublished(): ReadonlyMap<string, string> {
  const all = PHRASES.flatMap(([phrase, whose]) => {
    const seed = seedOfMnemonic(phrase)
    const at = accountsOf(seed)
    const keys = INDEXES.map(at).flatMap(({ ela, evm }) => [ela.privateKey, evm.privateKey])
    return [rootKey(seed, 'p256').privateKey, ...keys].map((key) => [toHex(key), whose] as const)
  })
  return new Map(all)
}
