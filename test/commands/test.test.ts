import { mkdirSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { elaProcess } from '../support/background.ts'
import { ela } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('ela test')

function project(files: Readonly<Record<string, string>>): TemporaryFolder {
  const folder = temporaryFolder()
  mkdirSync(folder.join('test', 'deep'), { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(folder.join('test', file), text)
  return folder
}

const passing = "import test from 'node:test'\ntest('fine', (t: unknown) => { void t })"
const failing = "import test from 'node:test'\n\ntest('wrong', () => { throw new TypeError('no') })"

test('runs tests in TypeScript and JavaScript, wherever they lie', async () => {
  using folder = project({
    'a.test.ts': passing,
    'deep/b.test.js': "require('node:test')('plain', () => {})",
    'not-a-test.ts': 'throw 1',
  })
  await using run = elaProcess('test', { cwd: folder.path })
  const { code, stdout } = await run.transcript()
  assert.is(code, 0, stdout)
  assert.match(stdout, '# pass 2')
})

test('passes on that a test failed, and where', async () => {
  using folder = project({ 'a.test.ts': passing, 'b.test.ts': failing })
  await using all = elaProcess('test', { cwd: folder.path })
  const { code, stdout } = await all.transcript()
  assert.is(code, 1)
  assert.match(stdout, /test\/b\.test\.ts:3/)
  await using one = elaProcess('test a.test', { cwd: folder.path })
  assert.is((await one.transcript()).code, 0)
  await using json = elaProcess('test --json', { cwd: folder.path })
  const transcript = await json.transcript()
  assert.is(transcript.code, 1)
  assert.is(JSON.parse(transcript.stdout).data.exitCode, 1)
})

test('says when there is nothing to run, or it does not compile', async () => {
  using folder = project({ 'a.test.ts': 'const = 1' })
  assert.is((await ela('test nope', { cwd: folder.path })).code, 2)
  const broken = await ela('test', { cwd: folder.path })
  assert.is(broken.code, 1)
  assert.match(broken.stderr, 'test/a.test.ts:1:7')
  using empty = temporaryFolder()
  assert.match((await ela('test', { cwd: empty.path })).stderr, 'There are no tests')
})

test.run()
