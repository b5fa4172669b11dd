/** The pure parts of the gateway: wire form, rate, count of denials. */
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  DENIAL_WINDOW_MS,
  DenialCount,
  MOST_DENIALS,
} from '../../../src/runtime/gateway/denial-count.ts'
import { TokenBucket } from '../../../src/runtime/gateway/token-bucket.ts'
import { decodeArguments, encodeValue } from '../../../src/runtime/gateway/wire.ts'
import { plainLine } from '../../../src/runtime/plain-line.ts'
import { fails } from '../../support/fails.ts'

const test = suite('runtime/gateway: parts')
const read = (text: string) => decodeArguments(Buffer.from(text))

test('what is written is read again, bytes and odd names too', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.uint8Array())
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom('$bytes', '$$', '$', '__proto__', 'constructor'),
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(name, tie('value')), { maxLength: 4 })
        .map((all) => Object.fromEntries(all)),
    ),
  }))
  const property = fc.property(fc.array(value, { maxLength: 3 }), (args) => {
    assert.equal(plain(read(JSON.stringify(encodeValue(args)))), plain(args))
  })
  fc.assert(property, { numRuns: 300 })
})

/** The same with ordinary objects and lists of bytes, for comparing. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([name, inner]) => [name, plain(inner)])
}

test('text that is no list of arguments is refused', async () => {
  for (const text of [
    ...['', 'x', '{}', 'null', '"a"', '1', '[', '[]x', '[1,]', '[undefined]', "['a']", '\ufeff[]'],
    ...['[{"$bytes":5}]', '[{"$bytes":"A"}]', '[{"$bytes":"AB=="}]', '[{"$bytes":"AA==\\n"}]'],
    ...['[{"$x":1}]', '[{"$bytes":"AA==","x":1}]', '[{"$":1}]', '[{"$bytes":"-_=="}]'],
    `${'['.repeat(40)}${']'.repeat(40)}`,
  ]) {
    await fails('capability/badBody', () => read(text))
  }
  await fails('capability/badBody', () =>
    decodeArguments(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])),
  )
})

test('the longest bytes a call can carry are read', () => {
  const bytes = new Uint8Array(12 << 20).fill(7)
  const [found] = read(`[{"$bytes":"${Buffer.from(bytes).toString('base64')}"}]`)
  assert.is(Buffer.compare(found as Uint8Array, bytes), 0)
})

test('a member called __proto__ is a member', () => {
  const [value] = read('[{"__proto__":{"polluted":true}}]')
  assert.equal(Object.keys(value as object), ['__proto__'])
  assert.is(({} as { polluted?: boolean }).polluted, undefined)
  assert.is((value as { polluted?: boolean }).polluted, undefined)
})

test('a bucket lets through its burst at once and its rate in the long run', () => {
  let time = 0
  const bucket = new TokenBucket(200, 400, () => time)
  let taken = 0
  for (; time <= 10_000; time += 1) while (bucket.take(1)) taken += 1
  assert.ok(taken >= 2_398 && taken <= 2_401, `${taken}`)
  assert.not(bucket.take(401))
})

test('denials are abuse from the 51st within ten seconds, and not when they are spread', () => {
  let time = 0
  const spread = new DenialCount(() => time)
  for (let count = 0; count < 1_000; count += 1) {
    time += DENIAL_WINDOW_MS / MOST_DENIALS
    assert.not(spread.add())
  }
  const quick = new DenialCount(() => 0)
  const verdicts = Array.from({ length: 51 }, () => quick.add())
  assert.equal([verdicts.indexOf(true), verdicts.filter(Boolean).length], [50, 1])
})

test('attack 46: what a terminal would obey is shown as its code', () => {
  assert.is(
    plainLine('a\u001b[2Jb\u001b]52;c;eA==\u0007\r\n\u202ec\u200b\0\u009b', 100),
    'a\\u{1b}[2Jb\\u{1b}]52;c;eA==\\u{7}\\u{d}\\u{a}\\u{202e}c\\u{200b}\\u{0}\\u{9b}',
  )
  assert.is(plainLine('grüße 日本 🎵', 100), 'grüße 日本 🎵')
  assert.is(plainLine('x'.repeat(200), 10), `${'x'.repeat(10)}…`)
})

test.run()
