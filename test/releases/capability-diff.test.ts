/** What counts as asking for more. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../src/protocol/did/canonical-json.ts'
import { addedCapabilities } from '../../src/releases/capability-diff.ts'

const test = suite('asking for more')

const net = (...hosts: readonly string[]) => ({ net: { hosts, reason: 'prices' } }) as JsonObject

const cases: readonly (readonly [string, JsonObject, JsonObject, readonly string[]])[] = [
  ['the same', net('https://a.example'), net('https://a.example'), []],
  ['less', net('https://a.example', 'https://b.example'), net('https://b.example'), []],
  [
    'other words',
    net('https://a.example'),
    { net: { hosts: ['https://a.example'], reason: 'x' } },
    [],
  ],
  [
    'another host',
    net('https://a.example'),
    net('https://b.example'),
    ['net.hosts https://b.example'],
  ],
  ['something new', {}, { carrier: {} }, ['carrier']],
  [
    'another method',
    { chain: { esc: ['read'] } },
    { chain: { esc: ['read', 'send'] } },
    ['chain.esc send'],
  ],
  [
    'another chain',
    { chain: { esc: ['read'] } },
    { chain: { ela: ['read'], esc: ['read'] } },
    ['chain.ela read'],
  ],
  ['more room', { storage: { bytes: 5 } }, { storage: { bytes: 6 } }, ['storage.bytes 5 → 6']],
  ['less room', { storage: { bytes: 6 } }, { storage: { bytes: 5 } }, []],
  ['a switch put on', { did: { signIn: false } }, { did: { signIn: true } }, ['did.signIn']],
  ['a switch put off', { did: { signIn: true } }, { did: { signIn: false } }, []],
  ['a name of the environment', { env: ['A'] }, { env: ['A', 'B'] }, ['env B']],
  [
    'something nobody knows',
    { device: { x: [{ y: 1 }] } },
    { device: { x: [{ y: 2 }] } },
    ['device.x {"y":2}'],
  ],
]

for (const [name, before, after, added] of cases) {
  test(`${name}: ${added.length === 0 ? 'no' : 'yes'}`, () => {
    assert.equal(addedCapabilities(before, after), added)
  })
}

test.run()
