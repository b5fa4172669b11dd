/** The chains of a devnet that runs, by the names that DApps know them by. */
import type { Session } from '../devnet/session.ts'
import type { RuntimeWorld } from '../runtime/world.ts'

/** Node kind → name. */
const CHAIN_NAMES: Readonly<Record<string, string>> = { mainchain: 'ela', esc: 'esc', eid: 'eid' }

export function chainsOf(nodes: Session['nodes']): RuntimeWorld['chains'] {
  const known = Object.entries(nodes).flatMap(([kind, entry]): [string, string[]][] => {
    const name = CHAIN_NAMES[kind]
    const rpc = 'rpc' in entry ? entry['rpc'] : undefined
    return name === undefined || typeof rpc !== 'string' ? [] : [[name, [rpc]]]
  })
  return Object.fromEntries(known)
}
