import { lstatSync } from 'node:fs'
import { request as openRequest } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clock } from '../../../src/runtime/capabilities/clock.ts'
import { CallError } from '../../../src/runtime/capabilities/errors.ts'
import type { Capability } from '../../../src/runtime/capabilities/kind.ts'
import { log } from '../../../src/runtime/capabilities/log.ts'
import { auditLine } from '../../../src/runtime/gateway/audit.ts'
import { fails, until } from '../../support/fails.ts'
import { encode, type TestGateway, TOKEN, testGateway } from '../../support/gateway.ts'

const test = suite('runtime/gateway: open-gateway')
const NOW = 'http://ela.gateway/v1/clock/now'
const good = { path: NOW, headers: { host: 'ela.gateway', 'x-ela-token': TOKEN } }

/** `log` with methods that do what tests need. */
function probe(answer: () => Promise<unknown>): Readonly<Record<string, Capability>> {
  const answers = { debug: answer, info: answer, warn: answer, error: answer }
  return { clock, log: { ...log, open: () => ({ answers, async close() {} }) } }
}

test('a call with token, path and grant is answered, and the socket is for its owner alone', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} }, world: { now: () => 1_234.5 } })
  assert.is(await gateway.call('clock/now'), 1_234)
  assert.is(lstatSync(gateway.socket).mode & 0o777, 0o600)
})

test('checks come in the order of the specification: what is wrong first is told first', async () => {
  await using gateway = await testGateway({
    wishes: { clock: {} },
    granted: new Set(),
    limits: { requestsPerSecond: 0 },
  })
  const foreign = 'http://evil.example/v1/clock/none'
  const long = 'x'.repeat(2_000)
  const host = { host: 'ela.gateway' }
  const own = { ...host, 'x-ela-token': TOKEN }
  const steps = [
    // Everything is wrong; then one thing less with each line.
    [{ path: foreign, headers: host }, long, 'capability/noToken'],
    [{ path: foreign, headers: own }, long, 'capability/notTheGateway'],
    [{ path: `${NOW}s`, headers: own }, long, 'capability/unknownPath'],
    [{ path: NOW, headers: own, method: 'PUT' }, long, 'capability/wrongVerb'],
    [{ path: NOW, headers: own }, long, 'capability/tooLong'],
    [{ path: NOW, headers: own }, 'x', 'capability/notGranted'],
  ] as const
  for (const [options, body, code] of steps) {
    assert.is((await gateway.raw(options, body)).code, code)
  }
  await using granted = await testGateway({
    wishes: { clock: {} },
    limits: { requestsPerSecond: 0 },
  })
  assert.is((await granted.raw(good, 'x')).code, 'capability/tooFast')
  await using quick = await testGateway({ wishes: { clock: {} } })
  assert.is((await quick.raw(good, 'x')).code, 'capability/badBody')
  await quick.gateway.close()
  await quick.raw({ path: foreign, headers: host }, long).then(
    () => assert.unreachable('the socket is gone'),
    () => undefined,
  )
})

test('attack 31: no token, a wrong one and one of another length are refused with 401', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const wrong = [undefined, '', TOKEN.slice(1), `${TOKEN}0`, `b${TOKEN.slice(1)}`, 'é'.repeat(32)]
  for (const token of wrong) {
    const headers = {
      host: 'ela.gateway',
      ...(token === undefined ? {} : { 'x-ela-token': Buffer.from(token).toString('latin1') }),
    }
    const { status, code } = await gateway.raw({ path: NOW, headers }, '[]')
    assert.equal([status, code], [401, 'capability/noToken'])
  }
  const twice = { path: NOW, headers: { host: 'ela.gateway', 'X-Ela-Token': [TOKEN, TOKEN] } }
  assert.is((await gateway.raw(twice, '[]')).status, 401)
})

test('attack 32: a token of one instance is nothing at the socket of another, nor after its end', async () => {
  const first = await testGateway({ wishes: { clock: {} } })
  await using second = await testGateway({ wishes: { clock: {} } })
  const headers = { host: 'ela.gateway', 'x-ela-token': 'b8'.repeat(32) }
  assert.is((await second.raw({ path: NOW, headers }, '[]')).status, 401)
  await first.gateway.close()
  await first.raw(good, '[]').then(
    () => assert.unreachable('the socket is gone'),
    (error: NodeJS.ErrnoException) => assert.is(error.code, 'ENOENT'),
  )
  first.folder[Symbol.dispose]()
})

test('attack 32: from the moment an instance is ended its token is refused, before anything else', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  assert.is((await gateway.raw(good, '[]')).status, 200)
  gateway.gateway.end()
  for (const options of [good, { ...good, path: '/nothing', method: 'PUT' }]) {
    const { status, code } = await gateway.raw(options, '[]')
    assert.equal([status, code], [401, 'capability/notAlive'])
  }
})

test('the end of an instance cuts off the calls that are under way', async () => {
  const gateway = await testGateway({ wishes: { clock: {} } })
  const waiting = gateway.call('clock/wait', 60_000).then(
    () => 'answered',
    () => 'cut off',
  )
  await until('the call arrives', () => connectionsOf(gateway))
  await gateway[Symbol.asyncDispose]()
  assert.is(await waiting, 'cut off')
})

async function connectionsOf({ raw }: TestGateway): Promise<boolean> {
  return (await raw(good, '[]')).status === 200
}

test('only the exact host is served, as a whole URL or with a Host header', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const status = async (path: string, host: string) =>
    (await gateway.raw({ path, headers: { host, 'x-ela-token': TOKEN } }, '[]')).status
  assert.is(await status('/v1/clock/now', 'ela.gateway'), 200)
  const strangers = [
    ['/v1/clock/now', '127.0.0.1'],
    ['/v1/clock/now', 'ela.gateway.evil.example'],
    ['/v1/clock/now', 'ELA.GATEWAY'],
    ['http://127.0.0.1:20336/v1/clock/now', 'ela.gateway'],
    ['http://ela.gateway:80/v1/clock/now', 'ela.gateway'],
    ['http://a@ela.gateway/v1/clock/now', 'ela.gateway'],
    ['https://ela.gateway/v1/clock/now', 'ela.gateway'],
    ['http://ela.gateway/v1/clock/now', 'other'],
  ] as const
  for (const [path, host] of strangers) assert.is(await status(path, host), 403, `${path} ${host}`)
})

test('an engine that sends the whole URL and no Host is served', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const answer = await lines(
    gateway,
    `POST ${NOW} HTTP/1.1\r\nx-ela-token: ${TOKEN}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]`,
  )
  assert.ok(answer.startsWith('HTTP/1.1 200'), answer)
})

test('names of services and methods are compared as they are', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const paths = [
    ...['/v1/Clock/now', '/v1/clock/now/', '/v1/clock/now?x=1', '/v1/clock/%6eow', '/v2/clock/now'],
    ...[
      '/v1/clock/constructor',
      '/v1/clock/__proto__',
      '/v1/__proto__/now',
      '/v1/clock',
      '/v1//now',
    ],
    ...['/v1/clock/../clock/now', '/v1/toString/call', '/v1/clock/now#', '/v1/whoami/'],
  ]
  for (const path of paths) {
    const { code } = await gateway.raw({ ...good, path: `http://ela.gateway${path}` }, '[]')
    assert.is(code, 'capability/unknownPath', path)
  }
})

test('CONNECT, Upgrade and what is no HTTP are refused and audited', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const token = `x-ela-token: ${TOKEN}\r\n`
  const connecting = `CONNECT 127.0.0.1:20336 HTTP/1.1\r\nhost: 127.0.0.1:20336\r\n${token}\r\n`
  assert.ok((await lines(gateway, connecting)).startsWith('HTTP/1.1 403'))
  const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n'
  assert.ok(
    (await lines(gateway, `GET ${NOW} HTTP/1.1\r\n${token}${upgrade}\r\n`)).startsWith(
      'HTTP/1.1 403',
    ),
  )
  assert.ok((await lines(gateway, 'nonsense\r\n\r\n')).startsWith('HTTP/1.1 400'))
  const verbs = gateway.audit.map(({ verb, decision }) => `${verb} ${decision}`)
  assert.equal(verbs, ['CONNECT deny', 'UPGRADE deny', '- deny'])
})

test('attack 12: two lengths, folded lines and endless headers are refused with 400', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const start = `POST ${NOW} HTTP/1.1\r\nx-ela-token: ${TOKEN}\r\n`
  const attempts = [
    `${start}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n`,
    `${start}content-length: 2\r\ncontent-length: 3\r\n\r\n[]`,
    `${start}content-length: +2\r\n\r\n[]`,
    `${start}x-a: b\r\n folded\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]`,
    `${start}x-a: b\rc\r\ncontent-length: 2\r\n\r\n[]`,
    `${start}x-a : b\r\ncontent-length: 2\r\n\r\n[]`,
    `${start}x-a: ${'y'.repeat(1 << 20)}\r\n\r\n`,
    `${start}${'x-a: b\r\n'.repeat(20_000)}\r\n`,
  ]
  for (const attempt of attempts) {
    const answer = await lines(gateway, attempt)
    assert.not.match(answer, /^HTTP\/1\.1 200/, attempt.slice(0, 200))
  }
  assert.is(await gateway.call('clock/now').then((time) => typeof time), 'number')
})

/** Sends text as it is, and reads until the gateway closes or answers. */
function lines({ socket }: TestGateway, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const connection = connect(socket, () => connection.write(text))
    connection.on('data', (part) => {
      answer += part.toString()
      connection.end()
    })
    connection.on('error', () => undefined)
    connection.on('close', () => resolve(answer))
  })
}

test('a body that claims less than it is, or claims nothing, is cut off at the limit', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const chunked = await new Promise<number>((resolve, reject) => {
    const request = openRequest(
      { socketPath: gateway.socket, method: 'POST', ...good },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    request.on('error', reject)
    request.write('x'.repeat(4_000))
  })
  assert.is(chunked, 413)
})

test('more calls or bytes a second than allowed are refused with 429, and are no abuse', async () => {
  await using gateway = await testGateway({
    wishes: { clock: {} },
    limits: { requestsPerSecond: 20 },
  })
  const answers = await Promise.all(
    Array.from({ length: 120 }, () => gateway.raw(good, '[]').then(({ status }) => status)),
  )
  const passed = answers.filter((status) => status === 200).length
  assert.ok(passed >= 40 && passed < 120, `${passed} passed`)
  assert.equal([...new Set(answers)].sort(), [200, 429])
  assert.equal(gateway.abuses, [])
})

test('more than 50 denials in 10 s are abuse, told once', async () => {
  await using gateway = await testGateway()
  for (let count = 0; count < 50; count += 1) await gateway.raw(good, '[]')
  assert.equal(gateway.abuses, [])
  for (let count = 0; count < 5; count += 1) await gateway.raw(good, '[]')
  assert.is(gateway.abuses.length, 1)
  assert.is(gateway.gateway.stats().denied, 55)
})

test('every decision is one line of the audit log, in printable ASCII', async () => {
  await using gateway = await testGateway({
    wishes: { storage: { bytes: 1_000 } },
    world: { now: () => 5 },
  })
  await gateway.call('storage/put', 'a/b', 'text')
  await gateway.call('storage/put', '\u001b[2J\u202e\n', 'text')
  await gateway.call('net/fetch', 'https://a.example/')
  const base = { t: 5, instance: 'test', did: 'did:elastos:iApp' }
  assert.equal(gateway.audit, [
    {
      ...base,
      ...{
        service: 'storage',
        verb: 'put',
        target: 'a/b',
        decision: 'allow',
        bytes: bytesOf('a/b', 'text'),
      },
    },
    {
      ...{ ...base, service: 'storage', verb: 'put', decision: 'allow' },
      ...{ reason: 'capability/badArgument', bytes: bytesOf('\u001b[2J\u202e\n', 'text') },
    },
    {
      ...{ ...base, service: 'net', verb: 'fetch', decision: 'deny' },
      ...{ reason: 'capability/notGranted', bytes: bytesOf('https://a.example/') },
    },
  ])
  const [first] = gateway.audit
  assert.ok(first !== undefined)
  const line = auditLine({ ...first, target: 'a\u001b]8;;\u0007\u202e\n\u009b é' })
  assert.match(line, /^[\x20-\x7e]+$/)
  assert.is(JSON.parse(line).target, 'a\u001b]8;;\u0007\u202e\n\u009b é')
})

function bytesOf(...args: readonly unknown[]): number {
  return Buffer.byteLength(encode(args))
}

test('what goes wrong inside is not told to the DApp', async () => {
  const answer = async () => {
    throw new TypeError('/home/somebody/secret')
  }
  await using gateway = await testGateway({ wishes: { log: {} }, registry: probe(answer) })
  const { status, body } = await gateway.raw(
    { ...good, path: 'http://ela.gateway/v1/log/info' },
    '[]',
  )
  assert.is(status, 500)
  assert.not.match(body, /secret|TypeError/)
})

test('a refusal of a service is a denial, bad luck is not', async () => {
  let failure = CallError.notDeclared('x')
  const registry = probe(async () => {
    throw failure
  })
  await using gateway = await testGateway({ wishes: { log: {} }, registry })
  await gateway.call('log/info')
  failure = CallError.siteFailed('x')
  await gateway.call('log/info')
  assert.equal(
    gateway.audit.map(({ decision }) => decision),
    ['deny', 'allow'],
  )
})

test('what stops a call before its service is a denial, and only what is refused is abuse', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  for (let count = 0; count < 60; count += 1) await gateway.raw(good, 'no list')
  assert.equal(
    [...new Set(gateway.audit.map(({ decision, reason }) => `${decision} ${reason}`))],
    ['deny capability/badBody'],
  )
  assert.equal(gateway.abuses, [])
})

test('a caller that goes away in the middle of its body is no abuse, and holds nothing up', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const start = `POST ${NOW} HTTP/1.1\r\nx-ela-token: ${TOKEN}\r\ncontent-length: 500\r\n\r\n[`
  for (let count = 0; count < 60; count += 1) {
    await new Promise<void>((resolve) => {
      const connection = connect(gateway.socket, () => {
        connection.write(start, () => connection.destroy())
      })
      connection.on('close', () => resolve())
    })
  }
  await until('all are written down', () => gateway.audit.length >= 60)
  assert.equal(gateway.abuses, [])
  assert.is(typeof (await gateway.call('clock/now')), 'number')
})

test('a socket whose path is too long for the system is refused by name', async () => {
  await fails('runtime/gatewaySocket', () => {
    return testGateway({}).then(async (gateway) => {
      await gateway[Symbol.asyncDispose]()
      const { openGateway } = await import('../../../src/runtime/gateway/open-gateway.ts')
      return openGateway({
        ...{ instance: 'x', socket: `/tmp/${'x'.repeat(120)}`, token: TOKEN },
        identity: { app: '', publisher: '', name: '', version: '', seq: 1, bundleId: undefined },
        limits: {
          ...{ memoryMiB: 1, cpuSecondsPerMinute: 1, storageBytes: 1, requestsPerSecond: 1 },
          startWithinMs: 1,
        },
        ...{ wishes: {}, grants: { isGranted: () => false }, world: gateway.world },
        audit: () => undefined,
        onAbuse: () => undefined,
      })
    })
  })
})

test('no body makes the gateway fail: it answers, and lives', async () => {
  await using gateway = await testGateway({
    wishes: { storage: { bytes: 10_000 }, log: {}, clock: {}, net: { hosts: ['https://a.b'] } },
    limits: { requestsPerSecond: 1_000_000 },
  })
  const paths = [
    'storage/put',
    'storage/get',
    'storage/list',
    'log/info',
    'clock/wait',
    'net/fetch',
  ]
  const value = fc.jsonValue({ maxDepth: 3 })
  const body = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(value, { maxLength: 4 }).map((list) => JSON.stringify(list)),
    fc
      .array(fc.constantFrom('[', ']', '{"$bytes":', '"AA=="', '}', '"$', ',', '1e999'), {
        maxLength: 12,
      })
      .map((parts) => parts.join('')),
  )
  const property = fc.asyncProperty(fc.constantFrom(...paths), body, async (path, text) => {
    // A wait that is good would only take long.
    if (path === 'clock/wait' && /^\[\s*\d/.test(text)) return
    const answer = await gateway.raw({ ...good, path: `http://ela.gateway/v1/${path}` }, text)
    assert.ok([200, 400, 403, 413, 429].includes(answer.status), `${answer.status} ${answer.body}`)
  })
  await fc.assert(property, { numRuns: 100 })
  assert.is(typeof (await gateway.call('clock/now')), 'number')
})

test('no request line and no headers make the gateway fail', async () => {
  await using gateway = await testGateway({ wishes: { clock: {} } })
  const part = fc.constantFrom(
    ...['POST ', 'CONNECT ', 'GET ', NOW, ' HTTP/1.1\r\n', ' HTTP/9.9\r\n', '\r\n', 'host: a\r\n'],
    ...[`x-ela-token: ${TOKEN}\r\n`, 'content-length: 9\r\n', 'transfer-encoding: chunked\r\n'],
    ...['expect: 100-continue\r\n', 'upgrade: h2c\r\n', 'connection: upgrade\r\n', '\0', '[]', 'é'],
  )
  const property = fc.asyncProperty(fc.array(part, { maxLength: 10 }), async (parts) => {
    await new Promise<void>((resolve) => {
      const connection = connect(gateway.socket, () => connection.end(parts.join('')))
      connection.on('error', () => undefined)
      connection.on('close', () => resolve())
      connection.resume()
    })
  })
  await fc.assert(property, { numRuns: 100 })
  assert.is(typeof (await gateway.call('clock/now')), 'number')
})

test.run()
