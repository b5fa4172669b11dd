/** Who answers intents, and where its chains are. */

import { lookupOn } from '../../identity/chain-lookup.ts'
import type { Signer } from '../../identity/credential.ts'
import type { DevnetAccount } from '../../identity/devnet-accounts.ts'
import type { Lookup } from '../../identity/did-documents.ts'
import type { EvmNode } from '../chains.ts'
import type { EidChain } from '../did-publish.ts'
import { IntentError } from './errors.ts'

export interface Hand {
  readonly account: DevnetAccount
  /** Of the chains that run. */
  readonly mainchain: { readonly rpc: string } | undefined
  readonly esc: EvmNode | undefined
  readonly eid: EidChain | undefined
  /** `.ela/wallet.json` */
  readonly boxFile: string
  /** How long to wait for a block. */
  readonly waitMs: number
  readonly signal: AbortSignal
  /** Seconds since 1970. */
  readonly now: () => number
}

export function signerOf({ account }: Hand): Signer {
  return { did: account.did.did, privateKey: account.did.privateKey }
}

/** Throws `intent/chainMissing`. */
export function eidOf({ eid }: Hand): EidChain {
  if (eid === undefined) throw IntentError.chainMissing('EID')
  return eid
}

/** Throws `intent/chainMissing`. */
export function escOf({ esc }: Hand): EvmNode {
  if (esc === undefined) throw IntentError.chainMissing('ESC')
  return esc
}

export function lookupOf({ eid }: Hand): Lookup | undefined {
  return eid === undefined ? undefined : lookupOn(eid.rpc)
}
