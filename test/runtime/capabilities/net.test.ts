import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isPublicAddress } from '../../../src/runtime/capabilities/public-address.ts'
import { type GatewaySetup, testGateway } from '../../support/gateway.ts'
import { openSite, type Site } from '../../support/site.ts'

const test = suite('runtime/capabilities: net')
let site: Site
let other: Site

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

test.before(async () => {
  other = await openSite((_, response) => response.end('the other'))
  site = await openSite((request, response) => {
    switch (request.url) {
      case '/echo':
        response.setHeader('x-seen', JSON.stringify(request.headers))
        response.setHeader('set-cookie', ['a=b', 'c=d'])
        request.pipe(response)
        return
      case '/inside':
        response.writeHead(302, { location: 'http://127.0.0.1:20336/' })
        break
      case '/elsewhere':
        response.writeHead(307, { location: other.origin })
        break
      case '/userinfo':
        response.writeHead(301, { location: `https://a:b@site.test:${site.port}/` })
        break
      case '/same':
        response.writeHead(303, { location: '/x' })
        break
      case '/endless':
        response.on('error', () => undefined)
        for (let count = 0; count < 10; count += 1) response.write(Buffer.alloc(1 << 20))
        break
      case '/headers':
        response.setHeader('x-long', 'x'.repeat(60_000))
        break
      default:
    }
    response.end('hello')
  })
})

test.after(async () => {
  await site[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

function open(addresses: readonly string[], setup: GatewaySetup['world'] = {}) {
  const world = {
    resolveHost: async () => addresses,
    testNet: site.testNet,
    ...setup,
  }
  return testGateway({ wishes: { net: { hosts: [site.origin] } }, world })
}

test('a request arrives whole, and its answer comes back whole', async () => {
  await using gateway = await open(['127.0.0.1'])
  const init = { method: 'POST', headers: { 'X-Mine': '1' }, body: new Uint8Array([0, 255]) }
  const { status, body, headers } = (await gateway.call(
    'net/fetch',
    `${site.origin}/echo`,
    init,
  )) as Answer
  assert.is(status, 200)
  assert.equal([...body], [0, 255])
  const seen = JSON.parse(headers['x-seen'] ?? '') as Record<string, string>
  assert.is(seen['x-mine'], '1')
  assert.is(seen['host'], `site.test:${site.port}`)
})

test('cookies and what belongs to one connection stay out, both ways', async () => {
  await using gateway = await open(['127.0.0.1'])
  const headers = {
    ...{ Cookie: 'a=b', Host: 'evil.example', 'Proxy-Authorization': 'x', TE: 'trailers' },
    ...{ Connection: 'x-mine', Upgrade: 'h2c', 'Accept-Encoding': 'gzip', 'Content-Length': '9' },
  }
  const answer = (await gateway.call('net/fetch', `${site.origin}/echo`, { headers })) as Answer
  const seen = JSON.parse(answer.headers['x-seen'] ?? '') as Record<string, string>
  assert.equal(seen, {
    ...{ host: `site.test:${site.port}`, 'accept-encoding': 'identity', connection: 'close' },
  })
  assert.is(answer.headers['set-cookie'], undefined)
  assert.is(answer.headers['connection'], undefined)
})

test('attack 12: line ends in headers and names that are none are refused', async () => {
  await using gateway = await open(['127.0.0.1'])
  for (const headers of [
    ...[{ 'x-a': 'b\r\nhost: evil' }, { 'x-a': 'b\n' }, { 'x-a\r\nb': 'c' }, { 'x a': 'b' }],
    ...[{ '': 'x' }, { 'x-a': 5 }, { 'x-a': '\0' }, 'x', [['a', 'b']]],
  ]) {
    const code = await gateway.call('net/fetch', `${site.origin}/echo`, { headers })
    assert.is(code, 'capability/badArgument', JSON.stringify(headers))
  }
})

test('attack 8: a declared host of which any address is private is not connected to', async () => {
  const before = site.connections()
  for (const address of [
    ...['127.0.0.1', '10.1.2.3', '192.168.0.1', '172.31.0.1', '169.254.169.254', '100.64.0.1'],
    ...['0.0.0.0', '224.0.0.1', '255.255.255.255', '::1', '::', 'fe80::1', 'fc00::1', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '64:ff9b::a00:1', 'nonsense'],
  ]) {
    for (const addresses of [[address], ['93.184.216.34', address]]) {
      await using gateway = await testGateway({
        wishes: { net: { hosts: [site.origin] } },
        world: { resolveHost: async () => addresses },
      })
      const code = await gateway.call('net/fetch', `${site.origin}/`)
      assert.is(code, 'capability/privateAddress', address)
      assert.is(gateway.audit[0]?.decision, 'deny')
    }
  }
  assert.is(site.connections(), before)
})

test('attack 9: a name is looked up once a request, and that very address is dialled', async () => {
  let lookups = 0
  const resolveHost = async () => {
    lookups += 1
    return lookups === 1 ? ['127.0.0.1'] : ['10.0.0.1']
  }
  await using gateway = await open([], { resolveHost })
  const { status } = (await gateway.call('net/fetch', `${site.origin}/`)) as Answer
  assert.equal([status, lookups], [200, 1])
  assert.is(await gateway.call('net/fetch', `${site.origin}/`), 'capability/privateAddress')
  assert.is(lookups, 2)
})

test('attack 10: a redirect to where it may not go is refused, and none is followed', async () => {
  await using gateway = await open(['127.0.0.1'])
  const before = other.requests.length
  for (const path of ['/inside', '/elsewhere', '/userinfo']) {
    assert.is(
      await gateway.call('net/fetch', `${site.origin}${path}`),
      'capability/redirected',
      path,
    )
  }
  const seen = site.requests.length
  const { status, headers } = (await gateway.call('net/fetch', `${site.origin}/same`)) as Answer
  assert.equal([status, headers['location']], [303, '/x'])
  assert.is(site.requests.length, seen + 1)
  assert.is(other.requests.length, before)
})

test('attack 3: a public host that was not declared is refused before it is looked up', async () => {
  let lookups = 0
  const resolveHost = async () => {
    lookups += 1
    return ['93.184.216.34']
  }
  await using gateway = await open([], { resolveHost })
  const code = await gateway.call('net/fetch', 'https://example.com/')
  assert.equal([code, lookups], ['capability/notDeclared', 0])
  assert.is(gateway.audit[0]?.decision, 'deny')
})

test('attack 11: origins written like a declared one are other origins', async () => {
  await using gateway = await open(['127.0.0.1'])
  const { origin, port } = site
  const before = site.connections()
  for (const url of [
    ...[
      `https://a@site.test:${port}/`,
      `https://site.test.:${port}/`,
      `https://SITE.test:${port}/`,
    ],
    ...[`https://sіte.test:${port}/`, 'https://site.test/', `https://site.test:${port + 1}/`],
    ...[`${origin}@evil.example/`, `${origin}.evil.example/`, `http://site.test:${port}/`],
    ...[` ${origin}/`, `${origin}\\@evil.example/`, `HTTPS://site.test:${port}/`, `${origin}0/`],
    ...[`https:site.test:${port}/`, `https:///site.test:${port}/`, `https://site.test:0${port}/`],
    ...['https://127.0.0.1/', 'file:///etc/passwd', 'data:,x', '', '/x', 'javascript:1'],
  ]) {
    assert.is(await gateway.call('net/fetch', url), 'capability/notDeclared', url)
  }
  assert.is(site.connections(), before)
})

test('the certificate must be of the name that was declared', async () => {
  const world = { testNet: site.testNet, resolveHost: async () => ['127.0.0.1'] }
  const wrong = `https://wrong.test:${site.port}`
  await using gateway = await testGateway({ wishes: { net: { hosts: [wrong] } }, world })
  assert.is(await gateway.call('net/fetch', `${wrong}/`), 'capability/siteFailed')
  const untrusted = { testNet: { isPublic: site.testNet.isPublic, ca: '' } }
  await using strict = await open(['127.0.0.1'], untrusted)
  assert.is(await strict.call('net/fetch', `${site.origin}/`), 'capability/siteFailed')
})

test('answers and headers that never end are cut off', async () => {
  await using gateway = await open(['127.0.0.1'])
  assert.is(await gateway.call('net/fetch', `${site.origin}/endless`), 'capability/siteTooLong')
  assert.is(await gateway.call('net/fetch', `${site.origin}/headers`), 'capability/siteFailed')
})

test('a name without an address, and a lookup that fails, are told as such', async () => {
  await using none = await open([])
  assert.is(await none.call('net/fetch', `${site.origin}/`), 'capability/siteFailed')
  const resolveHost = async () => {
    throw new Error('ENOTFOUND')
  }
  await using failing = await open([], { resolveHost })
  assert.is(await failing.call('net/fetch', `${site.origin}/`), 'capability/siteFailed')
})

test('public addresses are those that the registries leave', () => {
  for (const address of [
    ...['1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1'],
    ...['2606:4700::1111', '2a00:1450:4001::1', '::ffff:1.1.1.1', '64:ff9b::101:101'],
  ]) {
    assert.ok(isPublicAddress(address), address)
  }
  for (const address of [
    ...['2002:7f00:1::', '2001:db8::1', '2001::1', '3fff::1', '64:ff9b:1::1', 'fe80::1%eth0'],
    ...[
      '::127.0.0.1',
      '198.18.0.1',
      '192.0.0.1',
      '203.0.113.5',
      '240.0.0.1',
      '0:0:0:0:0:ffff:7f00:1',
    ],
    ...['64:ff9b::', 'fec0::1', '100::1', '01.1.1.1', '1.1.1', '', '127.1', '::ffff:0:127.0.0.1'],
  ]) {
    assert.not(isPublicAddress(address), address)
  }
})

test('no IPv4 address becomes public by being written in IPv6', () => {
  const property = fc.property(fc.ipV4(), (v4) => {
    const expected = isPublicAddress(v4)
    assert.is(isPublicAddress(`::ffff:${v4}`), expected)
    assert.is(isPublicAddress(`64:ff9b::${v4}`), expected)
    assert.not(isPublicAddress(`::${v4}`))
  })
  fc.assert(property, { numRuns: 300 })
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), (text) => {
      if (!/^[\d.:a-f]+$/.test(text)) assert.not(isPublicAddress(text))
    }),
  )
})

test.run()
