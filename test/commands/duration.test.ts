import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseCount, parseDuration } from '../../src/commands/duration.ts'

const test = suite('commands/duration')

test('reads units, and a bare number as seconds', () => {
  const cases = {
    '500ms': 500,
    '30s': 30_000,
    '5m': 300_000,
    '1.5h': 5_400_000,
    '1d': 86_400_000,
    7: 7_000,
  }
  for (const [text, ms] of Object.entries(cases)) assert.is(parseDuration(text), ms, text)
  for (const text of ['', 'm', '-1s', '5 minutes', '1e3s', '5mm']) {
    assert.throws(() => parseDuration(text), /duration/, text)
  }
})

test('counts from 1', () => {
  assert.is(parseCount('12'), 12)
  for (const text of ['0', '-1', '1.5', '', 'x', '1e3', '99999999999999999999']) {
    assert.throws(() => parseCount(text), /whole number/, text)
  }
})

test.run()
