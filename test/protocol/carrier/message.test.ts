import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { ElaError } from '../../../src/base/errors.ts'
import { idText, parseId } from '../../../src/protocol/carrier/id.ts'
import {
  decodeMessage,
  encodeMessage,
  type Message,
} from '../../../src/protocol/carrier/message.ts'
import { nodeKeys, nonceOf, PacketBox } from '../../../src/protocol/carrier/packet.ts'
import { fails } from '../../support/fails.ts'

interface Vectors {
  readonly keys: Record<'A' | 'B' | 'C', Record<string, string>>
  readonly packet: { readonly nonceAB: string }
  readonly messages: Record<string, Record<string, string>>
}

const file = new URL('../../vectors/carrier/format-a.json', import.meta.url)
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'))
const layouts = [
  ['native', 'cborNative', 'packetNative'],
  ['java', 'cborJava', 'packetJava'],
] as const
const recorded = Object.entries(vectors.messages).flatMap(([name, message]) =>
  layouts.flatMap(([layout, cbor, packet]) => {
    const plain = message[cbor]
    const sealed = message[packet]
    return plain === undefined || sealed === undefined ? [] : [{ name, layout, plain, sealed }]
  }),
)
const samples = recorded.map(({ plain }) => fromHex(plain))

const test = suite('carrier messages')

/** What decoding makes of bytes: a message, or a refusal from the catalogue and nothing else. */
function outcome(bytes: Uint8Array): Message | undefined {
  try {
    return decodeMessage(bytes)
  } catch (error) {
    if (error instanceof ElaError && error.code === 'carrier/badMessage') return undefined
    throw error
  }
}

async function box(name: 'A' | 'B'): Promise<PacketBox> {
  return PacketBox.of(await nodeKeys(fromHex(vectors.keys[name]['seed'] ?? '')))
}

test('derives the keys of the recorded seeds', async () => {
  for (const key of Object.values(vectors.keys)) {
    const keys = await nodeKeys(fromHex(key['seed'] ?? ''))
    assert.is(toHex(keys.id), key['publicKey'])
    assert.is(idText(keys.id), key['base58'])
    assert.equal(parseId(key['base58'] ?? ''), keys.id)
    assert.is(toHex(keys.boxPublic), key['x25519Public'])
    assert.is(toHex(keys.boxPrivate), key['x25519Private'])
  }
  const { A, B } = vectors.keys
  const nonce = nonceOf(fromHex(A['x25519Public'] ?? ''), fromHex(B['x25519Public'] ?? ''))
  assert.is(toHex(nonce), vectors.packet.nonceAB)
})

test('has every recorded message in both layouts', () => {
  assert.is(recorded.length, 31)
})

test('opens and seals the recorded packets of both implementations byte for byte', async () => {
  const [a, b] = await Promise.all([box('A'), box('B')])
  const { A, B } = vectors.keys
  for (const { name, plain, sealed } of recorded) {
    const { from, message } = b.open(fromHex(sealed))
    assert.is(toHex(from), A['publicKey'], name)
    assert.is(toHex(message), plain, name)
    assert.is(toHex(a.seal(fromHex(B['publicKey'] ?? ''), fromHex(plain))), sealed, name)
  }
})

test('writes what it read of both implementations byte for byte', () => {
  for (const { name, layout, plain } of recorded) {
    const message = decodeMessage(fromHex(plain))
    assert.is(toHex(encodeMessage(message, layout)), plain, `${name} ${layout}`)
  }
})

test('reads the same message from either layout', () => {
  for (const { name, layout, plain } of recorded) {
    const message = decodeMessage(fromHex(plain))
    const other = encodeMessage(message, layout === 'java' ? 'native' : 'java')
    assert.equal(decodeMessage(other), message, name)
  }
})

test('reads the fields of a lookup answer', () => {
  const message = decodeMessage(fromHex(vectors.messages['find_node_r']?.['cborJava'] ?? ''))
  assert.ok(message.type === 'response' && message.method === 'findNode')
  assert.is(message.transaction, 0x1234)
  assert.is(message.version, 0x4f52_0001)
  assert.is(message.body.token, 0xdead_beef | 0)
  assert.equal(
    message.body.nodes4.map(({ id, host, port }) => [toHex(id), host, port]),
    [
      [vectors.keys.B['publicKey'], '10.77.0.2', 39001],
      [vectors.keys.C['publicKey'], '10.77.0.3', 39002],
    ],
  )
})

test('reads a token of either sign as the same four bytes', () => {
  const negative = decodeMessage(fromHex('a3617401617918426172a163746f6b20'))
  const unsigned = decodeMessage(fromHex('a3617401617918426172a163746f6b1affffffff'))
  assert.ok('body' in negative && 'body' in unsigned)
  assert.equal(negative.body, unsigned.body)
})

const refused: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['another type than a map', '83010203'],
  ['bytes after the map', 'a361740161761a4d4b00016179182100'],
  ['a key twice', 'a461740161740261761a4d4b000161791821'],
  ['a number that is longer than need be', 'a26174180161791821'],
  ['a length that is longer than need be', 'b80361740161760161791821'],
  ['transaction 0', 'a261740061791821'],
  ['no transaction', 'a161791821'],
  ['a fraction', 'a26174fb3ff000000000000061791821'],
  ['a tag', 'a26174c10161791821'],
  ['an unknown method', 'a26174016179183f'],
  ['an unknown type', 'a261740161791861'],
  ['a lookup without a body', 'a261740161791822'],
  ['a break where a value should be', 'bf617401617918216178ff'],
  ['a short id', 'a3617401617918226171a2617443010203617701'],
]
for (const [what, hex] of refused) {
  test(`refuses ${what}`, async () => {
    await fails('carrier/badMessage', () => decodeMessage(fromHex(hex)))
  })
}

test('refuses nesting beyond any real message without following it', async () => {
  for (const open of [0x81, 0x9f, 0xbf]) {
    const deep = new Uint8Array(5_000).fill(open)
    await fails('carrier/badMessage', () => decodeMessage(deep))
  }
  const many = Uint8Array.from([0x9f, ...new Array(4_900).fill(0), 0xff])
  const error = await fails('carrier/badMessage', () => decodeMessage(many))
  assert.match(error.message, '2048')
})

test('ignores keys it does not know', () => {
  const message = decodeMessage(fromHex('a4617401617918216176016178f6'))
  assert.equal(message, { type: 'request', method: 'ping', transaction: 1, version: 1 })
})

test('refuses or reads whatever is cut, flipped or random, and never fails otherwise', () => {
  for (const sample of samples) {
    for (let length = 0; length < sample.length; length += 1) {
      assert.is(outcome(sample.subarray(0, length)), undefined)
    }
  }
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.nat(), fc.nat(7), (sample, at, bit) => {
      const flipped = sample.slice()
      flipped[at % sample.length] = (flipped[at % sample.length] ?? 0) ^ (1 << bit)
      const message = outcome(flipped)
      if (message !== undefined) {
        assert.equal(decodeMessage(encodeMessage(message)), message)
      }
    }),
    { numRuns: 5_000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      outcome(bytes)
    }),
    { numRuns: 5_000 },
  )
})

test('opens no packet that was cut, flipped or meant for somebody else', async () => {
  const [a, b] = await Promise.all([box('A'), box('B')])
  const packet = fromHex(recorded[0]?.sealed ?? '')
  for (let at = 0; at < packet.length; at += 1) {
    const flipped = packet.slice()
    flipped[at] = (flipped[at] ?? 0) ^ 0x10
    assert.throws(() => b.open(flipped))
    assert.throws(() => b.open(packet.subarray(0, at)))
  }
  await fails('carrier/badPacket', () => a.open(packet))
  await fails('carrier/badPacket', () => b.open(new Uint8Array(5_121)))
  await fails('carrier/badKey', () => b.open(new Uint8Array(100)))
})

test.run()
