/** What a hostile DApp tries with the engine itself, and what it gets; it goes on living. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '../../support/ela.ts'
import { until } from '../../support/fails.ts'
import { startInstance, type TestInstance } from '../../support/instance.ts'

const test = suite('runtime/engine: attacks')
const DAPP = readFileSync(path.join(root, 'test/fixtures/dapps/misbehaves.js'), 'utf8')
let instance: TestInstance

test.before(async () => {
  instance = await startInstance({ modules: { 'main.js': DAPP } })
})

test.after(async () => {
  await instance[Symbol.asyncDispose]()
})

test.after.each(async () => {
  assert.is(await instance.get('/'), '200 alive')
})

async function answer(name: string): Promise<unknown> {
  const response = await fetch(`${instance.url}/${name}`)
  return response.ok ? response.json() : { threw: `status ${response.status}` }
}

async function isRefused(name: string): Promise<void> {
  const got = await answer(name)
  assert.ok(got instanceof Object && 'threw' in got, `${name} gave ${JSON.stringify(got)}`)
}

test('attack 50: no text becomes code, and no bytes become WebAssembly', async () => {
  const names = (await answer('code')) as readonly string[]
  assert.is(names.length, 8)
  assert.equal(
    names.filter((name) => name === 'DID'),
    [],
  )
  await isRefused('compile')
  await isRefused('instantiate')
  assert.equal(await answer('imports'), [])
})

test('attack 51: it cannot wait in shared memory, and its clocks tick in milliseconds', async () => {
  await isRefused('wait')
  assert.equal(await answer('clock'), [0])
})

test('attack 52: there is no process to end, and nothing to debug or start', async () => {
  assert.equal(await answer('globals'), [])
})

test('attack 45: recursion, timers, promises and calls by the thousand are survived', async () => {
  await isRefused('recursion')
  await isRefused('timers')
  await answer('promises')
  assert.is(await answer('calls'), 2_000)
})

test('attack 46: what it prints is capped, counted, and cannot steer a terminal', async () => {
  await answer('escapes')
  const line = await until('the line', () => instance.lines.find((one) => one.startsWith('a')))
  assert.is(line, 'abcde\\u{202e}f')
  await answer('print')
  await answer('escapes')
  await until('a line after the flood', async () => {
    await answer('escapes')
    return instance.lines.some((one) => /^… \d+ lines were not kept/.test(one))
  })
  assert.ok(instance.lines.length < 5_000, `${instance.lines.length} lines`)
})

test.run()
