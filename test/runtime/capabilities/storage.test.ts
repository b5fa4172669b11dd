import { spawn } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { StoredValues } from '../../../src/runtime/capabilities/stored-values.ts'
import { root } from '../../support/ela.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { type GatewaySetup, testGateway } from '../../support/gateway.ts'

const test = suite('runtime/capabilities: storage')
const wishes = { storage: { bytes: 100 } }
const open = (setup: GatewaySetup = {}) => testGateway({ wishes, ...setup })

test('attack 24: keys that climb, are too long, or hold what no key holds are refused', async () => {
  await using gateway = await open()
  const bad = [
    ...['../../other/secret', 'a/../b', '..', 'a/..', '', 'a\0b', 'k'.repeat(10_240), 'a b', 'é'],
    ...['a\\b', 'C:x', 'a%2e', '\n', 5, null, {}, ['a'], true],
  ]
  for (const key of bad) {
    for (const method of ['get', 'delete']) {
      const code = await gateway.call(`storage/${method}`, key)
      assert.match(String(code), /^capability\/(badArgument|tooLong)$/, JSON.stringify(key))
    }
  }
  for (const good of ['a', '..a', 'a..b/c', '/', '~/x-y_z.1', '.', 'k'.repeat(256)]) {
    assert.is(await gateway.call('storage/get', good), null, good)
  }
})

test('attack 24: what another app keeps cannot be reached by any key', async () => {
  using state = temporaryFolder()
  await using first = await open({ state: state.path })
  await using second = await open({ state: state.path, identity: { app: 'did:elastos:iOther' } })
  await first.call('storage/put', 'secret', 'x')
  assert.is(await second.call('storage/get', 'secret'), null)
  assert.equal(await second.call('storage/list'), [])
  const [folder = ''] = readdirSync(state.join('storage'))
  assert.match(folder, /^[0-9a-f]{64}$/)
  for (const name of readdirSync(state.join('storage', folder))) {
    assert.match(name, /^[0-9a-f]{64}$/)
    assert.is(lstatSync(state.join('storage', folder, name)).mode & 0o777, 0o600)
  }
})

test('attack 24: the quota holds to the byte, counts keys, and frees what is deleted', async () => {
  await using gateway = await open()
  const { call } = gateway
  assert.is(await call('storage/put', 'a', 'x'.repeat(99)), null)
  assert.is(await call('storage/put', 'a', 'x'.repeat(100)), 'capability/overQuota')
  assert.is(await call('storage/put', 'b', ''), 'capability/overQuota')
  assert.is(await call('storage/getText', 'a'), 'x'.repeat(99))
  assert.equal(await call('storage/usage'), { bytes: 100, most: 100 })
  assert.is(await call('storage/delete', 'a'), true)
  assert.is(await call('storage/delete', 'a'), false)
  assert.equal(await call('storage/usage'), { bytes: 0, most: 100 })
  const { status } = await gateway.raw(
    {
      path: 'http://ela.gateway/v1/storage/put',
      headers: { host: 'ela.gateway', 'x-ela-token': 'a7'.repeat(32) },
    },
    JSON.stringify(['a', 'x'.repeat(101)]),
  )
  assert.is(status, 413)
})

test('two that write at the same time are together no more than the quota', async () => {
  using state = temporaryFolder()
  await using first = await open({ state: state.path })
  await using second = await open({ state: state.path })
  const calls = Array.from({ length: 20 }, (_, index) =>
    (index % 2 === 0 ? first : second).call('storage/put', `k${10 + index}`, 'x'.repeat(47)),
  )
  const kept = (await Promise.all(calls)).filter((answer) => answer === null)
  assert.is(kept.length, 2)
  assert.equal(await first.call('storage/usage'), { bytes: 100, most: 100 })
})

test('the limits of the instance bound what the manifest asks for', async () => {
  await using gateway = await open({ limits: { storageBytes: 10 } })
  assert.equal(await gateway.call('storage/usage'), { bytes: 0, most: 10 })
})

test('the next release of an app finds what the one before kept', async () => {
  using state = temporaryFolder()
  await using first = await open({ state: state.path })
  await first.call('storage/put', 'a', 'kept')
  const bundleId = `sha256:${'1'.repeat(64)}`
  await using next = await open({ state: state.path, identity: { bundleId, version: '2.0.0' } })
  assert.is(await next.call('storage/getText', 'a'), 'kept')
})

test('what nobody signed finds nothing of the app it claims to be, and leaves nothing', async () => {
  using state = temporaryFolder()
  await using signed = await open({ state: state.path })
  await signed.call('storage/put', 'a', 'secret')
  const unsigned = await open({ state: state.path, identity: { bundleId: undefined } })
  assert.is(await unsigned.call('storage/get', 'a'), null)
  await unsigned.call('storage/put', 'b', 'x')
  assert.is(readdirSync(state.join('throw-away')).length, 1)
  await unsigned[Symbol.asyncDispose]()
  assert.equal(readdirSync(state.join('throw-away')), [])
  assert.equal(await signed.call('storage/list'), ['a'])
})

test('what an unsigned DApp left whose process was killed is removed at the next start', async () => {
  using state = temporaryFolder()
  const gone = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => gone.on('exit', resolve))
  mkdirSync(state.join('throw-away', `${gone.pid}.${'a'.repeat(16)}`), { recursive: true })
  await using gateway = await open({ state: state.path, identity: { bundleId: undefined } })
  await gateway.call('storage/put', 'a', 'x')
  const left = readdirSync(state.join('throw-away'))
  assert.equal(
    left.map((name) => name.split('.')[0]),
    [`${process.pid}`],
  )
})

test('keys are listed in order, by prefix and in pages', async () => {
  await using gateway = await open()
  for (const key of ['b/2', 'b/1', 'a', 'c']) await gateway.call('storage/put', key, '')
  assert.equal(await gateway.call('storage/list'), ['a', 'b/1', 'b/2', 'c'])
  assert.equal(await gateway.call('storage/list', 'b/'), ['b/1', 'b/2'])
  assert.equal(await gateway.call('storage/list', 'b/', 'b/1'), ['b/2'])
  assert.is(await gateway.call('storage/list', 'b\n'), 'capability/badArgument')
})

test('a link in the place of a value is not followed, and files of others are no values', async () => {
  using folder = temporaryFolder()
  const values = new StoredValues(folder.join('values'))
  await values.put('a', Buffer.from('x'), { bytes: 100, keys: 10 })
  const [name = ''] = readdirSync(folder.join('values'))
  writeFileSync(folder.join('secret'), 'secret')
  writeFileSync(folder.join('values', 'f'.repeat(64)), '')
  writeFileSync(folder.join('values', 'e'.repeat(64)), Buffer.from([0xff, 0xff, 1]))
  symlinkSync(folder.join('secret'), folder.join('values', `${name.slice(0, -1)}x`))
  assert.equal(await values.keys(), ['a'])
})

test('any keys and values come back as they were, by whoever opens the folder', async () => {
  using folder = temporaryFolder()
  const values = new StoredValues(folder.path)
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  const property = fc.asyncProperty(key, fc.uint8Array({ maxLength: 200 }), async (name, bytes) => {
    assert.ok(await values.put(name, bytes, { bytes: 1e9, keys: 1e6 }))
    const found = await new StoredValues(folder.path).get(name)
    assert.equal([...(found ?? [])], [...bytes])
  })
  await fc.assert(property, { numRuns: 60 })
})

test('a value is the old one or the new one when its writer is killed', async () => {
  using folder = temporaryFolder()
  const program = `
    import { StoredValues } from ${JSON.stringify(path.join(root, 'src/runtime/capabilities/stored-values.ts'))}
    const values = new StoredValues(${JSON.stringify(folder.join('values'))})
    for (let round = 0; ; round += 1) {
      await values.put('k', Buffer.alloc(200_000, round % 251), { bytes: 1e9, keys: 10 })
      if (round === 3) process.stdout.write('writing')
    }`
  writeFileSync(folder.join('writer.mts'), program)
  for (let round = 0; round < 2; round += 1) {
    const args = ['--import', import.meta.resolve('tsx'), folder.join('writer.mts')]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const found = await new StoredValues(folder.join('values')).get('k')
    assert.is(found?.length, 200_000)
    assert.is(new Set(found).size, 1)
  }
  assert.ok(existsSync(folder.join('values')))
})

test.run()
