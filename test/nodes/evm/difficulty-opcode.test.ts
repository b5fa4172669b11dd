import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { withoutDifficulty } from '../../../src/nodes/evm/difficulty-opcode.ts'

const test = suite('opcode 0x44')

function changed(code: string): string | undefined {
  const bytes = withoutDifficulty(fromHex(code))
  return bytes && toHex(bytes)
}

test('becomes PUSH0, wherever it is an opcode', () => {
  assert.is(changed('445f5260205ff3'), '5f5f5260205ff3')
  assert.is(changed('5f445044'), '5f5f505f')
  assert.is(changed('600144fe6044'), '60015ffe6044')
})

test('stays what it is inside a number, a description of the compiler or nothing', () => {
  assert.is(changed(''), undefined)
  assert.is(changed('6044'), undefined)
  assert.is(changed(`7f${'44'.repeat(32)}00`), undefined)
  assert.is(changed('7f4444'), undefined)
  const metadata = `a2646970667358221220${'44'.repeat(32)}64736f6c63430008250033`
  assert.is(changed(`00fe${metadata}`), undefined)
  assert.is(changed(`fe${metadata}44`), `fe${metadata}5f`)
  assert.is(metadata.length, 106)
})

test('leaves the code it was given alone', () => {
  const code = fromHex('44')
  withoutDifficulty(code)
  assert.is(toHex(code), '44')
})

test.run()
