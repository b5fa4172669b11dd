/** A wallet on a port: what `ela wallet serve` runs, and what else wants one beside a devnet. */
import { findSession } from '../devnet/session.ts'
import { lookupOn } from '../identity/chain-lookup.ts'
import { ChallengeDesk } from '../identity/challenge.ts'
import type { Lookup } from '../identity/did-documents.ts'
import { accountOfName } from '../wallet/account-names.ts'
import { IntentDesk } from '../wallet/intents/desk.ts'
import { IntentError } from '../wallet/intents/errors.ts'
import { eidOf, signerOf } from '../wallet/intents/hand.ts'
import type { ApprovalRules } from '../wallet/intents/rules.ts'
import { serveWallet } from '../wallet/intents/server.ts'
import {
  findServer,
  removeServerFile,
  serverFile,
  writeServerFile,
} from '../wallet/intents/server-file.ts'
import type { Context } from './context.ts'
import { handOf } from './wallet-hand.ts'

export interface WalletWish {
  /** Who answers, unless an intent names somebody else. */
  readonly account: string
  readonly rules: ApprovalRules
  readonly patienceMs: number
  /** 0 for any free one. */
  readonly port: number
  /** Account apps can sign in to as to a Hive node. */
  readonly hive?: string | undefined
}

export interface OpenWallet extends AsyncDisposable {
  /** Where intents wait: `waiting`, `decide`, `decideAll`, `subscribe`. */
  readonly desk: IntentDesk
  readonly url: string
  readonly account: string
  /** How commands find it. */
  readonly file: string
}

/**
 * A wallet on a port, for the devnet that runs. It is gone when disposed.
 * Throws `devnet/notRunning`, `intent/alreadyServing`, `intent/portBusy`.
 */
export async function openWallet(context: Context, wish: WalletWish): Promise<OpenWallet> {
  const session = findSession(context)
  const { name: account } = accountOfName(wish.account, 'eid')
  const file = serverFile(session.folder)
  const other = await findServer(file)
  if (other !== undefined) throw IntentError.alreadyServing(other.url, other.pid)
  const { rules, patienceMs } = wish
  const desk = new IntentDesk({
    // The devnet can have been started anew meanwhile, on other ports.
    handOf: (named = account) => handOf(findSession(context), named, context.signal),
    rules,
    patienceMs,
  })
  const server = await serveWallet(desk, wish.port, hiveOf(wish.hive, context))
  const { url, token } = server
  writeServerFile(file, { url, token, pid: process.pid, account })
  return {
    desk,
    url,
    account,
    file,
    async [Symbol.asyncDispose]() {
      removeServerFile(file)
      desk.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

function hiveOf(account: string | undefined, context: Context): ChallengeDesk | undefined {
  if (account === undefined) return undefined
  const hand = handOf(findSession(context), account, context.signal)
  return new ChallengeDesk(signerOf(hand), freshLookup(eidOf(hand).rpc), hand.now)
}

/** A lookup remembers; a server that runs for days must see what was published since. */
function freshLookup(rpc: string): Lookup {
  return {
    did: (did) => lookupOn(rpc).did(did),
    isRevoked: (id, issuer) => lookupOn(rpc).isRevoked(id, issuer),
  }
}
