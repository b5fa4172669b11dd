/** What DApps ask a wallet for, at the desk where its user decides. */
import { CallError } from '../runtime/capabilities/errors.ts'
import type { WalletDoor, WalletRequest } from '../runtime/world.ts'
import type { IntentDesk } from '../wallet/intents/desk.ts'

/** The door of a desk. Answers come back by it alone: a DApp names no address for them. */
export function walletDoorOf(desk: Pick<IntentDesk, 'submit'>): WalletDoor {
  return {
    async ask(request) {
      const { status, result, error } = await desk.submit(intentOf(request), {
        gone: request.signal,
      })
      if (status === 'done') return result
      throw CallError.walletRefused(error?.message ?? 'its user said no')
    },
  }
}

/** As an address, which is how wallets are asked. */
function intentOf({ action, params, app, appName, isSigned }: WalletRequest): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    query.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  // Whoever decides is told a DID only where the gate has seen its signature.
  if (isSigned) query.set('appdid', app)
  else query.set('iss', `${appName}, which nobody signed`)
  const host = action === 'credaccess' ? 'did' : 'wallet'
  return `https://${host}.web3essentials.io/${action}?${query}`
}
