/** What DApps ask a wallet for, at the desk where its user decides. */
import { CallError } from '../runtime/capabilities/errors.ts'
import type { WalletDoor, WalletRequest } from '../runtime/world.ts'
import type { IntentDesk } from '../wallet/intents/desk.ts'
import { findServer } from '../wallet/intents/server-file.ts'

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

/** The door of the wallet that serves beside a devnet: looked for at each request. */
export function servingWalletDoor(file: string): WalletDoor {
  return {
    async ask(request) {
      const server = await findServer(file)
      if (server === undefined) throw CallError.notHere('A wallet')
      // It answers when its user does.
      const response = await fetch(`${server.url}/intent`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url: intentOf(request) }),
        signal: request.signal,
      })
      const answer = (await response.json()) as {
        status?: string
        result?: unknown
        error?: { message?: string }
      }
      if (answer.status === 'done') return answer.result
      throw CallError.walletRefused(answer.error?.message ?? 'its user said no')
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
