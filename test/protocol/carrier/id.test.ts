import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import {
  approximateDistance,
  compareDistance,
  distance,
  firstDifference,
  idText,
  parseId,
} from '../../../src/protocol/carrier/id.ts'
import {
  areSiblings,
  idWithin,
  isPrefixOf,
  MAX_DEPTH,
  parentOf,
  prefixOf,
  rootPrefix,
  splitPrefix,
} from '../../../src/protocol/carrier/prefix.ts'
import { fails } from '../../support/fails.ts'

const file = new URL('../../vectors/carrier/ids.json', import.meta.url)
const ids = JSON.parse(readFileSync(file, 'utf8'))

const test = suite('carrier ids')

test('reads hexadecimal and Base58 ids and refuses anything else', async () => {
  for (const { in: text, ok } of ids.hex) {
    const prefixed = text.startsWith('0x') ? text : `0x${text}`
    if (ok) assert.is(`0x${toHex(parseId(prefixed))}`, prefixed.toLowerCase())
    else await fails('carrier/notAnId', () => parseId(prefixed))
  }
  for (const text of ids.bootstrapsBase58) assert.is(idText(parseId(text)), text)
  for (const text of ['', 'x', '0OIl', '1'.repeat(31), '1'.repeat(33), 'z'.repeat(5_000)]) {
    await fails('carrier/notAnId', () => parseId(text))
  }
})

test('measures distances as the reference does', () => {
  const { a, b, xor, approxDistance } = ids.distance
  assert.is(toHex(distance(fromHex(a), fromHex(b))), xor)
  assert.is(approximateDistance(fromHex(a), fromHex(b)), approxDistance)
  assert.is(approximateDistance(fromHex(a), fromHex(a)), 0)
  for (const [target, near, far, expected] of ids.threeWayCompare) {
    assert.is(compareDistance(fromHex(target), fromHex(near), fromHex(far)), expected)
  }
})

test('knows how many leading bits two ids share', () => {
  const { a, b, trueThroughDepthIndex } = ids.bitsEqual
  assert.is(firstDifference(fromHex(a), fromHex(b)), trueThroughDepthIndex + 1)
})

test('knows which ids a prefix covers and which prefixes are siblings', () => {
  const { isPrefixOf: covers, siblingsAtDepth84: pair } = ids.prefix
  const prefix = prefixOf(fromHex(covers.prefixId), covers.depth)
  for (const id of covers.yes) assert.ok(isPrefixOf(prefix, fromHex(id)))
  for (const id of covers.no) assert.not(isPrefixOf(prefix, fromHex(id)))
  const [a, sibling, other] = [pair.a, pair.sibling, pair.notSibling].map((id) =>
    prefixOf(fromHex(id), 84),
  ) as [typeof prefix, typeof prefix, typeof prefix]
  assert.ok(areSiblings(a, sibling))
  assert.not(areSiblings(a, other))
})

test('splits a branch into two that only together are the branch', () => {
  const id = fromHex(ids.prefix.isPrefixOf.prefixId)
  for (const depth of [-1, 0, 6, 7, 8, 63, 254]) {
    const whole = prefixOf(id, depth)
    const [low, high] = splitPrefix(whole)
    assert.ok(areSiblings(low, high))
    assert.equal(parentOf(low), whole)
    assert.equal(parentOf(high), whole)
    assert.is.not(isPrefixOf(low, id), isPrefixOf(high, id))
    for (const random of [new Uint8Array(32), new Uint8Array(32).fill(0xff)]) {
      assert.ok(isPrefixOf(low, idWithin(low, random)))
      assert.ok(isPrefixOf(high, idWithin(high, random)))
    }
  }
  assert.ok(isPrefixOf(rootPrefix, id))
  assert.equal(prefixOf(id, MAX_DEPTH).bits, id)
})

test.run()
