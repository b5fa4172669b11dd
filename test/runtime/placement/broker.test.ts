import { createServer } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { closeServer, portOf } from '../../../src/base/loopback-server.ts'
import { Broker } from '../../../src/runtime/placement/broker.ts'
import { stopServices } from '../../../src/runtime/placement/brokers.ts'
import { placementText, servicesOf } from '../../../src/runtime/placement/named-providers.ts'
import {
  Away,
  type PlacementEvent,
  type Provider,
} from '../../../src/runtime/placement/provider.ts'
import { placementOf, rpcProvider } from '../../../src/runtime/placement/rpc-provider.ts'
import { fails, until } from '../../support/fails.ts'
import { fakeRpc } from '../../support/fake-rpc.ts'
import { testGateway } from '../../support/gateway.ts'

const test = suite('runtime/placement: broker')
const signal = new AbortController().signal
const once = { signal, isRepeatable: false }
const again = { signal, isRepeatable: true }

interface Fake extends Provider {
  health: 'well' | 'away' | 'lost'
  readonly seen: string[]
}

function fake(name: string, placement: Provider['placement']): Fake {
  const provider: Fake = {
    ...{ name, placement, health: 'well', seen: [] },
    start: async () => void provider.seen.push('start'),
    stop: async () => void provider.seen.push('stop'),
    check: async () => {
      provider.seen.push('check')
      if (provider.health === 'away') throw new Error('no answer')
    },
    call: async (method) => {
      provider.seen.push(method)
      if (provider.health === 'lost') throw new Away('cut off', true, undefined)
      return name
    },
  }
  return provider
}

function brokerOf(...providers: readonly Provider[]) {
  const events: PlacementEvent[] = []
  let time = 0
  const broker = new Broker({
    service: 'thumbnails',
    providers,
    onPlacement: (event) => events.push(event),
    now: () => time,
  })
  const answer = async (how = once) => (await broker.call('make', [], how)).value
  const wait = (ms: number) => {
    time += ms
  }
  return { broker, events, answer, wait }
}

test('the local one is started at the first call, once, and asked while it answers', async () => {
  const [local, distant] = [fake('here', 'local'), fake('far', 'distant')]
  const { answer, events, broker } = brokerOf(local, distant)
  assert.equal(local.seen, [])
  assert.equal(await Promise.all([answer(), answer()]), ['here', 'here'])
  assert.is(local.seen.filter((what) => what === 'start').length, 1)
  assert.equal(distant.seen, [])
  assert.equal(
    events.map(({ provider, placement, passedOver }) => [provider, placement, passedOver]),
    [['here', 'local', []]],
  )
  await broker.stop()
  assert.is(local.seen.at(-1), 'stop')
})

test('one that does not answer is passed over, and asked again after a rest', async () => {
  const [local, near, distant] = [
    fake('here', 'local'),
    fake('near', 'near'),
    fake('far', 'distant'),
  ]
  const { answer, events, wait } = brokerOf(local, near, distant)
  local.health = near.health = 'away'
  assert.is(await answer(), 'far')
  const checks = local.seen.length
  assert.is(await answer(), 'far')
  assert.is(local.seen.length, checks)
  local.health = 'well'
  wait(6_000)
  assert.is(await answer(), 'here')
  assert.equal(
    events.map(({ provider, passedOver }) => [provider, passedOver.map((one) => one.provider)]),
    [
      ['far', ['here', 'near']],
      ['here', []],
    ],
  )
})

test('one that was healthy long ago is looked at again before a call', async () => {
  const [local, distant] = [fake('here', 'local'), fake('far', 'distant')]
  const { answer, wait } = brokerOf(local, distant)
  await answer()
  local.health = 'away'
  assert.is(await answer(), 'here')
  wait(20_000)
  assert.is(await answer(), 'far')
})

test('a call that was cut off goes to the next only when it may be repeated', async () => {
  const [local, distant] = [fake('here', 'local'), fake('far', 'distant')]
  const { answer, wait } = brokerOf(local, distant)
  local.health = 'lost'
  await fails('capability/noProvider', () => answer(once))
  assert.equal(distant.seen, [])
  wait(6_000)
  assert.is(await answer(again), 'far')
})

test('those that rest are better than nobody, and nobody is told with all reasons', async () => {
  const local = fake('here', 'local')
  const { answer } = brokerOf(local)
  local.health = 'away'
  const { cause } = await fails('capability/noProvider', () => answer())
  assert.equal(cause, [{ provider: 'here', why: 'no answer' }])
  local.health = 'well'
  assert.is(await answer(), 'here')
})

test('what a service answers is its answer, an error too', async () => {
  await using first = await fakeRpc({})
  await using second = await fakeRpc({ make: () => 'second' })
  const providers = [
    rpcProvider({ name: 'a', url: first.url }),
    rpcProvider({ name: 'b', url: second.url }),
  ]
  const { answer } = brokerOf(...providers)
  await fails('rpc/refused', () => answer(again))
  assert.equal(second.calls, [])
})

test('a connection that breaks off counts as sent, one that never was does not', async () => {
  const broken = createServer((request) => request.socket.destroy())
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve))
  const awayOf = async (url: string) => {
    try {
      await rpcProvider({ name: 'x', url }).call('make', [], signal)
    } catch (error) {
      if (error instanceof Away) return error.wasSent
    }
    return undefined
  }
  assert.is(await awayOf(`http://127.0.0.1:${portOf(broken)}`), true)
  await closeServer(broken)
  assert.is(await awayOf(`http://127.0.0.1:${await freePort()}`), false)
})

test('where a URL leads is local, near or distant', () => {
  assert.equal(
    [
      ...['http://127.0.0.1:1', 'http://[::1]:1', 'http://localhost', 'http://192.168.1.5:20636'],
      ...['http://shelf.local', 'http://10.0.0.1', 'https://api.elastos.io', 'https://1.1.1.1'],
    ].map(placementOf),
    ['local', 'local', 'local', 'near', 'near', 'near', 'distant', 'distant'],
  )
})

test('who answers is told to people, and why nobody nearer does', () => {
  const passedOver = [{ provider: 'here', why: 'no answer' }]
  const event = 'service-placed'
  assert.is(
    placementText({ event, service: 'a', provider: 'b', placement: 'distant', passedOver }),
    '`a` is answered by b (distant). here was passed over: no answer',
  )
})

test('providers are asked nearest first, whatever the order they are named in', () => {
  const urls = ['https://a.example', 'http://10.0.0.9:1', 'http://127.0.0.1:2', 'http://[::1]:3']
  const { x = [] } = servicesOf({ x: { urls, start: [] } }, '/', () => undefined)
  assert.equal(
    x.map(({ name, placement }) => `${name} ${placement}`),
    ['127.0.0.1:2 local', '[::1]:3 local', '10.0.0.9:1 near', 'a.example distant'],
  )
})

test('a DApp calls a program of this machine by name: started, answered, failed over, ended', async () => {
  const port = await freePort()
  const program = `
    require('node:http').createServer((request, response) => {
      let body = ''
      request.on('data', (part) => (body += part))
      request.on('end', () => {
        const { id, method, params } = JSON.parse(body || '{}')
        if (method === 'die') process.exit(1)
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result: [process.pid, method, params] }))
      })
    }).listen(${port}, '127.0.0.1')
    process.stdin.resume().on('end', () => process.exit(0))`
  const url = `http://127.0.0.1:${port}`
  const urls = ['https://far.example', url]
  const setting = { urls, start: [process.execPath, '-e', program] }
  const [local] = servicesOf({ thumbnails: setting }, '/', () => undefined)['thumbnails'] ?? []
  assert.ok(local !== undefined && local.placement === 'local')
  await using backup = await fakeRpc({ make: () => 'far' })
  const far = rpcProvider({ name: 'far', url: backup.url, placement: 'distant' })
  const events: PlacementEvent[] = []
  const world = {
    services: { thumbnails: [local, far] },
    onPlacement: (event: PlacementEvent) => void events.push(event),
  }
  const gateway = await testGateway({ wishes: { services: { names: ['thumbnails'] } }, world })
  try {
    const call = (...args: readonly unknown[]) =>
      gateway.call('services/call', 'thumbnails', ...args)
    const first = (await call('make', [1])) as { value: [number, ...unknown[]]; placement: string }
    const [pid, ...echoed] = first.value
    assert.equal([echoed, first.placement], [['make', [1]], 'local'])
    assert.is(await call('die'), 'capability/noProvider')
    await until('the service is gone', () => !lives(pid))
    const second = (await call('make', [], { repeatable: true })) as { placement: string }
    assert.equal(second, { value: 'far', provider: 'far', placement: 'distant' } as never)
    assert.is(gateway.audit.at(-1)?.placement, 'distant')
    assert.equal(
      events.map(({ service, provider }) => [service, provider]),
      [
        ['thumbnails', 'thumbnails'],
        ['thumbnails', 'far'],
      ],
    )
    assert.is(await call('no such', []), 'capability/badArgument')
    assert.is(await gateway.call('services/call', 'other', 'make'), 'capability/notDeclared')
  } finally {
    await gateway[Symbol.asyncDispose]()
    await stopServices({ ...gateway.world, ...world })
  }
})

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await closeServer(server)
  return port
}

test.run()
