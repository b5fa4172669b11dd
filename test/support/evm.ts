/** Talking to an EVM node in tests: whole replies, and signed transactions of the devnet's accounts. */
import { createServer } from 'node:net'
import { toHex } from '../../src/base/bytes-text.ts'
import { portOf } from '../../src/base/loopback-server.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import {
  type LegacyTransaction,
  signLegacyTransaction,
} from '../../src/protocol/evm/legacy-transaction.ts'

export interface Reply {
  readonly jsonrpc?: unknown
  readonly id?: unknown
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly result?: any
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** Posts a body as it is and reads the answer as JSON. */
export async function post(url: string, body: string): Promise<Reply> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body })
  const text = await response.text()
  return text === '' ? {} : (JSON.parse(text) as Reply)
}

export function ask(url: string, method: string, params: unknown = []): Promise<Reply> {
  return post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
}

/** The result, or the thrown message of the error. */
export async function get(
  url: string,
  method: string,
  params: unknown = [],
): Promise<Reply['result']> {
  const { result, error } = await ask(url, method, params)
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result
}

/** A signed transfer (or call, or creation) of the devnet account number `from`. */
export function signed(
  nonce: number,
  given: Partial<LegacyTransaction> & { readonly from?: number } = {},
): { readonly raw: string; readonly hash: string } {
  const { from = 0, ...fields } = given
  const account = devnetAccounts()[from]
  if (account === undefined) throw new Error(`there is no account ${from}`)
  const { raw, hash } = signLegacyTransaction(
    {
      nonce: BigInt(nonce),
      gasPrice: 1_000_000_000n,
      gasLimit: 21_000n,
      to: `0x${'35'.repeat(20)}`,
      value: 1n,
      data: new Uint8Array(),
      chainId: 21n,
      ...fields,
    },
    account.evm.privateKey,
  )
  return { raw: `0x${toHex(raw)}`, hash }
}

/** Address of the devnet account number `at`, lower case. */
export function addressOf(at: number): string {
  return devnetAccounts()[at]?.evm.address.toLowerCase() ?? ''
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}
