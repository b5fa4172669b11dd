import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import type { Nodes } from '../src/chains.ts'
import { startService } from '../src/http.ts'
import { answer } from './people.ts'

const WALLET = 'https://wallet.example'

/** A node that answers each method with a fixed result until the test ends; its URL. */
async function startNode(t: TestContext, results: Record<string, unknown>): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { id, method } = JSON.parse(body)
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.closeAllConnections())
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The service until the test ends, as a function that asks it. */
async function serve(t: TestContext, nodes: Nodes) {
  const service = await startService({ nodes, port: 0, wallet: WALLET })
  t.after(() => service.stop())
  return (path: string, method = 'GET', body?: string) =>
    fetch(`http://127.0.0.1:${service.port}${path}`, { method, body })
}

test('answers with the heights of the chains it knows', async (t) => {
  const mainchain = await startNode(t, { getblockcount: 43 })
  const esc = await startNode(t, { eth_blockNumber: '0x7' })
  const ask = await serve(t, { mainchain, esc })
  assert.deepEqual(await (await ask('/')).json(), { mainchain: 42, esc: 7 })
})

test('answers also when a chain is down', async (t) => {
  // Nothing listens on port 1.
  const ask = await serve(t, { eid: 'http://127.0.0.1:1' })
  const response = await ask('/')
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { eid: null })
})

test('is healthy without any chain, and refuses what it does not know', async (t) => {
  const ask = await serve(t, {})
  assert.deepEqual(await (await ask('/health')).json(), { ok: true })
  assert.equal((await ask('/nope?really')).status, 404)
  assert.equal((await ask('//')).status, 404)
  assert.equal((await ask('/', 'POST')).status, 405)
  assert.match(await (await ask('/sign-in')).text(), /EID_RPC_URL/)
})

test('asks EID who somebody is, and nobody else', async (t) => {
  const eid = await startNode(t, { did_resolveDID: { status: 3 } })
  const ask = await serve(t, { eid })
  const { nonce, realm, wallet } = (await (await ask('/sign-in')).json()) as Record<string, string>
  assert.match(nonce ?? '', /^[0-9a-f]{32}$/)
  assert.match(realm ?? '', /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal(wallet, WALLET)
  const token = answer({ nonce: nonce ?? '', realm: realm ?? '' })
  const refused = await ask('/sign-in', 'POST', JSON.stringify({ token }))
  assert.equal(refused.status, 401)
  assert.match(await refused.text(), /did:elastos:iAlice is not published/)
})

test('stops listening when asked', async () => {
  const service = await startService({ nodes: {}, port: 0, wallet: WALLET })
  await service.stop()
  await assert.rejects(fetch(`http://127.0.0.1:${service.port}/health`))
})
