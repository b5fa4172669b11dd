/** The unmodified DID SDK on the node of a project. */
import { createRequire } from 'node:module'
import * as assert from 'uvu/assert'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { sendDidRequest } from '../../src/wallet/did-publish.ts'
import { connectSdk } from './did-js-sdk.ts'
import type { EidProject } from './eid-project.ts'

const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
export const PASSWORD = 'a password of the store'

// The SDK names no types for Node; what is used of it here is called as its users call it.
// biome-ignore lint/suspicious/noExplicitAny: see above.
export const sdk = createRequire(import.meta.url)('@elastosfoundation/did-js-sdk') as any

export function accountOf(name: string) {
  const account = devnetAccounts().find((one) => one.name === name)
  assert.ok(account)
  return account
}

/** The SDK resolves on the node of the project and publishes with alice's coins. */
export function connect({ rpc, node }: EidProject): void {
  const chain = {
    rpc,
    chainId: Number(node.entry['chainId']),
    contract: String(node.entry['didContract']),
  }
  const signal = new AbortController().signal
  const payerKey = accountOf('alice').evm.privateKey
  connectSdk(sdk, rpc, async (payload) => {
    await sendDidRequest({ chain, payerKey, waitMs: 5_000, signal }, payload)
  })
}

export async function storeOf({ folder }: EidProject) {
  const store = await sdk.DIDStore.open(folder.join('store'))
  const root = await sdk.RootIdentity.createFromMnemonic(PHRASE, '', store, PASSWORD, true)
  return { store, root }
}
