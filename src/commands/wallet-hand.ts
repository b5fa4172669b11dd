/** The wallet of the running devnet. */
import path from 'node:path'
import { type Session, STATE_FOLDER } from '../devnet/session.ts'
import { accountOfName } from '../wallet/account-names.ts'
import type { Chain } from '../wallet/chains.ts'
import type { Hand } from '../wallet/intents/hand.ts'
import type { Endpoint } from '../wallet/transfer.ts'
import { eidOf } from './did-place.ts'
import { endpointOf } from './endpoints.ts'

const BOX_FILE = 'wallet.json'
const WAIT_MS = 10_000

/** Throws `wallet/unknownName` and the like for an account that is none of the devnet's. */
export function handOf(session: Session, account: string, signal: AbortSignal): Hand {
  const runs = (chain: Chain) => Object.hasOwn(session.nodes, chain)
  const esc: Endpoint | undefined = runs('esc') ? endpointOf(session, 'esc') : undefined
  return {
    account: accountOfName(account, 'eid'),
    mainchain: runs('mainchain') ? endpointOf(session, 'mainchain') : undefined,
    esc: esc?.chain === 'esc' ? { ...esc, chain: 'esc' } : undefined,
    eid: runs('eid') ? eidOf(session) : undefined,
    boxFile: path.join(session.folder, STATE_FOLDER, BOX_FILE),
    waitMs: WAIT_MS,
    signal,
    now: () => Math.floor(Date.now() / 1000),
  }
}
