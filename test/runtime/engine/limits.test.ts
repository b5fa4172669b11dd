/** What ends a DApp that takes too much, and that it ends nobody else. */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { closedLoop } from '../../bench/http-load.ts'
import { root } from '../../support/ela.ts'
import { until } from '../../support/fails.ts'
import { level, startInstance, type TestInstance } from '../../support/instance.ts'

const test = suite('runtime/engine: limits')
const DAPP = readFileSync(path.join(root, 'test/fixtures/dapps/misbehaves.js'), 'utf8')
/** From the hang to the end: two seconds of silence, a round of the watchdog, and a busy machine. */
const KILLED_WITHIN_MS = 15_000
const MEMORY_MIB = 384
/** Longer than the watchdog waits for an answer; `test/long/` has half a minute of it. */
const LOAD_MS = 3_000

const start = (limits = {}) => startInstance({ modules: { 'main.js': DAPP }, limits })

/** Sends the request and waits for the end of the instance. */
async function provoke(instance: TestInstance, name: string) {
  const gone = new AbortController()
  void fetch(`${instance.url}/${name}`, { signal: gone.signal }).catch(() => undefined)
  const late = delay(KILLED_WITHIN_MS, undefined, { ref: false })
  const end = await Promise.race([instance.engine.ended, late])
  gone.abort()
  assert.ok(end !== undefined, `${name} still runs after ${KILLED_WITHIN_MS} ms`)
  return end
}

test('attack 43: turns that never end are ended, and others go on meanwhile', async () => {
  await using other = await start()
  const ends = ['loop', 'microtasks', 'regexp'].map(async (name) => {
    await using hanging = await start()
    return [name, await provoke(hanging, name)] as const
  })
  for (let count = 0; count < 20; count += 1) assert.is(await other.get('/'), '200 alive')
  for (const [name, { reason, detail }] of await Promise.all(ends)) {
    assert.is(reason, 'hung', `${name}: ${detail}`)
  }
  assert.is(await other.get('/'), '200 alive')
})

for (const name of ['heap', 'buffers', 'shared', 'strings', 'streams']) {
  test(`attack 44: memory without end is refused or ends the process: ${name}`, async () => {
    await using greedy = await start({ memoryMiB: MEMORY_MIB })
    let most = 0
    const look = setInterval(() => {
      most = Math.max(most, greedy.engine.usage()?.rssBytes ?? 0)
    }, 20)
    const asked = fetch(`${greedy.url}/${name}`).then(
      async (answer) => `${answer.status} ${await answer.text()}`,
      () => 'no answer',
    )
    const outcome = await asked
    clearInterval(look)
    assert.not.match(outcome, /made|\d{9}/, 'it got the memory')
    const bound = MEMORY_MIB * 1.2 + 100
    if (level === 'A') assert.ok(most < bound * 1024 * 1024, `${most} bytes at most`)
  })
}

test('attack 44: WebAssembly memory over the limit is refused, and the DApp lives on', async () => {
  await using greedy = await start({ memoryMiB: MEMORY_MIB })
  assert.match(await greedy.get('/memory'), /threw/)
  assert.is(await greedy.get('/'), '200 alive')
})

test('attack 47: connections that say nothing use up its own descriptors and nobody else’s', async () => {
  await using held = await start()
  await using other = await start()
  const sockets: Socket[] = []
  for (let count = 0; count < 400; count += 1) {
    const socket = connect({ port: held.engine.port, host: '127.0.0.1' })
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nx-slow: ')
    sockets.push(socket)
  }
  for (let count = 0; count < 20; count += 1) assert.is(await other.get('/'), '200 alive')
  for (const socket of sockets) socket.destroy()
  // As soon as they let go, it answers again; it was never killed for being busy.
  await until('an answer', () => held.get('/').then(Boolean, () => false))
  assert.ok(held.engine.usage() !== undefined)
})

test('attack 49: honest load is answered to the last request, and never ended', async () => {
  const echo = 'export default { async fetch(r) { return new Response(await r.text()) } }'
  await using busy = await startInstance({ modules: { 'main.js': echo } })
  const load = { port: busy.engine.port, line: 'POST /', body: 'x'.repeat(1024) }
  await closedLoop(load, { connections: 64, forMs: LOAD_MS })
  assert.ok(busy.engine.usage() !== undefined)
  assert.ok(await busy.engine.challenge())
})

test('work without end that still answers pings uses up its processor time', async () => {
  const busy = `export default { async fetch() {
    for (;;) {
      const until = Date.now() + 50
      await new Promise((resolve) => setTimeout(resolve, 1))
      for (let at = 0; at < 2e7; at += 1) Math.sqrt(at)
      if (until === 0) return new Response()
    }
  } }`
  await using miner = await startInstance({
    modules: { 'main.js': busy },
    limits: { cpuSecondsPerMinute: 1 },
  })
  const { reason } = await provoke(miner, 'mine')
  assert.is(reason, 'cpu')
})

test.run()
