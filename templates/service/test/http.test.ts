import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { type Service, startService } from '../src/http.ts'

/** A node that answers each method with a fixed result, and its URL. */
async function startNode(
  results: Record<string, unknown>,
): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { id, method } = JSON.parse(body)
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const get = (service: Service, path: string) => fetch(`http://127.0.0.1:${service.port}${path}`)

test('answers with the heights of the chains it knows', async () => {
  const main = await startNode({ getblockcount: 43 })
  const esc = await startNode({ eth_blockNumber: '0x7' })
  const service = await startService({ mainchain: main.url, esc: esc.url }, 0)
  assert.deepEqual(await (await get(service, '/')).json(), { mainchain: 42, esc: 7 })
  await service.stop()
  main.server.close()
  esc.server.close()
})

test('answers also when a chain is down', async () => {
  const gone = await startNode({})
  await new Promise((resolve) => gone.server.close(resolve))
  const service = await startService({ eid: gone.url }, 0)
  const response = await get(service, '/')
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { eid: null })
  await service.stop()
})

test('is healthy without any chain, and refuses what it does not know', async () => {
  const service = await startService({}, 0)
  assert.deepEqual(await (await get(service, '/health')).json(), { ok: true })
  assert.equal((await get(service, '/nope')).status, 404)
  const posted = await fetch(`http://127.0.0.1:${service.port}/`, { method: 'POST' })
  assert.equal(posted.status, 405)
  await service.stop()
})

test('stops listening when asked', async () => {
  const service = await startService({}, 0)
  await service.stop()
  await assert.rejects(get(service, '/health'))
})
