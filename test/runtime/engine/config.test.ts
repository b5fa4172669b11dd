import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  CapnpEmbed,
  type CapnpValue,
  CapnpWord,
  capnpText,
} from '../../../src/runtime/engine/capnp.ts'
import { type InstanceConfig, instanceConfig } from '../../../src/runtime/engine/config.ts'
import { type Read, type ReadStruct, readCapnp } from '../../support/capnp-reader.ts'
import { fails } from '../../support/fails.ts'

const test = suite('runtime/engine: config')

/** What an author of names could hope to get through. */
const HOSTILE = '"), unsafeEval = "x\\"\n\r\0 embed "/etc/passwd" \\x22 \u2028 é 語 😀 \u007f'

const unicode = fc.string({ unit: 'grapheme', maxLength: 40 })
const field = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/)
const { value } = fc.letrec<{ value: CapnpValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    unicode,
    fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !/\p{Surrogate}/u.test(text)),
    fc.maxSafeInteger(),
    field.map((word) => new CapnpWord(word)).filter(({ word }) => word !== 'embed'),
    unicode.map((path) => new CapnpEmbed(path)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(field, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

/** What the reader should give for it. */
function asRead(written: CapnpValue): Read {
  if (typeof written === 'boolean') return { word: String(written) }
  if (typeof written !== 'object') return written
  if (written instanceof CapnpWord) return { word: written.word }
  if (written instanceof CapnpEmbed) return { embed: written.path }
  if (Array.isArray(written)) return written.map(asRead)
  const fields = Object.entries(written).map(([name, inner]) => [name, asRead(inner ?? '')])
  return { fields: Object.fromEntries(fields) }
}

const config: InstanceConfig = {
  id: HOSTILE,
  modules: [
    { name: HOSTILE, file: `/${HOSTILE}`, type: 'esModule' },
    { name: 'a.wasm', file: '/a.wasm', type: 'wasm' },
  ],
  assets: `/run/${HOSTILE}`,
  shim: HOSTILE,
  gateway: { socket: '/run/gw.sock', token: HOSTILE },
  privatePem: HOSTILE,
  hosts: [HOSTILE],
  origins: [HOSTILE],
  headers: { [HOSTILE]: HOSTILE, gone: undefined },
  heapMiB: 256,
}

/** The structure of a whole configuration. */
function read(options: InstanceConfig): ReadStruct {
  const text = instanceConfig(options)
  const start = 'using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = '
  assert.ok(text.startsWith(start))
  assert.ok(text.endsWith(';\n'))
  return readCapnp(text.slice(start.length, -2)) as ReadStruct
}

/** Names of all fields at any depth, and all words. */
function names(node: Read): readonly string[] {
  if (typeof node !== 'object') return []
  if (Array.isArray(node)) return node.flatMap(names)
  if ('word' in node) return [node.word]
  if ('embed' in node) return ['embed']
  const { fields } = node as ReadStruct
  return Object.entries(fields).flatMap(([name, inner]) => [name, ...names(inner)])
}

/** Every string of it. */
function strings(node: Read): readonly string[] {
  if (typeof node === 'string') return [node]
  if (typeof node !== 'object') return []
  if (Array.isArray(node)) return node.flatMap(strings)
  if ('embed' in node) return [node.embed as string]
  return 'fields' in node ? Object.values(node.fields).flatMap(strings) : []
}

test('attack 58: whatever is written reads back as the same structure', () => {
  fc.assert(
    fc.property(value, (written) => {
      assert.equal(readCapnp(capnpText(written)), asRead(written))
    }),
  )
})

test('a string is one line of printable ASCII, whatever is in it', () => {
  fc.assert(
    fc.property(unicode, (text) => {
      assert.match(capnpText(text), /^"[ !#-[\]-~]*(?:\\x[0-9a-f]{2}[ !#-[\]-~]*)*"$/)
    }),
  )
})

test('half a surrogate pair is refused', async () => {
  await fails('runtime/notText', () => capnpText('\ud800'))
})

test('names that would be text without quotes are a defect', () => {
  assert.throws(() => capnpText({ 'a = 1, b': 1 }))
  assert.throws(() => new CapnpWord('a, b'))
})

test('attack 58: hostile names stay strings: the structure is that of a harmless configuration', () => {
  const harmless = read({
    ...config,
    ...{
      id: 'a',
      modules: [{ name: 'a.js', file: '/a.js', type: 'esModule' }, ...config.modules.slice(1)],
    },
    ...{
      assets: '/a',
      shim: '',
      privatePem: '',
      hosts: ['a'],
      headers: { a: 'b', gone: undefined },
    },
    gateway: { socket: '/run/gw.sock', token: 'a' },
  })
  assert.equal(names(read(config)), names(harmless))
  assert.ok(strings(read(config)).includes(`/${HOSTILE}`))
})

test('attack 57: a configuration uses these features of the engine and no others', () => {
  const used = [...new Set(names(read(config)))].sort()
  assert.equal(used, [
    ...[
      'address',
      'algorithm',
      'bindings',
      'compatibilityDate',
      'compatibilityFlags',
      'cryptoKey',
      'disk',
      'embed',
    ],
    ...['entrypoint', 'esModule', 'external', 'extractable', 'false', 'globalOutbound', 'http'],
    ...[
      'injectRequestHeaders',
      'injectResponseHeaders',
      'json',
      'modules',
      'name',
      'path',
      'pkcs8',
    ],
    ...['props', 'proxy', 'service', 'services', 'sign', 'sockets', 'style', 'text', 'usages'],
    ...['v8Flags', 'value', 'wasm', 'worker', 'writable'],
  ])
})

test('attack 57: no worker has a flag but the one that hides the engine’s own bindings', () => {
  assert.equal(
    strings(read(config)).filter((text) => /^--|_/.test(text) && text.length < 40),
    [...['--max-old-space-size=256', '--max-semi-space-size=8', 'disallow_importable_env']],
  )
})

test('every worker goes to the one that denies, or to the gateway, and each service is defined', () => {
  const { services } = read(config).fields as { services: readonly ReadStruct[] }
  const workers = services.flatMap(({ fields }) => (fields['worker'] as ReadStruct) ?? [])
  const outbound = workers.map(({ fields }) => fields['globalOutbound'])
  assert.equal(outbound, ['internet', 'gateway', 'internet'])
  const dates = workers.map(({ fields }) => fields['compatibilityDate'])
  assert.equal([...new Set(dates)], ['2026-01-01'])
  const defined = services.map(({ fields }) => fields['name'])
  assert.equal(defined, ['dapp', 'shim', 'gateway', 'internet', 'assets'])
})

test('the wrapper takes a name that no module has', () => {
  const modules = ['ela-wrapper.js', '_ela-wrapper.js'].map(
    (name) => ({ name, file: `/${name}`, type: 'esModule' }) as const,
  )
  const { services } = read({ ...config, modules }).fields as { services: readonly ReadStruct[] }
  const worker = services[0]?.fields['worker'] as ReadStruct
  const found = (worker.fields['modules'] as readonly ReadStruct[]).map(
    ({ fields }) => fields['name'],
  )
  assert.equal(found, ['__ela-wrapper.js', 'ela-wrapper.js', '_ela-wrapper.js'])
})

test.run()
