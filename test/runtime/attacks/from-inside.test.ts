/** What a DApp tries that looks for a way out of the engine by the means that JavaScript has. */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { portOf } from '../../../src/base/loopback-server.ts'
import { ENGINE_VERSION } from '../../../src/runtime/engine/pinned.ts'
import { root } from '../../support/ela.ts'
import { startInstance, type TestInstance } from '../../support/instance.ts'

const test = suite('attacks from inside')
const DAPP = readFileSync(path.join(root, 'test/fixtures/dapps/reaches-out.js'), 'utf8')

let instance: TestInstance
let port: number
let hits = 0
const victim = createServer((socket) => {
  hits += 1
  socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret')
})
const datagrams = createSocket('udp4', () => {
  hits += 1
})

test.before(async () => {
  await new Promise<void>((resolve) => victim.listen(0, '::', resolve))
  port = portOf(victim)
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', resolve))
  instance = await startInstance({ modules: { 'main.js': DAPP } })
})

test.after(async () => {
  await instance[Symbol.asyncDispose]()
  await new Promise((resolve) => victim.close(resolve))
  await new Promise<void>((resolve) => datagrams.close(() => resolve()))
})

async function attempt(how: string, at: string): Promise<{ got?: string; refused?: string }> {
  const answer = await fetch(`${instance.url}/${how}?at=${encodeURIComponent(at)}`)
  assert.is(answer.status, 200, `${how} ${at}`)
  return (await answer.json()) as { got?: string; refused?: string }
}

async function isRefused(how: string, at: string, why?: RegExp): Promise<void> {
  const { got, refused } = await attempt(how, at)
  assert.is(got, undefined, `${how} ${at} got ${got}`)
  if (why !== undefined) assert.match(refused ?? '', why)
  assert.is(hits, 0, `${how} ${at} reached the victim`)
}

const NO_NETWORK = /network access is not available/

test('attack 1: asking this machine, by every spelling of its name', async () => {
  for (const host of [
    ...['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '2130706433', '0x7f.1', '0177.0.0.1'],
    ...['[::ffff:127.0.0.1]', '[::]', 'LOCALHOST', 'localhost.', '127.1'],
  ]) {
    for (const how of ['fetch', 'post']) await isRefused(how, `http://${host}:${port}/`, NO_NETWORK)
  }
})

test('attack 2: asking private networks and the addresses of clouds', async () => {
  for (const host of ['169.254.169.254', '10.0.0.1', '192.168.1.1', '172.16.0.1', '[fe80::1]']) {
    await isRefused('fetch', `http://${host}/latest/meta-data/`, NO_NETWORK)
  }
})

test('attack 3: asking public hosts that were never declared', async () => {
  for (const url of ['https://example.com/', 'http://example.com/', 'https://93.184.216.34/']) {
    await isRefused('fetch', url, NO_NETWORK)
  }
  await isRefused('cache', `http://127.0.0.1:${port}/`)
  // The name of the gateway is only the runtime's to call.
  await isRefused('fetch', 'http://ela.gateway/v1/storage/get', NO_NETWORK)
  assert.equal(instance.calls, [])
})

test('attack 4: opening sockets', async () => {
  await isRefused('connect', `127.0.0.1:${port}`)
  await isRefused('connect', 'ela.gateway:80')
  await isRefused('import', 'node:net')
  await isRefused('import', 'node:tls')
})

test('attack 5: datagrams and names', async () => {
  await isRefused('import', 'node:dgram')
  await isRefused('import', 'node:dns')
})

test('attack 6: sockets of the web', async () => {
  await isRefused('upgrade', `http://127.0.0.1:${port}/`, NO_NETWORK)
  await isRefused('socket', `ws://127.0.0.1:${port}/`)
  await isRefused('events', `http://127.0.0.1:${port}/`)
})

test('attack 7: other schemes, and code from elsewhere', async () => {
  for (const url of ['file:///etc/passwd', 'http+unix://%2Frun%2Fgw.sock/', 'unix:/run/gw.sock']) {
    await isRefused('fetch', url)
  }
  for (const name of [
    ...['data:text/javascript,export default 1', `http://127.0.0.1:${port}/a.js`],
    ...['file:///etc/passwd', '/etc/passwd', '/d/config.capnp', '../c.capnp'],
  ]) {
    await isRefused('import', name)
  }
})

test('attack 16: reading files', async () => {
  for (const file of ['/etc/passwd', '/proc/self/environ', '/', '/d', '/run/gw.sock']) {
    await isRefused('read', file)
  }
})

test('attack 56: a DApp has these globals, and new ones are noticed', async () => {
  const { got } = await attempt('globals', '')
  const names = JSON.parse(got ?? '[]') as string[]
  // Read off this version of the engine; another one is looked at before it gets a list.
  const list = `test/vectors/runtime/globals-${ENGINE_VERSION}.txt`
  const known = readFileSync(path.join(root, list), 'utf8')
  assert.is(`${names.join('\n')}\n`, known)
})

test.run()
