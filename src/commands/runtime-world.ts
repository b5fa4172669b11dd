/** What the services of DApps stand for, by a devnet that runs and a wallet that is open. */
import { lookup } from 'node:dns/promises'
import type { RuntimeWorld, WalletDoor, WalletRequest } from '../runtime/world.ts'
import type { IntentDesk } from '../wallet/intents/desk.ts'

/** Node kind → the name that DApps know its chain by. */
const CHAIN_NAMES: Readonly<Record<string, string>> = { mainchain: 'ela', esc: 'esc', eid: 'eid' }
const WALLET_ACTIONS = new Set([
  ...['pay', 'esctransaction', 'signtypeddata', 'personalsign', 'addethereumchain'],
])

/** @param rpcs node kind → URL of its JSON-RPC */
export function chainsOf(rpcs: Readonly<Record<string, string>>): RuntimeWorld['chains'] {
  const known = Object.entries(rpcs).flatMap(([kind, rpc]): [string, string[]][] => {
    const name = CHAIN_NAMES[kind]
    return name === undefined ? [] : [[name, [rpc]]]
  })
  return Object.fromEntries(known)
}

/** Every address of a name, as this machine resolves it. */
export async function resolveHost(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true })
  return found.map(({ address }) => address)
}

/** The wallet of `ela dev --wallet` as services ask it: its user decides on the dashboard. */
export function walletDoorOf(desk: IntentDesk): WalletDoor {
  return {
    ask: async (request) => {
      const answer = await desk.submit(intentUrlOf(request), { gone: request.signal })
      if (answer.status !== 'done') throw answer.error ?? new Error(`the wallet ${answer.status}`)
      return answer.result
    },
  }
}

/** The address by which a page would ask the same of a phone wallet. */
function intentUrlOf({ action, params, app }: WalletRequest): string {
  const part = WALLET_ACTIONS.has(action) ? 'wallet' : 'did'
  const query = new URLSearchParams({ iss: app })
  for (const [name, value] of Object.entries(params)) {
    query.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return `https://${part}.web3essentials.io/${action}?${query}`
}
