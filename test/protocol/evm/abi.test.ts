import { readFileSync } from 'node:fs'
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
import { keccak256 } from '../../../src/protocol/evm/keccak.ts'
import { fails } from '../../support/fails.ts'

const test = suite('calls with a string')
const abi = parseAbi(['function publishDidTransaction(string data)'])
const selector = '0x03c6d240'

const { selectors, topics } = JSON.parse(
  readFileSync(new URL('../../vectors/evm/signatures.json', import.meta.url), 'utf8'),
) as {
  selectors: readonly { signature: string; selector: string }[]
  topics: readonly { signature: string; topic0: string }[]
}

test('names functions and events as the contracts of the chains do', () => {
  assert.equal([selectors.length, topics.length], [3, 3])
  for (const { signature, selector } of selectors) {
    assert.is(`0x${toHex(selectorOf(signature))}`, selector, signature)
  }
  for (const { signature, topic0 } of topics) {
    assert.is(`0x${toHex(keccak256(Buffer.from(signature)))}`, topic0, signature)
  }
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
