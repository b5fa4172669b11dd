import { existsSync, readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fails } from '../../support/fails.ts'
import { startInstance, type TestInstance, TOKEN } from '../../support/instance.ts'

const test = suite('runtime/engine: start-engine')

const MAIN = `import word from './lib/word.js'
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname === '/env') return Response.json(Object.keys(env).sort())
    if (pathname === '/call') return new Response(await env.ELA.call('storage/get'))
    if (pathname === '/asset') return env.ASSETS.fetch('http://assets/hello.txt')
    if (pathname === '/headers') return new Response('', { headers: { 'x-mine': '1', 'x-set': 'no' } })
    return new Response(word)
  },
}`
const SHORT = 'export default { fetch: () => new Response() }'
let instance: TestInstance

test.before(async () => {
  instance = await startInstance({
    modules: { 'main.js': MAIN, 'lib/word.js': "export default 'hello'" },
    assets: { 'hello.txt': 'a file' },
    options: { headers: { 'x-set': 'yes', 'x-mine': undefined } },
  })
})

test.after(async () => {
  await instance[Symbol.asyncDispose]()
})

test('a DApp answers, and imports its own modules', async () => {
  assert.is(await instance.get('/'), '200 hello')
})

test('a DApp sees its two bindings and nothing else', async () => {
  assert.is(await instance.get('/env'), '200 ["ASSETS","ELA"]')
})

test('a call goes through the shim to the gateway, with the token that the DApp never sees', async () => {
  assert.is(await instance.get('/call'), '200 from the gateway')
  assert.equal(instance.calls, [`POST http://ela.gateway/v1/storage/get ${TOKEN}`])
})

test('static files are there', async () => {
  assert.is(await instance.get('/asset'), '200 a file')
})

test('headers are set and removed whatever the DApp says', async () => {
  const { headers } = await fetch(`${instance.url}/headers`)
  assert.is(headers.get('x-set'), 'yes')
  assert.is(headers.get('x-mine'), null)
})

test('an instance proves with its key that it is the one that was started', async () => {
  assert.ok(await instance.engine.challenge())
  assert.not(await instance.engine.challenge('not hex'))
})

test('its usage can be read while it lives', () => {
  const usage = instance.engine.usage()
  assert.ok(usage !== undefined && usage.rssBytes > 10_000_000, JSON.stringify(usage))
})

test('the configuration with token and key is gone once it was read', () => {
  assert.equal(readdirSync(instance.runFolder).sort(), ['ctl', 'gw.sock'])
})

test('a killed instance is gone with its port, its pid and its socket', async () => {
  await using other = await startInstance({ modules: { 'main.js': SHORT } })
  const { engine, url, runFolder } = other
  engine.kill('revoked')
  assert.equal(await engine.ended, { reason: 'killed', detail: 'revoked' })
  await fetch(url).then(
    () => assert.unreachable(),
    () => undefined,
  )
  assert.not(existsSync(`/proc/${engine.pid}`))
  assert.equal(readdirSync(runFolder), ['gw.sock'])
  assert.is(engine.usage(), undefined)
  assert.not(await engine.challenge())
})

test('says why a DApp does not start', async () => {
  const error = await fails('runtime/engineNotStarted', () =>
    startInstance({ modules: { 'main.js': 'export const nothing = 1' } }),
  )
  assert.match(error.hint ?? '', /export default/)
  const broken = await fails('runtime/engineNotStarted', () =>
    startInstance({ modules: { 'main.js': 'this is not JavaScript' } }),
  )
  assert.match(broken.hint ?? '', /SyntaxError/)
})

test('modules with names that no author would choose are found', async () => {
  const names = ['a "b" \\ c.js', 'ünï 語.js', 'x.y/z w.js', "it's, (fine) = [1].js"]
  const imports = names.map((name, at) => `import v${at} from ${JSON.stringify(`./${name}`)}`)
  const main = `${imports.join('\n')}
export default { fetch: () => new Response([v0, v1, v2, v3].join(' ')) }`
  const others = Object.fromEntries(names.map((name, at) => [name, `export default ${at}`]))
  await using odd = await startInstance({
    modules: { 'm "a\' in.js': main, ...others },
    // What it signs is what it was given, so this went through the configuration unchanged.
    options: { id: 'an "id" \\ with\n\r\t \u0001 é 語 😀, embed "/config"' },
  })
  assert.is(await odd.get('/'), '200 0 1 2 3')
  assert.ok(await odd.engine.challenge())
})

test('refuses a DApp without modules', async () => {
  await fails('runtime/noModules', () => startInstance({ modules: {} }))
})

test.run()
