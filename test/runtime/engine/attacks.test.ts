/** What a hostile DApp tries inside the engine, and what it gets. */
import { createServer, type Server } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { portOf } from '../../../src/base/loopback-server.ts'
import { startInstance, type TestInstance } from '../../support/instance.ts'

const test = suite('runtime/engine: attacks')

/** Runs the body of a function that is named in the path, and answers what it gives or throws. */
const MAIN = `import * as sockets from 'cloudflare:sockets'
const V = VICTIM
const attempts = {
  fetchAll: async () => {
    const hosts = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']
    const answers = await Promise.allSettled(hosts.map((host) => fetch('http://' + host + ':' + V)))
    return answers.map(({ status, reason }) => status + ' ' + reason)
  },
  fetchPrivate: async () => {
    const hosts = ['169.254.169.254', '10.0.0.1', '192.168.0.1', '[fe80::1]', 'ela.gateway', 'example.com']
    const answers = await Promise.allSettled(hosts.map((host) => fetch('http://' + host + '/')))
    return answers.map(({ status, reason }) => status + ' ' + reason)
  },
  socket: async () => {
    const socket = sockets.connect({ hostname: '127.0.0.1', port: V })
    await socket.opened
    return 'OPEN'
  },
  webSocket: () => new Promise((resolve) => {
    const socket = new WebSocket('ws://127.0.0.1:' + V)
    socket.addEventListener('open', () => resolve('OPEN'))
    socket.addEventListener('error', () => resolve('error'))
    socket.addEventListener('close', () => resolve('closed'))
  }),
  upgrade: async () => {
    const answer = await fetch('http://127.0.0.1:' + V, { headers: { upgrade: 'websocket' } })
    return answer.status
  },
  schemes: async () => {
    const urls = ['file:///etc/passwd', 'http+unix://%2frun%2fgw.sock/', 'ftp://127.0.0.1/', 'unix:/run/gw.sock']
    const answers = await Promise.allSettled(urls.map((url) => fetch(url)))
    return answers.map(({ status }) => status)
  },
  imports: async () => {
    const names = ['data:text/javascript,export default 1', 'http://127.0.0.1:' + V + '/a.js', '/etc/passwd',
      'file:///etc/passwd', 'node:fs', 'node:child_process', 'node:net', 'node:vm', 'node:inspector',
      'node:worker_threads', 'node:cluster', 'workerd:unsafe', 'cloudflare-internal:sockets']
    const answers = await Promise.allSettled(names.map((name) => import(name)))
    return answers.map(({ status }, at) => names[at].slice(0, 30) + ' ' + status).filter((line) => !line.endsWith('rejected'))
  },
  evals: async () => {
    const tries = [() => eval('1'), () => new Function('return 1')(), () => (() => {}).constructor('return 1')(),
      () => (async () => {}).constructor('return 1')(), () => setTimeout('globalThis.hit = 1', 0),
      () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      () => Reflect.construct(Function, ['return 1'])()]
    return tries.map((one) => { try { one(); return 'DID' } catch (error) { return error.name } })
  },
  compile: () => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
  wait: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10),
  clock: () => {
    const seen = new Set()
    for (let at = 0; at < 200000; at += 1) { seen.add(performance.now() % 1); seen.add(Date.now() % 1) }
    return [...seen].filter((part) => part !== 0).length
  },
  globals: () => ['process', 'require', 'Buffer', 'Worker', 'SharedWorker', 'Deno', 'Bun', 'importScripts']
    .filter((name) => name in globalThis),
  escape: async (env) => {
    const tries = [() => new env.ELA.constructor(), () => env.ELA.ctx, () => env.ELA.env, () => env.ELA.__proto__.fetch('http://a/')]
    const answers = await Promise.allSettled(tries.map(async (one) => one()))
    return answers.map(({ status, value }) => status + ' ' + typeof value)
  },
  token: async (env) => {
    const text = await env.ELA.call('whoami')
    return [text, Object.keys(env), JSON.stringify(env)].join(' ')
  },
  pollute: async (env) => {
    Headers.prototype.get = () => 'evil'; Object.prototype.method = 'DELETE'; Array.prototype.map = () => []
    JSON.parse = () => ({}); Promise.prototype.then2 = 1; Request.prototype.text = () => 'evil'
    return env.ELA.call('polluted')
  },
}
export default {
  async fetch(request, env) {
    const name = new URL(request.url).pathname.slice(1)
    try {
      return Response.json((await attempts[name](env)) ?? null)
    } catch (error) {
      return Response.json({ threw: String(error) })
    }
  },
}`

let victim: Server
let instance: TestInstance
let hits = 0

const ask = async (name: string): Promise<unknown> => {
  const answer = await fetch(`${instance.url}/${name}`)
  return answer.json()
}

test.before(async () => {
  victim = createServer((socket) => {
    hits += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => victim.listen(0, '127.0.0.1', resolve))
  const main = MAIN.replace('VICTIM', String(portOf(victim)))
  instance = await startInstance({ modules: { 'main.js': main } })
})

test.after(async () => {
  assert.is(hits, 0, 'the victim was reached')
  await instance[Symbol.asyncDispose]()
  await new Promise((resolve) => victim.close(resolve))
})

const DENIED = 'rejected TypeError: network access is not available to DApps: use env.ELA'

test('a fetch to this machine is refused, however its address is written', async () => {
  const answers = (await ask('fetchAll')) as readonly string[]
  assert.equal(new Set(answers), new Set([DENIED]))
  assert.is(hits, 0)
})

test('a fetch to private networks, public hosts and the gateway is refused', async () => {
  const answers = (await ask('fetchPrivate')) as readonly string[]
  assert.equal(new Set(answers), new Set([DENIED]))
})

test('sockets, WebSockets and upgrades lead nowhere', async () => {
  assert.match(JSON.stringify(await ask('socket')), /threw/)
  assert.not.equal(await ask('webSocket'), 'OPEN')
  assert.match(JSON.stringify(await ask('upgrade')), /threw/)
  assert.is(hits, 0)
  assert.equal(instance.calls, [])
})

test('other schemes are refused', async () => {
  assert.equal(await ask('schemes'), ['rejected', 'rejected', 'rejected', 'rejected'])
})

test('only its own modules can be imported', async () => {
  assert.equal(await ask('imports'), [])
})

test('no text becomes code, and no bytes become WebAssembly', async () => {
  const answers = (await ask('evals')) as readonly string[]
  assert.not(answers.includes('DID'), answers.join(' '))
  assert.match(JSON.stringify(await ask('compile')), /threw/)
})

test('it cannot wait in shared memory, and its clocks tick in whole milliseconds', async () => {
  assert.match(JSON.stringify(await ask('wait')), /threw/)
  assert.is(await ask('clock'), 0)
})

test('there is no process, no require and no thread', async () => {
  assert.equal(await ask('globals'), [])
})

test('the shim gives away neither its class nor its context', async () => {
  const answers = (await ask('escape')) as readonly string[]
  assert.is(answers[0], 'rejected undefined')
  assert.match(JSON.stringify(await ask('token')), /from the gateway/)
  assert.not.match(JSON.stringify(await ask('token')), /5f5f/)
})

test('prototypes that a DApp changes are not those of the shim', async () => {
  const before = instance.calls.length
  await fetch(`${instance.url}/pollute`).then((answer) => answer.text())
  assert.match(instance.calls[before] ?? '', /^POST http:\/\/ela\.gateway\/v1\/polluted 5f/)
})

test.run()
