import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { ElaError } from '../../../src/base/errors.ts'
import { decodeRlp, encodeRlp, type RlpItem } from '../../../src/protocol/evm/rlp.ts'
import { fails } from '../../support/fails.ts'

const test = suite('rlp')
const text = (word: string) => new TextEncoder().encode(word)

// The examples of the format's definition (Ethereum wiki, "RLP").
const examples: readonly [RlpItem, string][] = [
  [text('dog'), '83646f67'],
  [[text('cat'), text('dog')], 'c88363617483646f67'],
  [text(''), '80'],
  [[], 'c0'],
  [Uint8Array.of(0), '00'],
  [Uint8Array.of(0x0f), '0f'],
  [Uint8Array.of(4, 0), '820400'],
  [[[], [[]], [[], [[]]]], 'c7c0c1c0c3c0c1c0'],
  [
    text('Lorem ipsum dolor sit amet, consectetur adipisicing elit'),
    `b838${toHex(text('Lorem ipsum dolor sit amet, consectetur adipisicing elit'))}`,
  ],
]

test('writes and reads the examples of its definition', () => {
  for (const [item, hex] of examples) {
    assert.is(toHex(encodeRlp(item)), hex)
    assert.equal(decodeRlp(fromHex(hex)), item)
  }
})

test('refuses every second way to write a value', async () => {
  await fails('protocol/notCanonical', () => decodeRlp(fromHex('8100')))
  await fails('protocol/notCanonical', () => decodeRlp(fromHex('b80161')))
  await fails('protocol/notCanonical', () => decodeRlp(fromHex(`b90001${'61'.repeat(1)}`)))
  await fails('protocol/notCanonical', () => decodeRlp(fromHex('f800')))
})

test('refuses bytes that end too early and bytes left over', async () => {
  await fails('protocol/truncated', () => decodeRlp(new Uint8Array()))
  await fails('protocol/truncated', () => decodeRlp(fromHex('83646f')))
  await fails('protocol/truncated', () => decodeRlp(fromHex('bfffffffffffffffff')))
  await fails('protocol/truncated', () => decodeRlp(fromHex('c2836464')))
  await fails('protocol/trailing', () => decodeRlp(fromHex('8080')))
})

test('does not run out of stack on lists in lists', async () => {
  await fails('protocol/tooLong', () => decodeRlp(deepLists(50_000)))
})

function deepLists(depth: number): Uint8Array {
  const heads: number[][] = []
  let length = 0
  for (let i = 0; i < depth; i++) {
    const digits = length.toString(16)
    const bytes = [...fromHex(digits.length % 2 ? `0${digits}` : digits)]
    const head = length <= 55 ? [0xc0 + length] : [0xf7 + bytes.length, ...bytes]
    heads.unshift(head)
    length += head.length
  }
  return Uint8Array.from(heads.flat())
}

const item = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 80 }),
    fc.array(tie('item'), { maxLength: 5 }),
  ),
})).item

test('reads back whatever it wrote', () => {
  fc.assert(fc.property(item, (value) => assert.equal(decodeRlp(encodeRlp(value)), value)))
})

test('answers arbitrary bytes with their only reading or a refusal', () => {
  const read = (bytes: Uint8Array) => {
    try {
      assert.is(toHex(encodeRlp(decodeRlp(bytes))), toHex(bytes))
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), read), { numRuns: 1000 })
  fc.assert(
    fc.property(item, fc.nat(), fc.nat(7), (value, at, bit) => {
      const bytes = encodeRlp(value)
      const flipped = bytes.slice()
      flipped[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit)
      read(flipped)
      read(bytes.subarray(0, at % bytes.length))
    }),
    { numRuns: 1000 },
  )
})

test.run()
