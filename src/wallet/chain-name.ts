import { CHAINS, type Chain } from './chains.ts'
import { WalletError } from './errors.ts'

/** The chain a person named. Throws `wallet/unknownChain`. */
export function parseChain(typed: string): Chain {
  const name = typed.toLowerCase()
  if (!isChain(name)) throw WalletError.unknownChain(typed)
  return name
}

function isChain(name: string): name is Chain {
  return Object.hasOwn(CHAINS, name)
}
