/** Where names of DIDs and their chain are found. */
import { ElaError } from '../base/errors.ts'
import { chainIdOf, entriesOf, findSession, rpcOf, type Session } from '../devnet/session.ts'
import type { KeyPlace } from '../identity/did-keys.ts'
import { didListFile, projectAround } from '../identity/did-list.ts'
import type { EidChain } from '../wallet/did-publish.ts'
import type { Context } from './context.ts'

/**
 * The list of the devnet that runs (under `ela exec` a temporary folder's), and the one of the
 * project around us.
 */
export function keyPlaceOf(context: Context): KeyPlace {
  const project = didListFile(projectAround(context.cwd))
  const session = runningSession(context)
  const phraseFile = context.env['ELA_MNEMONIC_FILE']
  return {
    file: session === undefined ? project : didListFile(session.folder),
    alsoKnown: project,
    phraseFile: phraseFile === '' ? undefined : phraseFile,
  }
}

/** The session, or `undefined` when no devnet runs: names are known without one. */
export function runningSession(context: Context): Session | undefined {
  try {
    return findSession(context)
  } catch (error) {
    if (error instanceof ElaError && error.exit === 'devnetState') return undefined
    throw error
  }
}

/** Throws `devnet/notRunning` and `devnet/nodeNotRunning`. */
export function eidOf(session: Session): EidChain {
  return {
    rpc: rpcOf(session, 'eid'),
    chainId: chainIdOf(session, 'eid'),
    contract: String(entriesOf(session, 'eid')[0]?.['didContract']),
  }
}

/** The URL of EID if a devnet with it runs. */
export function eidRpcOf(context: Context): string | undefined {
  const session = runningSession(context)
  return session === undefined || session.nodes['eid'] === undefined
    ? undefined
    : eidOf(session).rpc
}
