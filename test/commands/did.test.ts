import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ela } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const PHRASE = 'service illegal blossom voice three eagle grace agent service average knock round'
const FIRST_OF_PHRASE = 'did:elastos:iW3HU8fTmwkENeVT9UCEvvg3ddUD5oCxYA'
const test = suite('ela did, with no devnet running')

function data(stdout: string) {
  const { ok, schema, data: inner } = JSON.parse(stdout)
  assert.is(ok, true)
  return { schema, ...inner }
}

async function failure(line: string, folder: TemporaryFolder, env = {}) {
  const { code, stdout, stderr } = await ela(`${line} --json`, { cwd: folder.path, env })
  const { ok, error } = JSON.parse(stdout)
  assert.is(ok, false)
  assert.match(stderr, 'error:')
  return { code, error: error.code as string }
}

test('makes DIDs one after the other, and remembers them without a secret', async () => {
  using folder = temporaryFolder()
  const at = { cwd: folder.path }
  const first = await ela('did new singer', at)
  assert.is(first.code, 0)
  assert.match(first.stdout, /^singer did:elastos:i\w{33}\n$/)
  const second = data((await ela('did new --json', at)).stdout)
  assert.is(second.schema, 'ela/did-new@1')
  assert.equal([second.name, second.index, second.phrase], ['did-11', 11, 'devnet'])
  const list = data((await ela('did list --json', at)).stdout)
  assert.is(list.schema, 'ela/did-list@1')
  const names = list.dids.map(({ name }: { name: string }) => name)
  assert.equal(names.slice(0, 2), ['alice', 'bob'])
  assert.equal(names.slice(-2), ['singer', 'did-11'])
  const file = readFileSync(folder.join('.ela', 'dids.json'), 'utf8')
  assert.not.match(file, /[0-9a-f]{64}/)
})

test('makes the same DIDs in another folder', async () => {
  using one = temporaryFolder()
  using other = temporaryFolder()
  const made = await ela('did new a --json', { cwd: one.path })
  assert.equal(await ela('did new a --json', { cwd: other.path }), made)
})

test('makes DIDs of the phrase in ELA_MNEMONIC_FILE, and needs it again for their keys', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('words'), `${PHRASE}\n`)
  const env = { ELA_MNEMONIC_FILE: folder.join('words') }
  const made = data((await ela('did new mine --json', { cwd: folder.path, env })).stdout)
  assert.equal([made.index, made.phrase, made.did], [0, 'file', FIRST_OF_PHRASE])
  assert.not.match(readFileSync(folder.join('.ela', 'dids.json'), 'utf8'), 'blossom')
  assert.equal(await failure('did new x', folder, { ELA_MNEMONIC_FILE: folder.join('none') }), {
    code: 2,
    error: 'did/phraseUnreadable',
  })
})

test('refuses names that are taken or no names', async () => {
  using folder = temporaryFolder()
  await ela('did new singer', { cwd: folder.path })
  assert.equal(await failure('did new singer', folder), { code: 2, error: 'did/nameTaken' })
  assert.equal(await failure('did new alice', folder), { code: 2, error: 'did/nameTaken' })
  assert.equal(await failure('did new ../x', folder), { code: 2, error: 'did/badName' })
  assert.equal(await failure('did show singr', folder), { code: 2, error: 'did/unknownName' })
  const damaged = 'did show did:elastos:iW3HU8fTmwkENeVT9UCEvvg3ddUD5oCxYB'
  assert.equal(await failure(damaged, folder), { code: 2, error: 'did/damaged' })
})

test('names a damaged list and leaves it as it is', async () => {
  using folder = temporaryFolder()
  await ela('did new singer', { cwd: folder.path })
  const file = folder.join('.ela', 'dids.json')
  for (const damaged of ['{', '[]', 'null', '{"schema":"ela/dids@1","dids":[{"name":1}]}']) {
    writeFileSync(file, damaged)
    assert.equal(await failure('did new other', folder), { code: 4, error: 'did/listUnreadable' })
    assert.is(readFileSync(file, 'utf8'), damaged)
  }
})

test('shows what is known without a chain', async () => {
  using folder = temporaryFolder()
  const shown = data((await ela('did show alice --json', { cwd: folder.path })).stdout)
  assert.equal([shown.schema, shown.name, shown.index], ['ela/did-show@1', 'alice', 0])
  assert.is(shown.status, undefined)
  const { code, stdout } = await ela('did show alice', { cwd: folder.path })
  assert.is(code, 0)
  assert.match(stdout, 'no devnet is running')
  assert.not.ok(existsSync(folder.join('.ela')))
})

test('says that no devnet is running where one is needed', async () => {
  using folder = temporaryFolder()
  for (const line of ['publish alice', 'resolve alice', 'deactivate alice']) {
    assert.equal(await failure(`did ${line}`, folder), { code: 8, error: 'devnet/notRunning' })
  }
})

test('refuses wishes it cannot read before it looks for a chain', async () => {
  using folder = temporaryFolder()
  const wrong = {
    '--expires 2001-01-01': 'did/badExpires',
    '--expires 2031-02-30': 'did/badExpires',
    '--expires soon': 'did/badExpires',
    '--service hive': 'did/badService',
    '--service "a b,c,d"': 'did/badService',
  }
  for (const [flag, error] of Object.entries(wrong)) {
    assert.equal(await failure(`did publish alice ${flag}`, folder), { code: 2, error })
  }
})

test('has help with examples for every verb', async () => {
  for (const verb of ['new', 'publish', 'resolve', 'list', 'show', 'deactivate']) {
    const { code, stdout } = await ela(`did ${verb} --help`)
    assert.is(code, 0)
    assert.match(stdout, new RegExp(`Examples?:\\n  ela did ${verb}`))
  }
})

test.run()
