/** Where the chains of the devnet that is meant answer. */
import { chainIdOf, rpcOf, type Session } from '../devnet/session.ts'
import { addressOfName, chainsOfName } from '../wallet/account-names.ts'
import { parseChain } from '../wallet/chain-name.ts'
import type { Chain } from '../wallet/chains.ts'
import { WalletError } from '../wallet/errors.ts'
import type { Endpoint } from '../wallet/transfer.ts'

/** Throws `devnet/nodeNotRunning`. */
export function endpointOf(session: Session, chain: Chain): Endpoint {
  const rpc = rpcOf(session, chain)
  return chain === 'mainchain' ? { chain, rpc } : { chain, rpc, chainId: chainIdOf(session, chain) }
}

/**
 * The chain of `--on`, or the only one that a recipient can be on.
 * Throws `wallet/unknownChain`, `wallet/chainNeeded` when there are several, and what
 * `addressOfName` does.
 */
export function chosenChain(on: string | undefined, recipient: string): Chain {
  if (on !== undefined) return parseChain(on)
  const [chain, ...others] = chainsOfName(recipient)
  if (chain !== undefined && others.length === 0) return chain
  // A wrong name should not first be asked for its chain.
  addressOfName(recipient, chain ?? 'mainchain')
  throw WalletError.chainNeeded(recipient)
}

/** The chains of `--on`, or those of the devnet on which the owner can have coins. */
export function chosenChains(
  on: string | undefined,
  session: Session,
  owner: string | undefined,
): readonly Chain[] {
  if (on !== undefined) return [parseChain(on)]
  const possible: readonly Chain[] =
    owner === undefined ? ['mainchain', 'esc', 'eid'] : chainsOfName(owner)
  return possible.filter((chain) => Object.hasOwn(session.nodes, chain))
}
