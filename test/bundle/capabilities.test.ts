import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseWish } from '../../src/bundle/capabilities/grammar.ts'
import {
  faultOfCapabilities,
  grammars,
  parseWishes,
  unservedOf,
} from '../../src/bundle/capabilities/index.ts'
import { isExactOrigin } from '../../src/bundle/capabilities/net.ts'
import { storage } from '../../src/bundle/capabilities/storage.ts'
import type { Json } from '../../src/protocol/did/canonical-json.ts'
import { fails } from '../support/fails.ts'

const test = suite('bundle: capabilities')

for (const grammar of Object.values(grammars)) {
  const { name, example } = grammar

  test(`\`${name}\` is written as its example says, and told in lines`, () => {
    const wish = parseWish(grammar, example)
    const lines = grammar.describe(wish)
    assert.ok(lines.length > 0 && lines.every((line) => line !== ''))
    assert.is(new Set(lines).size, lines.length)
    assert.is(faultOfCapabilities({ [name]: example }), undefined)
    assert.is(wish.reason, example['reason'])
  })

  test(`\`${name}\` takes no member it does not know, and no reason that is none`, () => {
    for (const wrong of [
      ...[null, true, [], 'x', { ...example, other: 1 }, { ...example, Reason: 'x' }],
      ...[
        { ...example, reason: '' },
        { ...example, reason: 5 },
      ],
      { ...example, reason: 'x'.repeat(201) },
    ] as Json[]) {
      assert.type(faultOfCapabilities({ [name]: wrong }), 'string', JSON.stringify(wrong))
    }
  })

  test(`\`${name}\` asks for no more than it did when it asks for the same`, () => {
    const wish = parseWish(grammar, example)
    assert.equal(grammar.added?.(wish, wish) ?? [], [])
  })
}

test('what no DApp gets is refused, and what there is not', async () => {
  for (const wrong of [
    ...[{ exec: true }, { listen: {} }, { fs: {} }, { env: ['HOME'] }, { teleport: {} }],
    ...[{ storage: {} }, { constructor: {} }, { toString: {} }, [], null, 'x'],
  ] as Json[]) {
    assert.type(faultOfCapabilities(wrong), 'string', JSON.stringify(wrong))
    await fails('bundle/badCapability', () => parseWishes(wrong))
  }
  assert.is(faultOfCapabilities({ exec: false }), undefined)
  assert.equal(parseWishes({ exec: false }), {})
})

test('words of the format that have no service yet are taken, and named', () => {
  const asked = { assets: { read: true }, device: {}, log: {} }
  assert.equal(parseWishes(asked), { log: {} })
  assert.equal(unservedOf(asked), ['assets', 'device'])
})

test('wishes have bounds', () => {
  const bad: readonly Json[] = [
    ...[{ storage: { bytes: 0 } }, { storage: { bytes: 1.5 } }, { storage: { bytes: 2 ** 31 } }],
    ...[
      { chain: {} },
      { chain: { esc: [] } },
      { chain: { esc: ['write'] } },
      { chain: { btc: [] } },
    ],
    ...[{ chain: { esc: ['read', 'read'] } }, { did: { signIn: false } }, { did: {} }],
    ...[{ did: { signIn: true, credentials: ['a b'] } }, { wallet: { chains: ['esc'] } }],
    ...[{ wallet: { chains: ['esc'], methods: ['steal'] } }, { carrier: { services: ['A'] } }],
    ...[{ services: { names: ['../x'] } }, { services: { names: [] } }, { net: { hosts: 'x' } }],
    { net: { hosts: Array.from({ length: 33 }, (_, index) => `https://a${index}.example`) } },
  ]
  for (const wrong of bad) assert.type(faultOfCapabilities(wrong), 'string', JSON.stringify(wrong))
})

test('an origin has one spelling', () => {
  for (const good of [
    'https://a.example',
    'https://a.example:8443',
    'https://xn--e1afmkfd.example',
  ]) {
    assert.ok(isExactOrigin(good), good)
  }
  for (const bad of [
    ...['http://a.example', 'https://a.example/', 'https://A.example', 'https://a.example:443'],
    ...[
      'https://a.example.',
      'https://a@a.example',
      'https://127.0.0.1',
      'https://[::1]',
      'https://',
    ],
    ...['https://пример.example', 'a.example', 'https://a.example/x', 'https://*.example', ''],
    ...['https://2130706433', 'https://0x7f.1', ' https://a.example', 'https://a.example?'],
  ]) {
    assert.not(isExactOrigin(bad), bad)
  }
})

test('storage that shrinks asks for no more', () => {
  const [small, big] = [{ bytes: 1 }, { bytes: 2 }]
  assert.equal(storage.added?.(big, small), [])
  assert.equal(storage.added?.(small, big), ['keep up to 2 bytes on this machine'])
})

test.run()
