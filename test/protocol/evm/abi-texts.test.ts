import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAbiParameters, toHex } from 'viem'
import { ElaError } from '../../../src/base/errors.ts'
import { decodeTexts, encodeTexts } from '../../../src/protocol/evm/abi-texts.ts'
import { fails } from '../../support/fails.ts'

const test = suite('several texts in call data')
const texts = fc.array(fc.uint8Array({ maxLength: 100 }), { minLength: 1, maxLength: 4 })

test('are written as a contract library writes them, and read back', () => {
  fc.assert(
    fc.property(texts, (given) => {
      const written = encodeTexts(...given)
      const types = given.map(() => ({ type: 'bytes' }))
      const values = given.map((one) => toHex(one))
      assert.is(toHex(written), encodeAbiParameters(types, values))
      assert.equal(decodeTexts(written, given.length), given)
    }),
  )
})

test('are refused, not misread, when cut off', async () => {
  const written = encodeTexts(new Uint8Array(40).fill(1), new Uint8Array([2]))
  // The zeros after the last text do not matter.
  for (let length = 0; length <= written.length - 32; length++) {
    await fails('protocol/truncated', () => decodeTexts(written.subarray(0, length), 2))
  }
  assert.is(decodeTexts(written.subarray(0, written.length - 31), 2).length, 2)
})

test('are never more than they claim, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        const total = decodeTexts(bytes, 2).reduce((sum, text) => sum + text.length, 0)
        assert.ok(total <= 2 * bytes.length)
      } catch (error) {
        assert.instance(error, ElaError)
      }
    }),
  )
})

test.run()
