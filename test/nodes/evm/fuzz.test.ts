import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket } from 'ws'
import { esc } from '../../../src/nodes/esc/kind.ts'
import { ask, post, signed } from '../../support/evm.ts'
import { until } from '../../support/fails.ts'
import { startNode, type TestNode } from '../../support/node.ts'

const test = suite<{ node: TestNode; url: string }>('bad input to ESC')

test.before(async (context) => {
  context.node = await startNode(esc)
  context.url = String(context.node.entry['rpc'])
})
test.after(async ({ node }) => {
  await node[Symbol.asyncDispose]()
})

async function lives(url: string): Promise<void> {
  assert.is((await ask(url, 'eth_chainId')).result, '0x15')
}

const methods = [
  'eth_sendRawTransaction',
  'eth_sendTransaction',
  'eth_call',
  'eth_estimateGas',
  'eth_getBlockByNumber',
  'eth_getTransactionReceipt',
  'eth_getLogs',
  'eth_getHeaderByHash',
  'eth_getTransactionFeeDetails',
  'eth_newFilter',
  'evm_revert',
  'anvil_setBalance',
  'anvil_setAutomine_',
  'txpool_content',
]

test('answers requests of every shape with an answer', async ({ url }) => {
  const request = fc.record(
    {
      jsonrpc: fc.oneof(fc.constant('2.0'), fc.jsonValue()),
      id: fc.oneof(fc.nat(), fc.jsonValue()),
      method: fc.oneof(fc.constantFrom(...methods), fc.jsonValue()),
      params: fc.oneof(fc.array(fc.jsonValue(), { maxLength: 4 }), fc.jsonValue()),
    },
    { requiredKeys: ['method'] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(request, fc.array(request, { maxLength: 5 })), async (message) => {
      const reply = (await post(url, JSON.stringify(message))) as unknown
      for (const one of Array.isArray(reply) ? reply : [reply]) {
        const keys = Object.keys(one).join(' ')
        assert.ok(['', 'jsonrpc id result', 'jsonrpc id error'].includes(keys), keys)
      }
    }),
    { numRuns: 300 },
  )
  await lives(url)
})

test('answers bytes that are no JSON', async ({ url }) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300, minLength: 1 }), async (body) => {
      const reply = await post(url, body)
      assert.ok(reply.error !== undefined || reply.id !== undefined)
    }),
    { numRuns: 100 },
  )
  await lives(url)
})

test('survives depth, width and length', async ({ url }) => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  assert.ok((await post(url, `{"id":1,"method":"eth_call","params":${deep}}`)).error)
  assert.ok((await post(url, deep)) !== undefined)
  const long = 'f'.repeat(5_000_000)
  assert.ok((await ask(url, 'eth_sendRawTransaction', [`0xf9${long.slice(0, -2)}`])).error)
  assert.ok((await ask(url, 'x'.repeat(4_000_000))).error)
  const objects = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, at]))
  assert.ok((await ask(url, 'eth_call', [objects])).error ?? 'result')
  const nested = Array.from({ length: 1_000 }, () => [[{ id: 1, method: 'eth_chainId' }]])
  const replies = (await post(url, JSON.stringify(nested))) as unknown as { error: unknown }[]
  assert.is(replies.filter(({ error }) => error).length, 1_000)
  await lives(url)
})

test('refuses damaged transactions without harm', async ({ url }) => {
  const { raw } = signed(0)
  await fc.assert(
    fc.asyncProperty(fc.nat(raw.length - 3), fc.nat(14), async (at, by) => {
      const digit = (Number.parseInt(raw.charAt(at + 2), 16) + 1 + by) % 16
      const damaged = raw.slice(0, at + 2) + digit.toString(16) + raw.slice(at + 3)
      await ask(url, 'eth_sendRawTransaction', [damaged])
      const short = raw.slice(0, at + 2)
      const reply = await ask(url, 'eth_sendRawTransaction', [short])
      assert.ok(reply.error)
    }),
    { numRuns: 100 },
  )
  await lives(url)
})

test('cuts off a WebSocket client that sends too much, and serves the others', async ({
  node,
  url,
}) => {
  const socket = new WebSocket(String(node.entry['ws']))
  await new Promise((resolve) => socket.once('open', resolve))
  let answers = 0
  socket.on('message', () => {
    answers += 1
  })
  for (const text of ['{', '[]', '7', '{"id":1,"method":"eth_subscribe","params":{}}']) {
    socket.send(text)
  }
  await until('four answers', () => answers === 4)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  socket.send('x'.repeat(6 * 1024 * 1024))
  await closed
  await lives(url)
})

test.run()
