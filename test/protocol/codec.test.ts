import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Reader, Writer } from '../../src/protocol/codec.ts'

const test = suite('codec')

test('keeps every value when the buffer grows under it', () => {
  for (let before = 240; before <= 260; before += 1) {
    const to = new Writer()
    to.raw(new Uint8Array(before).fill(7))
    to.u32(0x01020304)
    to.u64(5n)
    to.i64(-6n)
    to.raw(new Uint8Array(600).fill(9))
    const from = new Reader(to.bytes())
    assert.equal(from.raw(before), new Uint8Array(before).fill(7))
    assert.is(from.u32(), 0x01020304)
    assert.is(from.u64(), 5n)
    assert.is(from.i64(), -6n)
    assert.equal(from.raw(600), new Uint8Array(600).fill(9))
    assert.is(from.left, 0)
  }
})

test.run()
