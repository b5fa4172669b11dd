/** Calls and answers of contracts, against viem. */
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAbiParameters, encodeFunctionData, parseAbi, parseAbiParameters } from 'viem'
import { ElaError } from '../../../src/base/errors.ts'
import {
  AbiReader,
  addressValue,
  bytesValue,
  encodeArguments,
  encodeCall,
  textValue,
  uintValue,
} from '../../../src/protocol/evm/abi-arguments.ts'
import { fails } from '../../support/fails.ts'

const test = suite('abi arguments')

const hex = (bytes: Uint8Array): `0x${string}` => `0x${Buffer.from(bytes).toString('hex')}`
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

test('are written as viem writes them', () => {
  const abi = parseAbi(['function f(bytes20 a, uint32 n, string t, address who, bytes b)'])
  const number = fc.nat(0xffff_ffff)
  const text = fc.string({ unit: 'grapheme', maxLength: 80 })
  const raw = fc.uint8Array({ maxLength: 70 })
  fc.assert(
    fc.property(bytes(20), number, text, bytes(20), raw, (app, n, t, who, b) => {
      const address = hex(who)
      const values = [bytesValue(app), uintValue(n), textValue(t), addressValue(address)]
      const ours = encodeCall('f(bytes20,uint32,string,address,bytes)', [...values, textValue(b)])
      const args = [hex(app), n, t, address, hex(b)] as const
      assert.is(hex(ours), encodeFunctionData({ abi, args }))
    }),
  )
})

test('are read as viem writes them', () => {
  const parameters = parseAbiParameters('uint256, address, string, bytes32, bytes')
  const number = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
  const text = fc.string({ unit: 'grapheme', maxLength: 80 })
  fc.assert(
    fc.property(number, bytes(20), text, bytes(32), bytes(33), (n, who, t, word, b) => {
      const written = encodeAbiParameters(parameters, [n, hex(who), t, hex(word), hex(b)])
      const reader = new AbiReader(new Uint8Array(Buffer.from(written.slice(2), 'hex')))
      assert.is(reader.uint(0), n)
      assert.is(reader.address(1), hex(who))
      assert.is(reader.text(2), t)
      assert.equal(reader.word(3), word)
      assert.equal(reader.bytes(4), b)
    }),
  )
})

test('that are cut or lie about sizes are refused', async () => {
  const whole = encodeArguments([textValue('some text'), uintValue(1)])
  for (let length = 0; length < 96 + 9; length += 1) {
    const cut = new AbiReader(whole.subarray(0, length))
    await fails('protocol/truncated', () => cut.text(0))
  }
  await fails('protocol/outOfRange', () => uintValue(-1))
  await fails('protocol/outOfRange', () => uintValue(2n ** 256n))
  await fails('protocol/tooLong', () => bytesValue(new Uint8Array(33)))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 130 }), fc.nat(4), (data, index) => {
      try {
        new AbiReader(data).bytes(index)
      } catch (error) {
        if (!(error instanceof ElaError)) throw error
      }
    }),
  )
})

test.run()
