import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { defineErrors } from '../../src/base/errors.ts'
import { Printer } from '../../src/base/printer.ts'
import { hide, redact } from '../../src/base/redactor.ts'

const KEY = '5f'.repeat(32)
const WORDS = 'arch kitten victory saddle addict ranch that oyster need lock ill shed'
const test = suite('redactor')

function printer(mode: 'text' | 'json' | 'json-stream') {
  const seen = { stdout: '', stderr: '' }
  const made = new Printer({
    stdout: { write: (text) => (seen.stdout += text) },
    stderr: { write: (text) => (seen.stderr += text) },
    mode,
    color: { stdout: false, stderr: false },
    quiet: false,
  })
  return { seen, printer: made }
}

test('knows secrets by their look', () => {
  for (const secret of [
    WORDS,
    `xprv${'9'.repeat(107)}`,
    `-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----`,
    `privateKey: "${KEY}"`,
    `{"elaPrivateKey":"0x${KEY}"}`,
    `ELA_SEED=${KEY}`,
    `{"crypto":{"ciphertext":"${KEY}"}}`,
  ]) {
    const clean = redact(`<< ${secret} >>`, 'everywhere')
    assert.match(clean, '[secret]')
    assert.not.match(clean, KEY)
    assert.not.match(clean, 'kitten')
    assert.not.match(clean, 'MHcC')
    assert.not.match(clean, '9'.repeat(50))
    assert.match(clean, /^<< .* >>$/s)
  }
})

test('leaves hashes, addresses and sentences alone', () => {
  for (const text of [
    `transaction 0x${KEY}`,
    `{"txid":"${KEY}","publicKey":"02${KEY}"}`,
    'did:elastos:iaE2WhGzSsCR7Whewb7UVnZP2QL5J9CnB5',
    'The devnet in the background ended with exit code 1 before it was ready.',
    'alice bob carol dave erin frank grace heidi ivan judy',
  ]) {
    assert.is(redact(text), text)
  }
})

test('keeps JSON whole', () => {
  const json = JSON.stringify({
    phrase: WORDS,
    pem: '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----',
  })
  assert.equal(JSON.parse(redact(json)), { phrase: '[secret]', pem: '[secret]' })
})

test('hides what it was told to, also with characters JSON writes otherwise', () => {
  hide('a "quoted" \\ secret')
  hide('talk-only-secret', 'talk')
  hide('short')
  assert.is(redact('x a "quoted" \\ secret y', 'everywhere'), 'x [secret] y')
  const json = redact(JSON.stringify({ text: 'a "quoted" \\ secret' }), 'everywhere')
  assert.equal(JSON.parse(json), { text: '[secret]' })
  assert.is(redact('talk-only-secret', 'everywhere'), 'talk-only-secret')
  assert.is(redact('talk-only-secret', 'talk'), '[secret]')
  assert.is(redact('short'), 'short')
})

test('stands before every way out of the printer but the one for secrets', () => {
  const { wrong } = defineErrors('test', { wrong: () => ({ message: WORDS, hint: WORDS }) })
  for (const mode of ['text', 'json', 'json-stream'] as const) {
    const one = printer(mode)
    one.printer.say(WORDS)
    one.printer.warn(WORDS, WORDS)
    one.printer.event({ event: 'log', line: WORDS })
    one.printer.fail(wrong())
    const other = printer(mode)
    other.printer.answer('x', { WORDS }, (data) => data.WORDS)
    for (const { seen } of [one, other]) assert.not.match(seen.stdout + seen.stderr, 'kitten')
    assert.match(other.seen.stdout, '[secret]')
    const shown = printer(mode)
    shown.printer.reveal('x', { WORDS }, (data) => data.WORDS)
    assert.match(shown.seen.stdout, WORDS)
  }
})

test.run()
