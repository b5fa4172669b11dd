import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { closeServer, listenLoopback, portOf } from '../../../src/base/loopback-server.ts'
import { NO_APP } from '../../../src/runtime/unsigned.ts'
import { labelOf } from '../../../src/runtime/web/origin.ts'
import { startWebServer } from '../../../src/runtime/web/web-server.ts'
import { type DappUnderTest, noNetworks, runDapp } from '../../support/dapp.ts'
import { fails, until } from '../../support/fails.ts'
import { FakeRefusal, fakeRpc } from '../../support/fake-rpc.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rawGet, rawRequest } from '../../support/raw-http.ts'

const test = suite('web DApp')

const PAGE = '<!doctype html><html><head><title>t</title></head><body>hello</body></html>'
const site = {
  'public/index.html': PAGE,
  'public/style.css': 'body { color: red }',
  'public/app.js': 'export const x = 1',
  'public/a b/ü.txt': 'spaces',
  'public/sub/index.html': '<p>sub',
  'public/.env': 'SECRET=1',
  'public/.well-known/did.json': '{}',
  'public/sound.mp3': '0123456789',
  'public/empty.txt': '',
  'secret.txt': 'TOP SECRET',
  '.ela/session.json': '{"adminToken":"TOP SECRET"}',
}

test('serves files with their types, and pages with the live script', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  const page = await fetch(web.url)
  assert.is(page.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.is(page.headers.get('x-content-type-options'), 'nosniff')
  assert.is(
    await page.text(),
    PAGE.replace('</head>', '<script src="/__ela/live.js"></script></head>'),
  )
  for (const [file, type] of [
    ['style.css', 'text/css; charset=utf-8'],
    ['app.js', 'text/javascript; charset=utf-8'],
    ['sound.mp3', 'audio/mpeg'],
    ['.well-known/did.json', 'application/json'],
    ['a%20b/%C3%BC.txt', 'text/plain; charset=utf-8'],
  ]) {
    const response = await fetch(web.url + file)
    assert.is(response.status, 200, file)
    assert.is(response.headers.get('content-type'), type)
    await response.arrayBuffer()
  }
  assert.match(await (await fetch(`${web.url}sub/`)).text(), '<p>sub')
  const folder = await fetch(`${web.url}sub`, { redirect: 'manual' })
  assert.is(folder.headers.get('location'), '/sub/')
  const missing = await fetch(`${web.url}nope.js`)
  assert.is(missing.status, 404)
  assert.match(await missing.text(), 'no `nope.js` in the public folder')
  assert.is((await fetch(web.url, { method: 'POST' })).status, 405)
})

test("sends the project's own page for what is not there", async () => {
  await using web = await runDapp({ ...site, 'public/404.html': 'own page' }, { kind: 'web' })
  const response = await fetch(`${web.url}nope`)
  assert.is(response.status, 404)
  assert.match(await response.text(), 'own page')
})

test('says that nothing changed, and what did', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  const first = await fetch(`${web.url}style.css`)
  await first.text()
  const tag = first.headers.get('etag') ?? ''
  assert.is(first.headers.get('cache-control'), 'no-cache')
  const again = await fetch(`${web.url}style.css`, { headers: { 'if-none-match': tag } })
  assert.is(again.status, 304)
  web.write('public/style.css', 'body { color: blue }')
  const changed = await fetch(`${web.url}style.css`, { headers: { 'if-none-match': tag } })
  assert.is(changed.status, 200)
  assert.match(await changed.text(), 'blue')
})

test('sends parts of a file to players that ask for them', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  const part = async (range: string) => {
    const response = await fetch(`${web.url}sound.mp3`, { headers: { range } })
    return [response.status, await response.text(), response.headers.get('content-range')]
  }
  assert.equal(await part('bytes=2-4'), [206, '234', 'bytes 2-4/10'])
  assert.equal(await part('bytes=7-'), [206, '789', 'bytes 7-9/10'])
  assert.equal(await part('bytes=-3'), [206, '789', 'bytes 7-9/10'])
  assert.equal(await part('bytes=0-99'), [206, '0123456789', 'bytes 0-9/10'])
  assert.equal(await part('bytes=10-'), [416, '', 'bytes */10'])
  assert.equal(await part('bytes=5-2'), [200, '0123456789', null])
  assert.equal(await part('lines=1-2'), [200, '0123456789', null])
  const head = await fetch(`${web.url}sound.mp3`, { method: 'HEAD' })
  assert.is(head.headers.get('content-length'), '10')
  assert.is(await (await fetch(`${web.url}empty.txt`)).text(), '')
})

test('attack 18: never leaves the public folder, however the path is written', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  for (const target of [
    '/../secret.txt',
    '/sub/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/.%2e/secret.txt',
    '/..\\secret.txt',
    '/..%5csecret.txt',
    '/%252e%252e/secret.txt',
    '/sub/%00../secret.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/%zz',
    '//../secret.txt',
    `//${web.folder.join('secret.txt')}`,
    '/C:/secret.txt',
    'http://127.0.0.1/../secret.txt',
    'secret.txt',
    '/.env',
    '/../.ela/session.json',
    '/__ela/../../secret.txt',
    '/__ela/rpc/../../../secret.txt',
    `/${'a'.repeat(5000)}`,
  ]) {
    const { status, body } = await rawGet(web.url, target)
    assert.ok([400, 403, 404].includes(status), `${target}: ${status}`)
    assert.not.match(body, 'SECRET')
  }
})

test('follows no link out of the public folder', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  symlinkSync(web.folder.join('secret.txt'), web.folder.join('public', 'file.txt'))
  symlinkSync(web.folder.path, web.folder.join('public', 'up'))
  symlinkSync(web.folder.join('public', 'style.css'), web.folder.join('public', 'inside.css'))
  symlinkSync(web.folder.join('public', 'loop'), web.folder.join('public', 'loop'))
  assert.is((await fetch(`${web.url}file.txt`)).status, 403)
  assert.is((await fetch(`${web.url}up/secret.txt`)).status, 403)
  assert.is((await fetch(`${web.url}inside.css`)).status, 200)
  assert.is((await fetch(`${web.url}loop`)).status, 404)
})

test('attack 62: refuses foreign hosts and origins on every path', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  const { port } = new URL(web.url)
  for (const path of ['/', '/__ela/session.json', '/__ela/events', '/__ela/rpc/esc']) {
    for (const host of [
      ...['evil.example', '127.0.0.1.evil.example', '', '127.0.0.1', `127.0.0.1:${+port + 1}`],
      ...[`other.localhost:${port}`, `127.0.0.2:${port}`, `under-test.localhost.:${port}`],
    ]) {
      assert.is((await rawGet(web.url, path, [`Host: ${host}`])).status, 421, `${path} ${host}`)
    }
    for (const origin of [
      ...['http://evil.example', 'null', 'http://localhost.evil.example', 'http://127.0.0.1:1'],
      // The same server by another of its names is another origin.
      `http://localhost:${port}`,
    ]) {
      assert.is((await rawGet(web.url, path, [`Origin: ${origin}`])).status, 403, origin)
    }
  }
})

test('lets other pages lead people here by a link, and do nothing else', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  const { port } = new URL(web.url)
  const from = async (site: string, mode: string, dest: string, method = 'GET') => {
    const lines = [`Host: under-test.localhost:${port}`, `Sec-Fetch-Site: ${site}`]
    lines.push(`Sec-Fetch-Mode: ${mode}`, `Sec-Fetch-Dest: ${dest}`, 'Content-Length: 0')
    const text = `${method} / HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`
    return (await rawRequest(Number(port), text)).status
  }
  assert.is(await from('cross-site', 'navigate', 'document'), 200)
  assert.is(await from('same-origin', 'cors', 'empty'), 200)
  assert.is(await from('none', 'navigate', 'document'), 200)
  assert.is(await from('cross-site', 'navigate', 'iframe'), 403)
  assert.is(await from('cross-site', 'no-cors', 'image'), 403)
  assert.is(await from('same-site', 'no-cors', 'script'), 403)
  assert.is(await from('cross-site', 'navigate', 'document', 'POST'), 403)
})

test("sends browsers to the DApp's own name, and programs nowhere", async () => {
  await using web = await runDapp(site, { kind: 'web' })
  const { port } = new URL(web.url)
  const chromium = 'User-Agent: Mozilla/5.0 AppleWebKit/537.36 Chrome/156.0 Safari/537.36'
  const safari = 'User-Agent: Mozilla/5.0 AppleWebKit/605.1 Version/19.0 Safari/605.1'
  const visit = ['Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']
  for (const host of ['127.0.0.1', 'localhost']) {
    const lines = [`Host: ${host}:${port}`, ...visit]
    const sent = await rawGet(web.url, '/sub/?a=1', [...lines, chromium])
    assert.is(sent.status, 307)
    assert.match(sent.head, `location: http://under-test.localhost:${port}/sub/?a=1`)
    assert.is((await rawGet(web.url, '/sub/', [...lines, safari])).status, 200)
  }
  assert.is((await rawGet(web.url, '/sub/', [chromium])).status, 200)
  const own = [`Host: under-test.localhost:${port}`, ...visit, chromium]
  assert.is((await rawGet(web.url, '/sub/', own)).status, 200)
  // A proxy's form of the request line must not lead elsewhere.
  const lines = [`Host: 127.0.0.1:${port}`, ...visit, chromium]
  assert.is((await rawGet(web.url, 'http://evil.example/', lines)).status, 200)
})

test('lays its policy upon every answer', async () => {
  const connect = ['http://127.0.0.1:8700']
  await using web = await runDapp(site, { kind: 'web', connect })
  for (const path of ['', 'nope', 'sub', '__ela/session.json', '__ela/live.js']) {
    const { headers } = await fetch(web.url + path, { redirect: 'manual' })
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, "default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert.match(policy, "connect-src 'self' http://127.0.0.1:8700; ")
    assert.match(policy, "frame-ancestors 'none'")
    assert.is(headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.is(headers.get('referrer-policy'), 'no-referrer')
    assert.match(headers.get('permissions-policy') ?? '', 'camera=()')
  }
  await using withWasm = await runDapp({ ...site, 'public/a.wasm': '' }, { kind: 'web' })
  const policy = (await fetch(withWasm.url)).headers.get('content-security-policy') ?? ''
  assert.match(policy, "script-src 'self' 'wasm-unsafe-eval'; ")
})

test('serves a release as it was signed: nothing else, and for good', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('index.html'), PAGE)
  writeFileSync(folder.join('a.js'), 'let a')
  writeFileSync(folder.join('added.js'), 'let b')
  const digests = new Map([
    ['index.html', '11'.repeat(32)],
    ['a.js', '22'.repeat(32)],
  ])
  const server = await startWebServer(
    {
      ...{ name: 'shop', label: labelOf('shop', 'sha256:1'), root: folder.path, digests },
      ...{ policy: { connect: [], wasm: false }, networks: () => noNetworks },
      gateway: () => ({ socket: folder.join('none'), token: '' }),
    },
    { port: 0, strictPorts: false },
  )
  const url = `http://127.0.0.1:${portOf(server)}/`
  assert.is(await (await fetch(url)).text(), PAGE)
  const { headers } = await fetch(`${url}a.js`)
  assert.is(headers.get('etag'), `"${'22'.repeat(32)}"`)
  assert.is(headers.get('cache-control'), 'private, max-age=31536000, immutable')
  assert.is((await fetch(`${url}added.js`)).status, 404)
  assert.is((await fetch(`${url}__ela/live.js`)).status, 404)
  assert.is((await fetch(`${url}__ela/events`)).status, 404)
  await closeServer(server)
})

test('makes host names of all names', () => {
  assert.is(labelOf('Song Shop', undefined), 'song-shop')
  assert.is(labelOf('--', undefined), 'dapp')
  assert.is(labelOf('é', undefined), 'dapp')
  assert.match(labelOf('shop', 'a'), /^shop-[0-9a-f]{8}$/)
  assert.is.not(labelOf('shop', 'a'), labelOf('shop', 'b'))
  assert.is(labelOf('x'.repeat(200), 'a').length, 63)
  assert.is(labelOf('x'.repeat(200), undefined).length, 63)
})

test('tells pages of changed files, and of styles alone as such', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  await web.nth('dapp-ready', 1)
  const gaveUp = new AbortController()
  const stream = await fetch(`${web.url}__ela/events`, { signal: gaveUp.signal })
  let heard = ''
  const listening = (async () => {
    for await (const part of stream.body ?? []) heard += Buffer.from(part).toString()
  })().catch(() => undefined)
  await until('the greeting', () => heard.includes('event: hello'))
  // The watcher needs a moment to begin; what was written before it is served all the same.
  await until('the first change', () => {
    web.write('public/style.css', `body { width: ${Math.floor(performance.now())}px }`)
    return heard.includes('"styles":true')
  })
  web.write('public/index.html', PAGE.replace('hello', 'changed'))
  await until('the second change', () => heard.includes('"styles":false'))
  const { files } = await web.nth('dapp-changed', 1)
  assert.equal(files, ['public/style.css'])
  assert.is((await web.nth('dapp-ready', 2)).level, 'page')
  assert.match(await (await fetch(web.url)).text(), 'changed')
  gaveUp.abort()
  await listening
})

test('shows the public part of the session, with every door in its own origin', async () => {
  await using web = await runDapp(site, {
    kind: 'web',
    networks: () => ({
      ...noNetworks,
      nodes: { esc: { rpc: 'http://127.0.0.1:1/', chainId: 21 } },
      accounts: [{ name: 'alice', ela: 'E', evm: '0x', did: 'did:elastos:i' }],
    }),
  })
  const response = await fetch(`${web.url}__ela/session.json`)
  assert.is(response.headers.get('cross-origin-resource-policy'), 'same-origin')
  assert.equal(await response.json(), {
    schema: 'ela/dapp-session@1',
    name: 'under-test',
    profile: 'testnet',
    nodes: { esc: { rpc: '/__ela/rpc/esc', chainId: 21 } },
    carrier: [],
    accounts: [{ name: 'alice', ela: 'E', evm: '0x', did: 'did:elastos:i' }],
  })
  assert.is((await fetch(`${web.url}__ela/nope`)).status, 404)
})

test('lets a page read what its project asks for, by its own origin', async () => {
  await using node = await fakeRpc({
    eth_chainId: () => '0x15',
    eth_blockNumber: () => '0x1f',
    eth_call: () => {
      throw new FakeRefusal(3, 'execution reverted')
    },
    eth_sendRawTransaction: () => '0xdead',
  })
  const capabilities = { chain: { esc: ['read'] } }
  const chains = { esc: [node.url], eid: [node.url] }
  await using web = await runDapp(site, { kind: 'web', manifest: { capabilities }, chains })
  const post = (path: string, body: string, method = 'POST') =>
    fetch(`${web.url}__ela/${path}`, { method, ...(method === 'POST' ? { body } : {}) })
  const ask = async (node: string, asked: unknown) =>
    (await post(`rpc/${node}`, JSON.stringify(asked))).json()
  const height = { jsonrpc: '2.0', id: 7, method: 'eth_blockNumber' }
  assert.equal(await ask('esc', height), { jsonrpc: '2.0', id: 7, result: '0x1f' })
  assert.equal(await ask('esc', [height, { ...height, id: 'x' }]), [
    { jsonrpc: '2.0', id: 7, result: '0x1f' },
    { jsonrpc: '2.0', id: 'x', result: '0x1f' },
  ])
  const why = async (node: string, asked: unknown) =>
    ((await ask(node, asked)) as { error: { message: string } }).error.message
  assert.match(await why('esc', { ...height, method: 'eth_call' }), 'execution reverted')
  assert.match(await why('eid', height), 'capability/notDeclared')
  assert.match(await why('esc', { ...height, method: 'eth_sendRawTransaction' }), 'notReadable')
  assert.match(await why('esc', 7), 'names its method')
  assert.not(node.calls.includes('eth_sendRawTransaction'))
  // Attack 14 by a page: one bad call, and none of its batch is asked.
  const before = node.calls.length
  const batch = (await ask('esc', [
    height,
    { ...height, id: 8, method: 'eth_sendTransaction' },
    null,
  ])) as { id: unknown; error: { message: string } }[]
  assert.equal(
    batch.map(({ id, error }) => [id, error.message.split(':')[0]]),
    [
      [7, 'capability/notReadable'],
      [8, 'capability/notReadable'],
      [null, 'capability/notReadable'],
    ],
  )
  assert.is(node.calls.length, before)

  assert.is((await post('rpc/constructor', '{}')).status, 404)
  assert.is((await post('rpc/esc', '', 'GET')).status, 405)
  assert.is((await post('rpc/esc', '[]')).status, 400)
  assert.is((await post('rpc/esc', 'no json')).status, 400)
  const long = await post('rpc/esc', 'x'.repeat(2 ** 21)).catch(() => ({ status: 413 }))
  assert.is(long.status, 413)

  const called = await post('v1/chain/read', '["esc","eth_blockNumber"]')
  assert.equal(await called.json(), { value: '0x1f' })
  for (const path of ['v1/storage/list', 'v1/chain/nope', 'v1/constructor/name', 'v1/']) {
    const { status } = await post(path, '[]')
    assert.ok(status === 403 || status === 404, `${path}: ${status}`)
  }
  const who = (await (await post('v1/whoami', '[]')).json()) as { value: { name: string } }
  assert.is(who.value.name, 'under-test')
})

test('asks its user before a page gets more than it had', async () => {
  const capabilities = { storage: { bytes: 1024 } }
  await using web = await runDapp(site, { kind: 'web', canAsk: true, manifest: { capabilities } })
  const call = async (path: string, body: string) =>
    (await fetch(`${web.url}__ela/v1/${path}`, { method: 'POST', body })).status
  assert.is(await call('storage/put', '["k","v"]'), 200)
  assert.is(await call('clock/now', '[]'), 403)
  const more = { ...capabilities, net: { hosts: ['https://a.example'] } }
  const manifest = { name: 'under-test', version: '0.1.0', app: NO_APP, publisher: NO_APP }
  await web.dapp.change?.({ ...manifest, capabilities: more, limits: {} })
  const { id, ask } = await web.nth('dapp-asks', 1)
  assert.is(ask.capability, 'net')
  assert.is(await call('net/fetch', '["https://a.example/"]'), 403)
  assert.is(await call('storage/getText', '["k"]'), 200)
  await web.dapp.answer?.(id, 'once')
  assert.is.not(await call('net/fetch', '["https://a.example/"]'), 403)
})

test('takes the next port when the wanted one is busy, and says so', async () => {
  const holder = await listenLoopback(() => undefined, 0)
  const port = portOf(holder)
  await using web = await runDapp(site, { kind: 'web', port })
  assert.is.not(web.url, `http://127.0.0.1:${port}/`)
  assert.match(web.of('notice')[0]?.message ?? '', `Port ${port} is in use`)
  const { url } = await web.nth('dapp-ready', 1)
  assert.is(url, web.url)
  await fails('runtime/portBusy', () => runDapp(site, { kind: 'web', port, strictPorts: true }))
  await closeServer(holder)
})

test('survives the public folder going away and coming back', async () => {
  await using web = await runDapp(site, { kind: 'web' })
  rmSync(web.folder.join('public'), { recursive: true })
  assert.is((await fetch(web.url)).status, 404)
  mkdirSync(web.folder.join('public'))
  writeFileSync(web.folder.join('public', 'index.html'), 'back')
  assert.match(await (await fetch(web.url)).text(), 'back')
})

test('ends with open pages', async () => {
  const web: DappUnderTest = await runDapp(site, { kind: 'web' })
  const stream = await fetch(`${web.url}__ela/events`)
  const began = performance.now()
  await web[Symbol.asyncDispose]()
  assert.ok(performance.now() - began < 1_000)
  await stream.text().catch(() => undefined)
  assert.ok(await fetch(web.url).catch(() => true))
})

test.run()
