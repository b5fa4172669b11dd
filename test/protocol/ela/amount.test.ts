import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatEla, parseEla } from '../../../src/protocol/ela/amount.ts'
import { fails } from '../../support/fails.ts'

const test = suite('main chain amount')

test('reads and writes amounts as the RPC does', () => {
  const pairs: readonly (readonly [bigint, string])[] = [
    [0n, '0'],
    [1n, '0.00000001'],
    [91_324_200n, '0.91324200'],
    [100_000_000n, '1'],
    [150_000_000n, '1.50000000'],
    [3_300_000_000_000_000n, '33000000'],
    [-1n, '-0.00000001'],
    [-250_000_000n, '-2.50000000'],
    [9_223_372_036_854_775_807n, '92233720368.54775807'],
  ]
  for (const [sela, text] of pairs) {
    assert.is(formatEla(sela), text)
    assert.is(parseEla(text), sela)
  }
  assert.is(parseEla('1.5'), 150_000_000n)
  assert.is(parseEla('007.10'), 710_000_000n)
})

test('refuses what is no amount', async () => {
  const bad = ['', '.', '1.', '.5', '1e8', '+1', '1,5', ' 1', '0x10', '1.123456789', 'NaN', '--1']
  for (const text of [...bad, '92233720368.54775808', '9'.repeat(5000)]) {
    await fails('protocol/badAmount', () => parseEla(text))
  }
})

test.run()
