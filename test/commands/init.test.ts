import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ela } from '../support/ela.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('ela init')

test('makes a project and says what comes next', async () => {
  using folder = temporaryFolder()
  const { code, stdout, stderr } = await ela('init song-shop', { cwd: folder.path })
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, 'song-shop: ')
  assert.match(stdout, /Next:\n {2}cd song-shop\n {2}ela dev\n$/)
  assert.ok(existsSync(folder.join('song-shop', 'public', 'index.html')))
})

test('answers programs with one document', async () => {
  using folder = temporaryFolder()
  const line = 'init api --template service --name my-api --json'
  const { code, stdout } = await ela(line, { cwd: folder.path })
  const { ok, schema, data } = JSON.parse(stdout)
  assert.equal([code, ok, schema], [0, true, 'ela/init@1'])
  assert.equal([data.folder, data.name, data.template], [folder.join('api'), 'my-api', 'service'])
  assert.ok(data.files.includes('src/main.ts'))
})

test('takes the folder it stands in with --yes, named after it', async () => {
  using folder = temporaryFolder()
  mkdirSync(folder.join('My Shop'))
  const { code } = await ela('init --yes', { cwd: folder.join('My Shop') })
  assert.is(code, 0)
  const { name } = JSON.parse(readFileSync(folder.join('My Shop', 'package.json'), 'utf8'))
  assert.is(name, 'my-shop')
})

test('asks nobody when nobody can answer: exit code 3, naming the way', async () => {
  using folder = temporaryFolder()
  const { code, stdout, stderr } = await ela('init', { cwd: folder.path })
  assert.equal([code, stdout], [3, ''])
  assert.match(stderr, 'ela init my-dapp')
  const json = await ela('init --json', { cwd: folder.path, tty: true })
  assert.is(JSON.parse(json.stdout).error.code, 'init/folderNeeded')
})

test('asks nothing about a folder that it will refuse', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('mine.txt'), 'mine')
  const { code, stderr } = await ela('init . --color never', { cwd: folder.path, tty: true })
  assert.is(code, 2)
  assert.match(stderr, /^error: .* is not empty/)
})

test('refuses what is wrong before it writes anything: exit code 2', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('mine.txt'), 'mine')
  for (const [line, told] of [
    ['init --yes', 'is not empty'],
    ['init x --template wob', 'Did you mean `web`?'],
    ['init x --name "A B"', '--name a-b'],
    ['init x --nmae y', '--name'],
  ] as const) {
    const { code, stderr } = await ela(line, { cwd: folder.path })
    assert.is(code, 2, line)
    assert.match(stderr, told)
    assert.not(existsSync(folder.join('x')))
  }
})

test('lists the templates', async () => {
  const { stdout } = await ela('init --list --json')
  const { schema, data } = JSON.parse(stdout)
  assert.is(schema, 'ela/init-list@1')
  assert.is(data[0].name, 'web')
  assert.match((await ela('init --list')).stdout, /^web +A web page/)
})

test.run()
