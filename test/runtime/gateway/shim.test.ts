/** `env.ELA` in the real engine, before the real gateway. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CapabilityName, grammars } from '../../../src/bundle/capabilities/index.ts'
import type { Json } from '../../../src/protocol/did/canonical-json.ts'
import { capabilities } from '../../../src/runtime/capabilities/index.ts'
import { frontSource } from '../../../src/runtime/gateway/front.ts'
import { shimSource } from '../../../src/runtime/gateway/shim.ts'
import { root } from '../../support/ela.ts'
import { identity, type TestGateway, TOKEN, testGateway } from '../../support/gateway.ts'
import { startInstance, type TestInstance } from '../../support/instance.ts'

const test = suite('runtime/gateway: shim')
const DAPP = readFileSync(path.join(root, 'test/fixtures/dapps/calls-ela.js'), 'utf8')
const GRANTED = ['storage', 'log', 'clock'] as const
const WISHES = { storage: { bytes: 50_000_000 }, log: {}, clock: {} }
let gateway: TestGateway
let instance: TestInstance

async function open(
  wishes: Json = WISHES,
  granted: readonly CapabilityName[] = GRANTED,
): Promise<[TestGateway, TestInstance]> {
  const own = await testGateway({ wishes, limits: { requestsPerSecond: 400 } })
  try {
    const started = await startInstance({
      modules: { 'main.js': DAPP },
      options: {
        shim: shimSource(granted),
        front: frontSource(granted),
        gateway: { socket: own.socket, token: TOKEN },
      },
    })
    return [own, started]
  } catch (error) {
    await own[Symbol.asyncDispose]()
    throw error
  }
}

test.before(async () => {
  ;[gateway, instance] = await open()
})

test.after(async () => {
  await instance?.[Symbol.asyncDispose]()
  await gateway?.[Symbol.asyncDispose]()
})

async function act(way: string, of = instance): Promise<{ got?: unknown; thrown?: string }> {
  const answer = await fetch(`${of.url}/${way}`)
  assert.is(answer.status, 200, way)
  return (await answer.json()) as { got?: unknown; thrown?: string }
}

test('a DApp asks who it is', async () => {
  assert.equal((await act('whoami')).got, { instance: 'test', ...identity })
})

test('text and bytes arrive as they were given', async () => {
  const { got } = await act('roundtrip')
  assert.equal(got, [true, [0, 255, 128], 'ü€', null, ['a/b', 't']])
})

test('every method of every capability goes through the engine to its gateway', async () => {
  const names = Object.keys(grammars) as CapabilityName[]
  const examples = Object.fromEntries(names.map((name) => [name, grammars[name].example]))
  const [own, other] = await open(examples, names)
  try {
    const { got } = await act('every', other)
    const methods = names.flatMap((name) =>
      Object.keys(capabilities[name].methods).map((method) => `${name} ${method}`),
    )
    assert.equal(Object.keys(got as object).sort(), [...methods].sort())
    for (const [method, what] of Object.entries(got as Record<string, string>)) {
      assert.match(what, /^(answered|capability\/(badArgument|notDeclared))$/, method)
    }
    const reached = own.audit.map(({ service, verb }) => `${service} ${verb}`)
    assert.equal(reached.sort(), [...methods].sort())
  } finally {
    await other[Symbol.asyncDispose]()
    await own[Symbol.asyncDispose]()
  }
})

test('a value of eleven megabytes is kept and found', async () => {
  assert.equal(await act('large'), { got: true })
})

test('attack 64: what a call takes is seen in whole milliseconds only', async () => {
  const { got } = await act('times')
  assert.ok((got as number[]).every(Number.isInteger), JSON.stringify(got))
})

test('a refusal reaches the DApp as an error with its code', async () => {
  assert.match((await act('refused')).thrown ?? '', /^capability\/badArgument: /)
  assert.is((await act('code')).got, 'capability/badArgument')
})

test('attack 13: a DApp cannot call the gateway with a token of its own', async () => {
  assert.match((await act(`token?token=${TOKEN}`)).thrown ?? '', /network access is not available/)
})

test('attack 55: a DApp sees the capabilities of its manifest and nothing else', async () => {
  assert.equal((await act('names')).got, ['ELA'])
  const methodsOf = (name: (typeof GRANTED)[number]) => Object.keys(capabilities[name].methods)
  const documented = Object.fromEntries(GRANTED.map((name) => [name, methodsOf(name)]))
  assert.equal((await act('members')).got, { ...documented, whoami: 'function' })
  assert.equal((await act('outside')).got, [])
  // Another way to the same bindings would show what the engine puts on them.
  assert.equal((await act('imported')).got, [])
})

test('attack 54: odd arguments are refused one by one, and the shim lives', async () => {
  const { got } = await act('odd')
  const seen = Object.entries(got as Record<string, string>)
  assert.equal(
    seen.filter(([, what]) => what === 'taken').map(([name]) => name),
    [],
  )
  assert.ok(seen.length > 20)
  assert.is((await act('whoami')).thrown, undefined)
})

test('names that begin with $ and a member called __proto__ stay what they are', async () => {
  const before = gateway.audit.length
  assert.equal(await act('plain'), {})
  const made = gateway.audit.slice(before).map(({ verb, decision }) => `${verb} ${decision}`)
  assert.equal(made, ['put allow', 'info allow'])
})

test('attack 53: changed prototypes of the DApp change no answer of the runtime', async () => {
  const [own, other] = await open()
  try {
    const { got, thrown } = await act('poisoned', other)
    assert.is(thrown, undefined)
    const expected = ['after', 'before', 2, 'y', 'number', identity.app, 'capability/badArgument']
    assert.equal(JSON.parse(String(got)), expected)
    assert.equal(
      own.audit.filter(({ decision }) => decision === 'deny'),
      [],
    )
  } finally {
    await other[Symbol.asyncDispose]()
    await own[Symbol.asyncDispose]()
  }
})

test('attack 45: a hundred thousand calls at once end in answers and errors, and it lives', async () => {
  const { got } = await act('many?count=100000')
  const seen = got as Record<string, number>
  const total = Object.values(seen).reduce((sum, count) => sum + count, 0)
  assert.is(total, 100_000)
  assert.ok((seen['ok'] ?? 0) >= 100, JSON.stringify(seen))
  const known = ['ok', 'capability/tooMany', 'capability/tooFast']
  assert.equal(
    Object.keys(seen).filter((key) => !known.includes(key)),
    [],
  )
  assert.equal(gateway.abuses, [])
  assert.is((await act('names')).thrown, undefined)
})

test.run()
