import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  bitsOfTarget,
  difficultyOfBits,
  INSTANT_BITS,
  nextBits,
  POW_LIMIT,
  POW_LIMIT_BITS,
  PUBLIC_RETARGET,
  targetOfBits,
  workOfBits,
} from '../../../src/protocol/ela/difficulty.ts'

const test = suite('main chain difficulty')
const DAY = 86_400

test('reads and writes compact targets', () => {
  // Pairs of the published Bitcoin tests, which share the form.
  const pairs: readonly (readonly [number, bigint])[] = [
    [0x0112_0000, 0x12n],
    [0x0212_3400, 0x1234n],
    [0x0312_3456, 0x12_3456n],
    [0x0412_3456, 0x1234_5600n],
    [0x0500_9234, 0x9234_0000n],
    [0x2012_3456, 0x123456n << 232n],
    [0x207f_ffff, 0x7fffffn << 232n],
    [0x1d00_ffff, 0xffffn << 208n],
  ]
  for (const [bits, target] of pairs) {
    assert.is(targetOfBits(bits), target)
    assert.is(bitsOfTarget(target), bits)
  }
  assert.is(targetOfBits(0x0492_3456), -0x1234_5600n)
  assert.is(bitsOfTarget(0x80n), 0x0200_8000)
  assert.is(bitsOfTarget(0n), 0)
  assert.is(bitsOfTarget(POW_LIMIT), 0x207f_ffff)
})

test('adds up work', () => {
  assert.is(workOfBits(INSTANT_BITS), 2n)
  assert.is(workOfBits(0x1d00_ffff), 0x1_0001_0001n)
  assert.is(workOfBits(0), 0n)
  assert.is(difficultyOfBits(INSTANT_BITS, INSTANT_BITS), 1n)
  assert.is(difficultyOfBits(0x1e00_08ff, POW_LIMIT_BITS), 256n)
})

test('keeps the bits between retargets', () => {
  const never = () => assert.unreachable()
  const previous = { height: 5, bits: 0x1d01_0000, time: 7 }
  assert.is(nextBits(PUBLIC_RETARGET, previous, never as () => number), 0x1d01_0000)
  const first = { height: 0, bits: 0x1d03_ffff, time: 7 }
  assert.is(nextBits(PUBLIC_RETARGET, first, never as () => number), POW_LIMIT_BITS)
  const instant = { ...PUBLIC_RETARGET, limitBits: INSTANT_BITS }
  assert.is(
    nextBits(instant, { height: 719, bits: 1, time: 7 }, never as () => number),
    INSTANT_BITS,
  )
})

test('retargets at every 720th block by the time the blocks before it took', () => {
  const bitsAfter = (seconds: number, bits = 0x1d01_0000) => {
    const asked: number[] = []
    const next = nextBits(PUBLIC_RETARGET, { height: 1439, bits, time: 5_000_000 }, (height) => {
      asked.push(height)
      return 5_000_000 - seconds
    })
    assert.equal(asked, [720])
    return targetOfBits(next)
  }
  const old = targetOfBits(0x1d01_0000)
  assert.is(bitsAfter(DAY), old)
  assert.is(bitsAfter(DAY / 2), old / 2n)
  assert.is(bitsAfter(DAY * 2), old * 2n)
  assert.is(bitsAfter(60), old / 4n, 'never more than four times harder')
  assert.is(bitsAfter(DAY * 90), old * 4n, 'never more than four times easier')
  assert.is(bitsAfter(-500), old / 4n, 'clocks that run backwards count as fast blocks')
  assert.is(bitsAfter(DAY * 4, 0x207f_ffff), targetOfBits(0x207f_ffff), 'the limit holds')
})

test.run()
