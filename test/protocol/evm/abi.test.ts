import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeFunctionData, parseAbi } from 'viem'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { ElaError } from '../../../src/base/errors.ts'
import {
  decodeStringArgument,
  encodeStringCall,
  selectorOf,
} from '../../../src/protocol/evm/abi.ts'
import { fails } from '../../support/fails.ts'

const test = suite('calls with a string')
const abi = parseAbi(['function publishDidTransaction(string data)'])
const selector = '0x03c6d240'

test('names publishDidTransaction as the chain does', () => {
  assert.is(`0x${toHex(selectorOf('publishDidTransaction(string)'))}`, selector)
})

test('writes what viem writes and reads it back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const data = encodeStringCall(fromHex(selector), text)
      assert.is(`0x${toHex(data)}`, encodeFunctionData({ abi, args: [text] }))
      assert.is(decodeStringArgument(data, selector), text)
    }),
  )
})

test('tells another function from this one', () => {
  assert.is(decodeStringArgument(fromHex('12345678'), selector), undefined)
  assert.is(decodeStringArgument(fromHex('03c6d2'), selector), undefined)
})

test('refuses call data that no contract could read', async () => {
  const data = encodeStringCall(fromHex(selector), 'hello')
  await fails('protocol/truncated', () => decodeStringArgument(data.subarray(0, 40), selector))
  await fails('protocol/truncated', () => decodeStringArgument(data.subarray(0, 70), selector))
  const far = concatBytes(fromHex(selector), new Uint8Array(32).fill(255))
  await fails('protocol/outOfRange', () => decodeStringArgument(far, selector))
  const broken = data.slice()
  broken[4 + 64] = 0xff
  await fails('protocol/malformed', () => decodeStringArgument(broken, selector))
})

test('answers arbitrary call data with a string, nothing or a refusal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeStringArgument(concatBytes(fromHex(selector), bytes), selector)
      } catch (error) {
        if (!(error instanceof ElaError)) throw error
      }
    }),
    { numRuns: 1000 },
  )
})

test.run()
