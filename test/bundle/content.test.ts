/** Content: kept on disk, served to clients of Kubo, read through the gateway, fetched in part. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fetchTree } from '../../src/bundle/content/fetch-tree.ts'
import { KuboStore } from '../../src/bundle/content/kubo-store.ts'
import { LocalStore } from '../../src/bundle/content/local-store.ts'
import { contentOf, fileContent } from '../../src/bundle/content/read.ts'
import { serveContent } from '../../src/bundle/content/server.ts'
import type { StoredFile } from '../../src/bundle/content/store.ts'
import { storeNamed } from '../../src/bundle/content/store-choice.ts'
import { fileOf, filesBelow } from '../../src/bundle/content/stored-files.ts'
import { type Cid, cidOf, cidText, parseCid, rawCid } from '../../src/protocol/ipfs/cid.ts'
import { encodeDagPb } from '../../src/protocol/ipfs/dag-pb.ts'
import { encodeUnixfs } from '../../src/protocol/ipfs/unixfs.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rawGet, rawRequest } from '../support/raw-http.ts'

const test = suite('content')

const HELLO = 'bafybeihbfuh5ww2undwuwmcg5cu77z2h4p7ltkyu3jmcdtlcpubuumrsie'
const text = (content: string) => new TextEncoder().encode(content)
const hello = () => [fileOf('h.txt', text('hello')), fileOf('empty', text(''))]
const big = new Uint8Array(createHash('shake256', { outputLength: 2_500_000 }).digest())

async function serving() {
  const folder = temporaryFolder()
  const store = new LocalStore(folder.join('store'))
  const server = await serveContent({ store, port: 0, origins: ['http://127.0.0.1:3000'] })
  const call = async (command: string, init: RequestInit = {}) =>
    fetch(`${server.url}/api/v0/${command}`, { method: 'POST', ...init })
  return {
    store,
    folder,
    call,
    url: server.url,
    json: async (command: string) => (await call(command)).json() as Promise<unknown>,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

function formWith(files: Readonly<Record<string, Uint8Array>>): FormData {
  const form = new FormData()
  for (const [name, content] of Object.entries(files)) {
    form.append('file', new Blob([new Uint8Array(content)]), encodeURIComponent(name))
  }
  return form
}

async function bytesOf(store: LocalStore, address: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of fileContent(store, await contentOf(store, address))) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

function blockFile(folder: string, { digest }: Cid): string {
  const name = Buffer.from(digest).toString('hex')
  return path.join(folder, 'blocks', name.slice(0, 2), name)
}

test('is kept in a folder under its id and read back, also by a later process', async () => {
  using folder = temporaryFolder()
  mkdirSync(folder.join('app/deep'), { recursive: true })
  writeFileSync(folder.join('app/deep/big.bin'), big)
  writeFileSync(folder.join('app/a.txt'), 'A')
  const root = await new LocalStore(folder.join('s')).addFolder(filesBelow(folder.join('app')))
  const again = new LocalStore(folder.join('s'))
  assert.equal(await bytesOf(again, `${cidText(root)}/deep/big.bin`), big)
  assert.equal(await bytesOf(again, `/ipfs/${cidText(root)}/a.txt`), text('A'))
  assert.equal(again.pins(), [cidText(root)])
  await fails('content/noSuchEntry', () => contentOf(again, `${cidText(root)}/b`))
  await fails('content/notAFolder', () => contentOf(again, `${cidText(root)}/a.txt/b`))
  await again.unpin(root)
  await fails('content/notPinned', () => again.unpin(root))
})

test('that was spoiled on disk is noticed, and repaired by adding it again', async () => {
  using folder = temporaryFolder()
  const store = new LocalStore(folder.path)
  const root = await store.addFolder(hello())
  const file = blockFile(folder.path, rawCid(createHash('sha256').update('hello').digest()))
  assert.is(readFileSync(file, 'utf8'), 'hello')
  writeFileSync(file, 'hullo', { mode: 0o600 })
  await fails('content/damaged', () => bytesOf(store, `${HELLO}/h.txt`))
  await fails('content/notHere', () => store.pin(root))
  await store.addFolder(hello())
  assert.equal(await bytesOf(store, `${HELLO}/h.txt`), text('hello'))
})

test('is not in the way of what a killed process left half written', async () => {
  using folder = temporaryFolder()
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  const store = () => new LocalStore(folder.path)
  await store().addFolder(hello())
  writeFileSync(folder.join(`.${pid}.1.tmp`), 'hel')
  writeFileSync(folder.join(`.${process.ppid}.1.tmp`), 'being written')
  assert.equal(await bytesOf(store(), `${HELLO}/h.txt`), text('hello'))
  assert.equal(
    readdirSync(folder.path).filter((name) => name.endsWith('.tmp')),
    [`.${process.ppid}.1.tmp`],
  )
})

test('whose sizes contradict each other is not poured out', async () => {
  using folder = temporaryFolder()
  const store = new LocalStore(folder.path)
  const put = (bytes: Uint8Array, codec: 'raw' | 'dag-pb') => {
    const cid = cidOf(codec, bytes)
    store.put(cid, bytes)
    return cid
  }
  const node = (child: Cid, fileSize: number, pieces: readonly number[]) => {
    const links = pieces.map(() => ({ cid: child, name: '', size: 1 }))
    const data = encodeUnixfs({ kind: 'file', bytes: new Uint8Array(), fileSize, pieces })
    return put(encodeDagPb({ links, data }), 'dag-pb')
  }
  const one = put(text('x'), 'raw')
  const nothing = put(text(''), 'raw')
  for (const bad of [
    node(one, 1, [1, 1]),
    node(one, 4, [2, 2]),
    node(nothing, 0, Array(100).fill(0)),
  ]) {
    await fails('content/malformed', () => bytesOf(store, cidText(bad)))
  }
  assert.equal(await bytesOf(store, cidText(node(one, 3, [1, 1, 1]))), text('xxx'))
  const folderDisguised = put(text('no protobuf at all'), 'dag-pb')
  await fails('content/malformed', () => contentOf(store, cidText(folderDisguised)))
})

test('is served to clients of Kubo in the way of Kubo', async () => {
  await using here = await serving()
  const { ID } = (await here.json('id')) as { ID: string }
  assert.match(ID, /^Qm\w{44}$/)
  assert.is(((await here.json('id')) as { ID: string }).ID, ID)
  const body = formWith({ 'h.txt': text('hello'), empty: text('') })
  const added = await here.call('add?pin=true&wrap-with-directory=true', { body })
  const lines = (await added.text()).trim().split('\n')
  assert.equal(
    lines.map((line) => (JSON.parse(line) as { Name: string }).Name),
    ['h.txt', 'empty', ''],
  )
  const root = (JSON.parse(lines[2] ?? '') as { Hash: string }).Hash
  assert.is(root, 'QmeAajbUc6v9cnhS5mRAb94iWFefjwrAyiBTkRAjFbDnmS')
  assert.is(await (await here.call(`cat?arg=${root}/h.txt`)).text(), 'hello')
  const listed = (await here.json(`ls?arg=${root}`)) as {
    Objects: [{ Hash: string; Links: { Name: string; Size: number; Type: number }[] }]
  }
  assert.equal(
    listed.Objects[0].Links.map(({ Name, Size, Type }) => [Name, Size, Type]),
    [
      ['empty', 0, 2],
      ['h.txt', 5, 2],
    ],
  )
  assert.equal(await here.json('pin/ls'), { Keys: { [root]: { Type: 'recursive' } } })
  assert.equal(await here.json(`pin/rm?arg=/ipfs/${root}&recursive=true`), { Pins: [root] })
  assert.is((await here.call(`pin/rm?arg=${root}`)).status, 500)
  assert.equal(await here.json(`pin/add?arg=${root}`), { Pins: [root] })
})

test('is added with nested paths, chunk sizes and versions as asked, or refused by name', async () => {
  await using here = await serving()
  const body = formWith({ 'top/a b+c.txt': text('1'), 'top/in/é': text('2') })
  const answer = await (await here.call('add?cid-version=1&only-hash=true', { body })).text()
  const names = answer
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { Name: string }).Name)
  assert.equal(names, ['top/a b+c.txt', 'top/in/é', 'top/in', 'top'])
  assert.equal(here.store.pins(), [])
  const chunked = await here.call('add?pin=true&chunker=size-262144', { body: formWith({ big }) })
  const { Hash } = JSON.parse(await chunked.text()) as { Hash: string }
  assert.equal(await bytesOf(here.store, Hash), big)
  const refused = [
    'chunker=rabin',
    'chunker=size-0',
    'hash=blake3',
    'cid-version=2',
    'trickle=true',
  ]
  for (const option of [...refused, 'max-file-links=1']) {
    const { status } = await here.call(`add?${option}`, { body: formWith({ a: text('a') }) })
    assert.is(status, 500, option)
  }
  for (const path of ['../up', 'a//b', 'a/./b']) {
    const { status } = await here.call('add', { body: formWith({ [path]: text('a') }) })
    assert.is(status, 500, path)
  }
})

test('is read from forms in parts of any length, and not from broken ones', async () => {
  await using here = await serving()
  const form = (content: string, end = '\r\n--B--\r\n') =>
    `skip me\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n${content}${end}`
  const content = 'a\r\n--Bx'.slice(0, 4)
  const headers = { 'content-type': 'multipart/form-data; boundary=B' }
  const post = (whole: string, step: number) => {
    const bytes = Buffer.from(whole)
    async function* parts() {
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
    }
    const body = ReadableStream.from(parts())
    return here.call('add?cid-version=1', { body, headers, duplex: 'half' } as RequestInit)
  }
  const expected = cidText(rawCid(createHash('sha256').update(content).digest()))
  for (const step of [1, 2, 3, 7, 1_000]) {
    const { Hash } = JSON.parse(await (await post(form(content), step)).text()) as { Hash: string }
    assert.is(Hash, expected)
  }
  const broken = [form('cut', ''), form('x', '\r\n--Bx'), '', '--B--\r\n', 'no boundary at all']
  for (const one of broken) assert.is((await post(one, 5)).status, 500)
  const long = `--B\r\nX: ${'x'.repeat(40_000)}\r\n\r\n\r\n--B--`
  assert.is((await post(long, 1_000)).status, 500)
})

test('is kept from pages and other sites', async () => {
  await using here = await serving()
  const port = Number(new URL(here.url).port)
  const status = async (method: string, path: string, lines: readonly string[]) => {
    const all = [...lines, 'Connection: close', 'Content-Length: 0']
    return (await rawRequest(port, `${method} ${path} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`))
      .status
  }
  const host = `Host: 127.0.0.1:${port}`
  assert.is(await status('POST', '/api/v0/id', [host]), 200)
  assert.is(await status('POST', '/api/v0/id', [host, 'Origin: http://127.0.0.1:3000']), 200)
  assert.is(await status('GET', '/api/v0/id', [host]), 405)
  assert.is(await status('POST', '/api/v0/shutdown', [host]), 404)
  assert.is(await status('POST', '/api/v0/constructor', [host]), 404)
  for (const lines of [
    ['Host: evil.test'],
    [host, 'Origin: https://evil.test'],
    [host, 'Origin: null'],
    [host, 'Origin: http://127.0.0.1:4000'],
    [host, `Origin: ${here.url}`],
  ]) {
    assert.is(await status('POST', '/api/v0/id', lines), 403, lines.join())
  }
})

test('is shown by the gateway, to which each page is a stranger', async () => {
  await using here = await serving()
  const site = [fileOf('index.html', text('<p>hi')), fileOf('a/b.js', text('1')), ...hello()]
  const root = cidText(await here.store.addFolder(site))
  const page = await fetch(`${here.url}/ipfs/${root}`)
  assert.is(page.url, `${here.url}/ipfs/${root}/`)
  assert.is(await page.text(), '<p>hi')
  assert.match(page.headers.get('content-security-policy') ?? '', 'sandbox')
  assert.is(page.headers.get('x-content-type-options'), 'nosniff')
  const script = await fetch(`${here.url}/ipfs/${root}/a/b.js`)
  assert.match(script.headers.get('content-type') ?? '', 'text/javascript')
  const etag = script.headers.get('etag') ?? ''
  const cached = await fetch(script.url, { headers: { 'if-none-match': etag } })
  assert.is(cached.status, 304)
  const raw = await fetch(`${here.url}/ipfs/${root}?format=raw`)
  assert.equal(cidOf('dag-pb', new Uint8Array(await raw.arrayBuffer())), parseCid(root))
  const missing = cidText(cidOf('raw', text('never stored')))
  for (const path of [`${root}/none`, `${root}/a/`, missing]) {
    assert.is((await fetch(`${here.url}/ipfs/${path}`)).status, 404, path)
  }
  assert.is((await fetch(`${here.url}/ipfs/junk`)).status, 400)
  assert.is((await fetch(`${here.url}/ipfs/${root}/`, { method: 'POST' })).status, 405)
  assert.is((await rawGet(here.url, '/ipfs/%ff', [])).status, 400)
})

test('goes to a Kubo and comes back, with the id we computed', async () => {
  await using here = await serving()
  const kubo = storeNamed(`kubo:${here.url}/`, '')
  assert.instance(kubo, KuboStore)
  const files: StoredFile[] = [...hello(), fileOf('z/big', big), fileOf('a-b/c d.txt', text('1'))]
  const root = await kubo.addFolder(files)
  assert.equal(root, await here.store.addFolder(files))
  assert.is(cidText(await kubo.addFolder(hello())), HELLO)
  assert.equal(cidOf('dag-pb', await kubo.block(root)), root)
  await kubo.unpin(root)
  await fails('content/refused', () => kubo.unpin(root))
  await kubo.pin(root)
  await fails('content/refused', () => kubo.block(cidOf('raw', text('never stored'))))
})

test('is not believed to be stored when the store says another id, or nothing', async () => {
  const { createServer } = await import('node:http')
  const answers = ['{"Name":"","Hash":"QmOther"}\n', 'not JSON\n', '']
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(answers.shift()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const kubo = new KuboStore(`http://127.0.0.1:${port}`)
  for (const _ of [1, 2, 3]) await fails('content/otherId', () => kubo.addFolder(hello()))
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await fails('content/unreachable', () => kubo.id())
  for (const text of [
    '',
    'kubo:',
    'kubo:ftp://x',
    'http://127.0.0.1:5001',
    'kubo:127.0.0.1:5001',
  ]) {
    await fails('content/unknownStore', () => storeNamed(text, ''))
  }
})

test('of an update is fetched only where it changed', async () => {
  await using here = await serving()
  using folder = temporaryFolder()
  const mine = new LocalStore(folder.path)
  const release = (changed: string) => [
    ...Array.from({ length: 60 }, (_, at) => fileOf(`d${at % 6}/f${at}`, text(`same ${at}`))),
    fileOf('d0/changed', text(changed)),
    fileOf('big', big),
  ]
  const from = new KuboStore(here.url)
  const options = { from, into: mine, maxBytes: 10_000_000 }
  const first = await fetchTree(await here.store.addFolder(release('one')), options)
  assert.is(first.keptBlocks, 0)
  assert.ok(first.fetchedBytes > big.length)
  const next = await here.store.addFolder(release('two'))
  const second = await fetchTree(next, options)
  // The changed file, its folder, and the top.
  assert.is(second.fetchedBlocks, 3)
  assert.ok(second.fetchedBytes < 5_000)
  assert.is((await fetchTree(next, options)).fetchedBlocks, 0)
  assert.equal(await bytesOf(mine, `${cidText(next)}/d0/changed`), text('two'))
  assert.ok(mine.pins().includes(cidText(next)))
})

test('from a liar or without end is refused, and nothing of it is kept as real', async () => {
  using folder = temporaryFolder()
  const source = new LocalStore(folder.join('a'))
  const into = new LocalStore(folder.join('b'))
  const root = await source.addFolder([...hello(), fileOf('big', big)])
  const from = { name: 'liar', block: async () => text('other bytes') }
  await fails('content/damaged', () => fetchTree(root, { from, into, maxBytes: 1e9 }))
  assert.equal(readdirSync(folder.join('b/blocks')), [])
  await fails('content/tooLarge', () => fetchTree(root, { from: source, into, maxBytes: 1e6 }))
  assert.equal(into.pins(), [])
  const stop = AbortSignal.abort()
  let error: unknown
  try {
    await fetchTree(root, { from: source, into, maxBytes: 1e9, signal: stop })
  } catch (thrown) {
    error = thrown
  }
  assert.is((error as Error).name, 'AbortError')
})

test.run()
