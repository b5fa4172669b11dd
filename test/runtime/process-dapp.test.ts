import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type DappUnderTest, runDapp } from '../support/dapp.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('service DApp')

const answering = (text: string) => `
  import { createServer } from 'node:http'
  const text: string = ${text}
  const server = createServer((_request, response) => response.end(text))
  server.listen(Number(process.env.PORT), '127.0.0.1')
  process.on('SIGTERM', () => server.close())
`
const body = async (service: DappUnderTest) => (await fetch(service.url)).text()

test('runs TypeScript with the environment of the contract, and nothing of ours', async () => {
  process.env['ELA_TEST_SECRET'] = 'ours'
  await using service = await runDapp(
    {
      'src/main.ts': answering(
        'JSON.stringify([process.env.ESC_CHAIN_ID, process.env.ELA_TEST_SECRET ?? null, greet(), import.meta.url, process.cwd(), process.argv.length])',
      ).replace('import', "import { greet } from './greet.ts'\nimport"),
      'src/greet.ts': 'export const greet = (): string => "hi"',
    },
    { kind: 'service', env: { ESC_CHAIN_ID: '21' } },
  )
  delete process.env['ELA_TEST_SECRET']
  const ready = await service.nth('dapp-ready', 1)
  assert.is(ready.url, service.url)
  assert.is(ready.sandbox, 'none')
  const [chain, secret, greeting, module, cwd, argv] = JSON.parse(await body(service))
  assert.equal([chain, secret, greeting, argv], ['21', null, 'hi', 2])
  assert.match(module, /src\/main\.ts$/)
  assert.is(cwd, service.folder.path)
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
  assert.ok(second.tookMs < 1_000, `${second.tookMs} ms`)
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

test('looks past files that it is not made of', async () => {
  await using service = await runDapp(
    { 'src/main.ts': answering("'a'"), 'data/x.json': '1' },
    { kind: 'service' },
  )
  await service.nth('dapp-ready', 1)
  service.write('data/x.json', '2')
  service.write('README.md', 'new')
  await new Promise((resolve) => setTimeout(resolve, 100))
  service.write('src/main.ts', answering("'b'"))
  assert.equal((await service.nth('dapp-changed', 1)).files, ['src/main.ts'])
  await service.nth('dapp-ready', 2)
})

test('restarts for a path it is told to watch, and never for one to ignore', async () => {
  const parent = temporaryFolder()
  const files = { 'src/main.ts': answering("'a'"), 'words/a.txt': '1', 'words/tmp/b.txt': '1' }
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

test('waits for a fix after a crash, and shows where it was', async () => {
  await using service = await runDapp({ 'src/main.ts': answering("'a'") }, { kind: 'service' })
  await service.nth('dapp-ready', 1)
  service.write('src/main.ts', 'interface X { a: 1 }\n\nthrow new Error("broken by the edit")')
  const ended = await service.nth('dapp-ended', 1)
  assert.equal([ended.how, ended.willRestart], ['exit code 1', false])
  const lines = service.of('log').map(({ line }) => line)
  assert.ok(lines.some((line) => line.includes('broken by the edit')))
  assert.ok(
    lines.some((line) => /src\/main\.ts:3/.test(line)),
    lines.join('\n'),
  )
  service.write('src/main.ts', answering("'b'"))
  await service.nth('dapp-ready', 2)
  assert.is(await body(service), 'b')
})

test('runs JavaScript as it is written, CommonJS included', async () => {
  const code = `
    const http = require('node:http')
    http.createServer((q, r) => r.end(__filename)).listen(process.env.PORT, '127.0.0.1')`
  await using service = await runDapp({ 'main.cjs': code }, { kind: 'service' }, 'main.cjs')
  await service.nth('dapp-ready', 1)
  assert.is(await body(service), service.folder.join('main.cjs'))
})

test('is ready without a port when it has none', async () => {
  await using service = await runDapp(
    { 'src/main.ts': 'console.log(process.env.PORT); setInterval(() => {}, 1000)' },
    { kind: 'service', port: false },
  )
  const { url } = await service.nth('dapp-ready', 1)
  assert.is(url, undefined)
  const { line } = await service.nth('log', 1)
  assert.is(line, 'undefined')
})

test('tells of a service that comes to its end', async () => {
  await using service = await runDapp(
    { 'src/main.ts': "console.log('done')" },
    { kind: 'service', port: false },
  )
  assert.is((await service.nth('dapp-ended', 1)).how, 'exit code 0')
})

test('replaces a version that never answers, and one that ignores being asked', async () => {
  await using service = await runDapp(
    { 'src/main.ts': "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)" },
    { kind: 'service' },
  )
  await until('the start', () => service.of('dapp-starting')[0])
  // Every change counts until it runs; the first may come before the watcher has begun.
  await until('the next version', async () => {
    service.write('src/main.ts', answering("'b'"))
    await new Promise((resolve) => setTimeout(resolve, 200))
    return (await body(service).catch(() => '')) === 'b'
  })
})

test('restarts when asked', async () => {
  await using service = await runDapp({ 'src/main.ts': answering("'a'") }, { kind: 'service' })
  const first = await service.nth('dapp-ready', 1)
  await service.dapp.restart()
  const second = await service.nth('dapp-ready', 2)
  assert.is.not(second.pid, first.pid)
  assert.is(await body(service), 'a')
})

test('leaves nothing behind, grandchildren included', async () => {
  const service = await runDapp(
    {
      'src/main.ts': `
        import { spawn } from 'node:child_process'
        const child = spawn('sleep', ['1000'])
        console.log(child.pid)
        ${answering("'a'")}`,
    },
    { kind: 'service' },
  )
  const { pid } = await service.nth('dapp-ready', 1)
  const grandchild = Number((await service.nth('log', 1)).line)
  assert.ok(isThere(grandchild))
  await service[Symbol.asyncDispose]()
  await until('the end of both', () => !isThere(grandchild) && !isThere(pid ?? 0))
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
