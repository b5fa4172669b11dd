/** DApps on a Java virtual machine in the jail, with one that tries to get out of it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { closeServer } from '../../../src/base/loopback-server.ts'
import type { Engine } from '../../../src/runtime/engine/engine.ts'
import { startJvm } from '../../../src/runtime/jvm/start-jvm.ts'
import { root } from '../../support/ela.ts'
import { fails, until } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { level, limits } from '../../support/instance.ts'

const test = suite('runtime/jvm')
const hasJdk = spawnSync('javac', ['-version']).status === 0
const isReady = hasJdk && level === 'A'

const folder = temporaryFolder()
const identity = {
  ...{ app: 'did:elastos:test', publisher: 'did:elastos:publisher', name: 'test' },
  ...{ version: '1.0.0', seq: 1, bundleId: undefined },
}
const gateway = { socket: folder.join('gw.sock'), token: '7a'.repeat(32) }
const asked: string[] = []
const gatewayServer = createServer((request, response) => {
  asked.push(`${request.method} ${request.url} ${request.headers['x-ela-token']}`)
  request.resume()
  response.end('{"value":"kept"}')
})
let hits = 0
const victim = createServer((_request, response) => {
  hits += 1
  response.end('secret')
})
const lines: string[] = []
let jar: string

function start(more: Partial<Parameters<typeof startJvm>[0]> = {}): Promise<Engine> {
  return startJvm(
    {
      ...{ identity, limits: { ...limits, memoryMiB: 256 }, jar, main: 'Hostile', release: 17 },
      ...{ level, gateway, port: 0, label: 'test', headers: { 'x-a': 'set', 'x-b': undefined } },
      ...more,
    },
    (line) => lines.push(line),
  )
}

async function get(engine: Engine, target: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${engine.port}/${target}`)
  return answer.text()
}

test.before(async () => {
  if (!isReady) return
  const source = path.join(root, 'test/fixtures/java/Hostile.java')
  execFileSync('javac', ['--release', '17', '-d', folder.join('classes'), source])
  jar = folder.join('app.jar')
  execFileSync('jar', ['--create', '--file', jar, '-C', folder.join('classes'), '.'])
  await new Promise<void>((resolve) => gatewayServer.listen(gateway.socket, resolve))
  await new Promise<void>((resolve) => victim.listen(0, '127.0.0.1', resolve))
})

test.after(async () => {
  if (isReady) await Promise.all([closeServer(gatewayServer), closeServer(victim)])
  folder[Symbol.dispose]()
})

if (!isReady) {
  test.skip('needs a JDK and level A', () => undefined)
} else {
  test('answers, calls the gateway, and proves that it is alive', async () => {
    const engine = await start()
    try {
      assert.match(await get(engine, 'hello'), /^got hello \d+/)
      const { headers } = await fetch(`http://127.0.0.1:${engine.port}/hello`)
      assert.is(headers.get('x-a'), 'set')
      assert.is(await get(engine, 'call?at=["storage","getText",["k"]]'), '+"kept"')
      assert.equal(asked, [`POST /v1/storage/getText ${gateway.token}`])
      assert.match(await get(engine, 'call?at=["storage","../x",[]]'), '-capability/badArgument')
      assert.ok(await engine.challenge('ab'.repeat(32)))
      assert.ok((engine.usage()?.rssBytes ?? 0) > 10_000_000)
      const foreign = await fetch(`http://127.0.0.1:${engine.port}/hello`, {
        headers: { origin: 'http://evil.example' },
      })
      assert.is(foreign.status, 403)
    } finally {
      engine.kill('the test is over')
    }
    assert.equal(await engine.ended, { reason: 'killed', detail: 'the test is over' })
    assert.not(await engine.challenge())
  })

  test('reaches no process, network, socket or file of the machine', async () => {
    const engine = await start()
    const { port } = victim.address() as { port: number }
    try {
      for (const target of [
        ...['exec?at=/bin/sh', 'exec?at=/workerd', `connect?at=${port}`, 'listen', 'lookup?at=a.b'],
        ...[`datagram?at=${port}`, `unix?at=${gateway.socket}`, 'unix?at=/run/gw.sock'],
        ...[
          'unixListen?at=/x',
          'read?at=/etc/passwd',
          'read?at=/proc/self/environ',
          'read?at=/proc/1/maps',
        ],
        ...[
          'read?at=/dev/mem',
          'write?at=/x',
          'write?at=/d/app.jar',
          'write?at=/tmp/x',
          'load?at=/tmp/x.so',
        ],
        'list?at=/proc',
      ]) {
        assert.match(await get(engine, target), /^refused /, target)
      }
      assert.match(await get(engine, 'environment'), /^got \[(LD_LIBRARY_PATH|PWD|, )+\]$/)
      assert.not.match(await get(engine, 'list?at=/'), /proc|home|root|tmp/)
      assert.is(hits, 0)
    } finally {
      engine.kill('over')
      await engine.ended
    }
  })

  test('ends when it takes all memory, and when it says what is no frame', async () => {
    const greedy = await start()
    await get(greedy, 'memory').catch(() => undefined)
    assert.is((await greedy.ended).reason, 'crashed')
    const babbling = await start()
    await get(babbling, 'nonsense').catch(() => undefined)
    const { detail } = await babbling.ended
    assert.match(detail, 'it said')
    await until('its port is closed', () =>
      fetch(`http://127.0.0.1:${babbling.port}/`).then(
        () => false,
        () => true,
      ),
    )
  })
}

test('runs behind the walls of level A or not at all', async () => {
  jar ??= folder.join('none.jar')
  await fails('runtime/javaNeedsWalls', () => start({ level: 'C' }))
  if (isReady) await fails('runtime/oldJava', () => start({ release: 99 }))
})

test('says why it does not start', async () => {
  if (isReady) await fails('runtime/engineNotStarted', () => start({ main: 'Nobody' }))
})

test.run()
