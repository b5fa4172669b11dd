import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatAmount, parseAmount } from '../../src/wallet/amount.ts'
import { parseChain } from '../../src/wallet/chain-name.ts'
import { fails } from '../support/fails.ts'

const test = suite('amount')

test('reads ELA into the smallest unit of each chain', () => {
  assert.is(parseAmount('1', 'mainchain'), 100_000_000n)
  assert.is(parseAmount('0.00000001', 'mainchain'), 1n)
  assert.is(parseAmount('12.50', 'mainchain'), 1_250_000_000n)
  assert.is(parseAmount('007.1', 'esc'), 7_100_000_000_000_000_000n)
  assert.is(parseAmount('0.000000000000000001', 'eid'), 1n)
})

test('writes no more digits than needed', () => {
  assert.is(formatAmount(0n, 'mainchain'), '0')
  assert.is(formatAmount(1n, 'mainchain'), '0.00000001')
  assert.is(formatAmount(-150_000_000n, 'mainchain'), '-1.5')
  assert.is(formatAmount(10n ** 22n, 'esc'), '10000')
})

test('reads back every amount it writes', () => {
  for (const chain of ['mainchain', 'esc'] as const) {
    const most = chain === 'mainchain' ? 10n ** 16n : 10n ** 26n
    fc.assert(
      fc.property(
        fc.bigInt(1n, most),
        (units) => parseAmount(formatAmount(units, chain), chain) === units,
      ),
    )
  }
})

test('refuses more decimals than the chain keeps, but not zeros at the end', async () => {
  await fails('wallet/tooManyDecimals', () => parseAmount('0.000000001', 'mainchain'))
  await fails('wallet/tooManyDecimals', () => parseAmount('1.0000000000000000001', 'esc'))
  assert.is(parseAmount('1.000000000000', 'mainchain'), 100_000_000n)
})

test('refuses nothing and less', async () => {
  await fails('wallet/zeroAmount', () => parseAmount('0', 'mainchain'))
  await fails('wallet/zeroAmount', () => parseAmount('0.00', 'esc'))
  const error = await fails('wallet/negativeAmount', () => parseAmount('-1', 'mainchain'))
  assert.is(error.exit, 'misused')
})

test('refuses what is no plain decimal number', async () => {
  const bad = [
    '',
    ' ',
    '.5',
    '5.',
    '1e3',
    '0x10',
    '1,000',
    '1 000',
    '+1',
    '--1',
    'NaN',
    'Infinity',
    '٣',
    '1_0',
  ]
  for (const typed of bad) {
    await fails('wallet/notAnAmount', () => parseAmount(typed, 'mainchain'))
  }
})

test('refuses more than can exist at once, however long it is written', async () => {
  await fails('wallet/amountTooLarge', () => parseAmount('100000001', 'mainchain'))
  const began = performance.now()
  await fails('wallet/amountTooLarge', () => parseAmount('9'.repeat(2_000_000), 'esc'))
  assert.ok(performance.now() - began < 1_000)
})

test('suggests the chain that was probably meant', async () => {
  assert.is(parseChain('ESC'), 'esc')
  const error = await fails('wallet/unknownChain', () => parseChain('manchain'))
  assert.match(error.hint ?? '', 'mainchain')
  await fails('wallet/unknownChain', () => parseChain('__proto__'))
})

test.run()
