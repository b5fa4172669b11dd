import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket } from 'ws'
import { esc } from '../../../src/nodes/esc/kind.ts'
import { get, type Reply, signed } from '../../support/evm.ts'
import { until } from '../../support/fails.ts'
import { startNode, type TestNode } from '../../support/node.ts'
import { rawRequest } from '../../support/raw-http.ts'

const test = suite<{ node: TestNode; url: string; port: number; ws: string; wsPort: number }>(
  'doors of ESC',
)

test.before(async (context) => {
  context.node = await startNode(esc)
  context.url = String(context.node.entry['rpc'])
  context.ws = String(context.node.entry['ws'])
  context.port = context.node.ports['rpc'] ?? 0
  context.wsPort = context.node.ports['ws'] ?? 0
})
test.after(async ({ node }) => {
  await node[Symbol.asyncDispose]()
})

const BODY = '{"id":1,"method":"eth_chainId"}'
const request = (headers: readonly string[], method = 'POST', body = BODY) =>
  [
    `${method} / HTTP/1.1`,
    ...headers,
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
const JSON_TYPE = 'Content-Type: application/json'

test('refuses foreign pages on the HTTP port', async ({ port }) => {
  const foreign = [
    ['Host: evil.example'],
    [`Host: 127.0.0.1:${port}`, 'Origin: https://evil.example'],
    [`Host: 127.0.0.1:${port}`, 'Origin: null'],
  ]
  for (const headers of foreign) {
    assert.is((await rawRequest(port, request([...headers, JSON_TYPE]))).status, 403)
    assert.is((await rawRequest(port, request(headers, 'OPTIONS', ''))).status, 403)
  }
})

test('lets local pages in, and says so to the browser', async ({ port }) => {
  const local = [`Host: 127.0.0.1:${port}`, 'Origin: http://localhost:3000']
  const answer = await rawRequest(port, request([...local, JSON_TYPE]))
  assert.is(answer.status, 200)
  assert.match(answer.head, /access-control-allow-origin: http:\/\/localhost:3000/i)
  const preflight = await rawRequest(port, request(local, 'OPTIONS', ''))
  assert.is(preflight.status, 204)
  assert.match(preflight.head, /access-control-allow-methods: POST, GET/i)
})

test('has the HTTP manners of the real node', async ({ port }) => {
  const host = `Host: 127.0.0.1:${port}`
  assert.is((await rawRequest(port, request([host, 'Content-Type: text/plain']))).status, 415)
  assert.is((await rawRequest(port, request([host, JSON_TYPE], 'PUT'))).status, 405)
  assert.is((await rawRequest(port, request([host], 'GET', ''))).status, 200)
  const long = `POST / HTTP/1.1\r\n${host}\r\n${JSON_TYPE}\r\nContent-Length: 5242881\r\n\r\n`
  const tooLong = await rawRequest(port, long)
  assert.is(tooLong.status, 413)
  assert.match(tooLong.body, /content length too large \(5242881>5242880\)/)
})

test('refuses foreign pages on the WebSocket port', async ({ wsPort, ws }) => {
  const upgrade = (headers: readonly string[]) =>
    [
      'GET / HTTP/1.1',
      ...headers,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n')
  const here = `Host: 127.0.0.1:${wsPort}`
  assert.is((await rawRequest(wsPort, upgrade(['Host: evil.example']))).status, 403)
  assert.is((await rawRequest(wsPort, upgrade([here, 'Origin: http://evil.example']))).status, 403)
  const socket = await open(ws, { origin: 'http://localhost:5173' })
  socket.terminate()
  assert.is((await rawRequest(wsPort, request([here], 'GET', ''))).status, 426)
})

test('announces blocks, logs and transactions to subscribers, shaped like the real node', async ({
  ws,
  url,
}) => {
  const socket = await open(ws)
  const messages: (Reply & {
    method?: string
    params?: { subscription: string; result: unknown }
  })[] = []
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())))
  const call = async (id: number, method: string, params: unknown) => {
    socket.send(JSON.stringify({ id, method, params }))
    return until(`answer ${id}`, () => messages.find((message) => message.id === id))
  }
  const heads = (await call(1, 'eth_subscribe', ['newHeads'])).result
  const hashes = (await call(2, 'eth_subscribe', ['newPendingTransactions'])).result
  const logs = (await call(3, 'eth_subscribe', ['logs', {}])).result
  const unknown = await call(4, 'eth_subscribe', ['weather'])
  assert.equal(unknown.error, {
    code: -32601,
    message: 'no "weather" subscription in eth namespace',
  })

  // Emits one log while it is created.
  const data = Uint8Array.of(0x60, 0x07, 0x60, 0x20, 0x60, 0x00, 0xa1, 0x00)
  const { raw, hash } = signed(0, { to: undefined, value: 0n, gasLimit: 200_000n, data })
  await get(url, 'eth_sendRawTransaction', [raw])
  const told = (subscription: unknown) =>
    until('a notification', () =>
      messages.find(({ params }) => params?.subscription === subscription),
    )
  const head = (await told(heads)).params?.result as Record<string, unknown>
  assert.is(
    Object.keys(head).join(' '),
    'difficulty extraData gasLimit gasUsed hash logsBloom miner mixHash nonce number parentHash receiptsRoot sha3Uncles stateRoot timestamp transactionsRoot',
  )
  assert.is((await told(hashes)).params?.result, hash)
  const log = (await told(logs)).params?.result as Record<string, unknown>
  assert.is(log['transactionHash'], hash)
  assert.not('blockTimestamp' in log)

  assert.is((await call(5, 'eth_unsubscribe', [heads])).result, true)
  assert.is((await call(6, 'eth_unsubscribe', [heads])).error?.message, 'subscription not found')
  const before = messages.filter(({ params }) => params?.subscription === heads).length
  await get(url, 'evm_mine')
  await call(7, 'eth_blockNumber', [])
  assert.is(messages.filter(({ params }) => params?.subscription === heads).length, before)
  socket.terminate()
})

function open(url: string, options = {}): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options)
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

test.run()
