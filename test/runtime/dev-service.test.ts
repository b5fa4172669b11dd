import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_APP } from '../../src/runtime/unsigned.ts'
import { type DappUnderTest, runDapp } from '../support/dapp.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('service in work')

const answering = (text: string) =>
  `export default { async fetch(request: Request, env: any): Promise<Response> { return new Response(${text}) } }\n`
const body = async (service: DappUnderTest) => (await fetch(service.url)).text()

test('runs TypeScript in an engine of its own, with nothing of this machine', async () => {
  process.env['ELA_TEST_SECRET'] = 'ours'
  await using service = await runDapp(
    {
      'src/main.ts': `import { greet } from './greet.ts'\n${answering(
        'JSON.stringify([greet(), typeof process, Object.keys(env), await fetch("http://127.0.0.1:1").then(() => "out", () => "kept in")])',
      )}`,
      'src/greet.ts': 'export const greet = (): string => "hi"',
    },
    { kind: 'service' },
  )
  delete process.env['ELA_TEST_SECRET']
  const ready = await service.nth('dapp-ready', 1)
  assert.is(ready.url, service.url)
  assert.match(ready.level, /^[AC]$/)
  assert.equal(JSON.parse(await body(service)), ['hi', 'undefined', ['ELA'], 'kept in'])
  const admitted = await service.nth('dapp-admitted', 1)
  assert.equal([admitted.signature, admitted.bundleId], ['unsigned', undefined])
})

test('runs the new code after an edit, also of an imported file', async () => {
  await using service = await runDapp(
    {
      'src/main.ts': `import { one } from './one.ts'\n${answering('one')}`,
      'src/one.ts': "export const one = 'a'",
    },
    { kind: 'service' },
  )
  const first = await service.nth('dapp-ready', 1)
  assert.is(await body(service), 'a')
  service.write('src/one.ts', "export const one = 'b'")
  const second = await service.nth('dapp-ready', 2)
  assert.is(await body(service), 'b')
  assert.is.not(second.pid, first.pid)
  assert.is(second.url, first.url)
  assert.ok(second.tookMs >= 0)
  assert.equal((await service.nth('dapp-changed', 1)).files, ['src/one.ts'])
  assert.equal(service.of('dapp-ended'), [])
})

test('runs the last of many edits', async () => {
  await using service = await runDapp({ 'src/main.ts': answering("'0'") }, { kind: 'service' })
  await service.nth('dapp-ready', 1)
  for (let edit = 1; edit <= 20; edit += 1) {
    service.write('src/main.ts', answering(`'${edit}'`))
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  await until('the last edit', async () => (await body(service).catch(() => '')) === '20')
})

test('restarts for a path it is told to watch, and never for others', async () => {
  const parent = temporaryFolder()
  const files = {
    'src/main.ts': answering("'a'"),
    'words/a.txt': '1',
    'words/tmp/b.txt': '1',
    'data/x.json': '1',
  }
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(parent.join(file)), { recursive: true })
    writeFileSync(parent.join(file), content)
  }
  await using service = await runDapp(
    {},
    {
      kind: 'service',
      folder: parent.path,
      entry: parent.join('src', 'main.ts'),
      watch: [parent.join('words')],
      ignore: [parent.join('words', 'tmp')],
    },
  )
  await service.nth('dapp-ready', 1)
  writeFileSync(parent.join('words', 'tmp', 'b.txt'), '2')
  writeFileSync(parent.join('data', 'x.json'), '2')
  await new Promise((resolve) => setTimeout(resolve, 100))
  writeFileSync(parent.join('words', 'a.txt'), '2')
  assert.equal((await service.nth('dapp-changed', 1)).files, ['words/a.txt'])
  await service.nth('dapp-ready', 2)
  await service.dapp.stop()
  parent[Symbol.dispose]()
})

test('keeps the version that works while the new one does not compile', async () => {
  await using service = await runDapp({ 'src/main.ts': answering("'a'") }, { kind: 'service' })
  const { pid } = await service.nth('dapp-ready', 1)
  service.write('src/main.ts', 'const = 3')
  const { message, hint } = await service.nth('notice', 1)
  assert.match(message, '`src/main.ts` does not compile. The version before it runs on.')
  assert.match(hint ?? '', 'src/main.ts:1:7')
  assert.is(await body(service), 'a')
  service.write('src/main.ts', answering("'fixed'"))
  const fixed = await service.nth('dapp-ready', 2)
  assert.is(await body(service), 'fixed')
  assert.is.not(fixed.pid, pid)
})

test('waits for a fix of what does not compile at the start', async () => {
  await using service = await runDapp(
    { 'src/main.ts': `import { one } from './one.ts'\n${answering('one')}` },
    { kind: 'service' },
  )
  assert.match((await service.nth('notice', 1)).hint ?? '', 'Could not resolve')
  service.write('src/one.ts', "export const one = 'there now'")
  await service.nth('dapp-ready', 1)
  assert.is(await body(service), 'there now')
})

test('waits for a fix of what fails while it loads, and shows why', async () => {
  await using service = await runDapp({ 'src/main.ts': answering("'a'") }, { kind: 'service' })
  await service.nth('dapp-ready', 1)
  service.write('src/main.ts', `throw new Error("broken by the edit")\n${answering("'a'")}`)
  const { hint = '' } = await service.nth('notice', 1)
  assert.match(hint, 'broken by the edit')
  service.write('src/main.ts', answering("'b'"))
  await service.nth('dapp-ready', 2)
  assert.is(await body(service), 'b')
})

test('says what a service looks like to one that listens by itself', async () => {
  const old = "import { createServer } from 'node:http'\ncreateServer().listen(process.env.PORT)"
  await using service = await runDapp({ 'src/main.ts': old }, { kind: 'service' })
  const { hint = '' } = await service.nth('notice', 1)
  assert.match(hint, '`node:http` is a module of Node')
  service.write('src/main.ts', 'export const one = 1')
  assert.match((await service.nth('notice', 2)).hint ?? '', 'export default { fetch')
})

test('shows what the DApp prints, and lets none of it act on the terminal', async () => {
  const print = 'console.log("a\\u001b[2Jb\\u001b]0;title\\u0007\\u202ec\\u0000")'
  await using service = await runDapp(
    { 'src/main.ts': answering(`(${print}, 'a')`) },
    { kind: 'service' },
  )
  await service.nth('dapp-ready', 1)
  await body(service)
  const { line } = await service.nth('log', 1)
  assert.not.match(line, /[\p{Cc}\p{Cf}]/u)
  assert.match(line, /a.*b.*202e.*c/)
})

test('grants what the project asks for, and only for the session', async () => {
  const capabilities = { storage: { bytes: 4_096, reason: 'to remember' } }
  const remember = `String(await env.ELA.whoami().then((who) => who.app))`
  await using service = await runDapp(
    { 'src/main.ts': answering(remember) },
    { kind: 'service', manifest: { capabilities } },
  )
  await service.nth('dapp-ready', 1)
  const { granted, denied } = await service.nth('dapp-granted', 1)
  assert.equal([granted, denied], [['storage'], []])
  assert.is(await body(service), 'did:elastos:unsigned')
})

test('asks for what an edit of the manifest asks for more, as a diff, until it is answered', async () => {
  const before = { net: { hosts: ['https://a.example'] } }
  const after = { net: { hosts: ['https://a.example', 'https://b.example'], reason: 'news' } }
  await using service = await runDapp(
    { 'src/main.ts': answering("'a'") },
    { kind: 'service', manifest: { capabilities: before }, canAsk: true },
  )
  await service.nth('dapp-ready', 1)
  const manifest = {
    name: 'under-test',
    version: '0.1.0',
    app: NO_APP,
    publisher: NO_APP,
    limits: {},
  }
  await service.dapp.change?.({ ...manifest, capabilities: after })
  const { id, ask } = await service.nth('dapp-asks', 1)
  assert.equal([ask.capability, ask.reason], ['net', 'news'])
  assert.equal(ask.lines, [
    { text: 'reach https://a.example', isNew: false },
    { text: 'reach https://b.example', isNew: true },
  ])
  assert.equal((await service.nth('dapp-granted', 2)).denied, ['net'])
  service.dapp.answer?.(id, 'once')
  assert.equal((await service.nth('dapp-granted', 3)).granted, ['net'])
  service.dapp.answer?.(id, 'never')
  assert.is(service.of('dapp-granted').length, 3)
})

test('restarts when asked', async () => {
  await using service = await runDapp({ 'src/main.ts': answering("'a'") }, { kind: 'service' })
  const first = await service.nth('dapp-ready', 1)
  await service.dapp.restart()
  const second = await service.nth('dapp-ready', 2)
  assert.is.not(second.pid, first.pid)
  assert.is(await body(service), 'a')
})

test('leaves nothing behind', async () => {
  const service = await runDapp({ 'src/main.ts': answering("'a'") }, { kind: 'service' })
  const { pid } = await service.nth('dapp-ready', 1)
  await service[Symbol.asyncDispose]()
  await until('the end', () => !isThere(pid ?? 0))
  assert.not(existsSync(service.folder.path))
})

test('stops while it starts', async () => {
  for (const pauseMs of [0, 5, 20, 60]) {
    const service = await runDapp({ 'src/main.ts': answering("'a'") }, { kind: 'service' })
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    await service[Symbol.asyncDispose]()
    assert.equal(service.of('dapp-ended'), [])
  }
})

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test.run()
