import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import type { Nodes } from '../src/chains.ts'
import { startService } from '../src/http.ts'

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
  const service = await startService(nodes, 0)
  t.after(() => service.stop())
  return (path: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${service.port}${path}`, { method })
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
  assert.equal((await ask('/nope')).status, 404)
  assert.equal((await ask('/', 'POST')).status, 405)
})

test('stops listening when asked', async () => {
  const service = await startService({}, 0)
  await service.stop()
  await assert.rejects(fetch(`http://127.0.0.1:${service.port}/health`))
})
