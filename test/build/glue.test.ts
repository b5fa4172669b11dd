/** The JavaScript around DApps of other languages, with a Java side that is played. */
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { glueFile } from '../../src/build/glue.ts'

const test = suite('glue of other languages')

type Ela = Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>>
type Dapp = { fetch(request: Request, env: { ELA: Ela }): Promise<Response> }
interface Host {
  call(capability: string, method: string, args: string): Promise<string>
}

const load = async (name: 'java-glue' | 'wasm-glue' | 'message') =>
  (await import(pathToFileURL(glueFile(name)).href)) as unknown
const java = (await load('java-glue')) as {
  serve(handle: (host: Host, message: string) => Promise<string>): Dapp
}
const wasm = (await load('wasm-glue')) as { serve(module: object): Dapp }
/** The engine's and Node's; the types of Node lack it. */
const { Module } = Reflect.get(globalThis, 'WebAssembly') as {
  Module: new (bytes: Uint8Array) => object
}
const { responseOf } = (await load('message')) as { responseOf(bytes: Uint8Array): Response }

const utf8 = (text: string) => new TextEncoder().encode(text)
const request = (path: string, init: RequestInit = {}) => new Request(`http://a.b${path}`, init)

test('hands requests in and answers out', async () => {
  let told = ''
  const dapp = java.serve(async (_host, message) => {
    told = message
    return '201\nx-a: 1\nx-b: a: b\n\nhällo\n\n'
  })
  const asked = request('/p?q=1', { method: 'POST', headers: { 'x-h': 'v' }, body: 'bödy\n\n' })
  const answer = await dapp.fetch(asked, { ELA: {} })
  assert.is(
    told,
    'POST http://a.b/p?q=1\ncontent-type: text/plain;charset=UTF-8\nx-h: v\n\nbödy\n\n',
  )
  assert.is(answer.status, 201)
  assert.is(answer.headers.get('x-b'), 'a: b')
  assert.is(await answer.text(), 'hällo\n\n')
})

test('carries calls with bytes both ways, and the reasons of refusals', async () => {
  const seen: unknown[] = []
  const ELA: Ela = {
    storage: {
      put: async (...args) => {
        seen.push(args)
      },
      get: async () => ({ list: [new Uint8Array([0, 255])], none: null }),
      del: async () => {
        throw new Error('capability/notGranted: no')
      },
    },
  }
  const outcomes: string[] = []
  const dapp = java.serve(async ({ call }) => {
    outcomes.push(await call('storage', 'put', '["k",{"$bytes":"AP8="}]'))
    outcomes.push(await call('storage', 'get', '[]'))
    outcomes.push(await call('storage', 'del', '[]'))
    outcomes.push(await call('storage', '__proto__', '[]'))
    outcomes.push(await call('con structor', 'get', '[]'))
    outcomes.push(await call('storage', 'get', '{}'))
    return '204\n\n'
  })
  assert.is((await dapp.fetch(request('/'), { ELA })).status, 204)
  assert.equal(seen, [['k', new Uint8Array([0, 255])]])
  assert.equal(outcomes.slice(0, 3), [
    '+null',
    '+{"list":[{"$bytes":"AP8="}],"none":null}',
    '-capability/notGranted: no',
  ])
  for (const outcome of outcomes.slice(3)) assert.match(outcome, /^-there is no call/)
})

test('takes any bytes for an answer or refuses them', () => {
  for (const [bytes, why] of [
    ['200', 'no end'],
    ['200\n', 'no end'],
    ['200\nno header\n\n', 'for a header'],
    ['99\n\n', ''],
    ['abc\n\n', ''],
    ['200\nbad name: x\n\n', ''],
  ] as const) {
    assert.throws(() => responseOf(utf8(bytes)), why === '' ? undefined : new RegExp(why))
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        return responseOf(bytes) instanceof Response
      } catch (error) {
        return error instanceof Error
      }
    }),
  )
})

test('says what a module lacks', async () => {
  const empty = new Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))
  const failed = await wasm
    .serve(empty)
    .fetch(request('/'), { ELA: {} })
    .catch((error: Error) => error.message)
  assert.is(failed, 'the module does not export `memory`')
})

test.run()
