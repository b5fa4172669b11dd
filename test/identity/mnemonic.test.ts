import { readFileSync } from 'node:fs'
import { mnemonicToSeedSync } from '@scure/bip39'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../src/base/bytes-text.ts'
import { checkMnemonic, newMnemonic, seedOfMnemonic } from '../../src/identity/mnemonic.ts'
import { fails } from '../support/fails.ts'

const test = suite('mnemonic')

const { mnemonics } = JSON.parse(
  readFileSync(new URL('../vectors/did/hd-keys.json', import.meta.url), 'utf8'),
) as { mnemonics: { mnemonic: string; passphrase: string; seedHex: string }[] }

const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'

test('turns the phrases of the vectors into their seeds, French and passphrase included', () => {
  for (const { mnemonic, passphrase, seedHex } of mnemonics) {
    assert.is(toHex(seedOfMnemonic(mnemonic, passphrase)), seedHex)
  }
})

test('gives the same seed as @scure/bip39', () => {
  for (const passphrase of ['', 'TREZOR', 'pässwörd ｆｕｌｌ']) {
    const expected = toHex(mnemonicToSeedSync(PHRASE, passphrase))
    assert.is(toHex(seedOfMnemonic(PHRASE, passphrase)), expected)
  }
})

test('makes valid phrases that differ', async () => {
  const twelve = await newMnemonic()
  const more = await newMnemonic(24, 'japanese')
  assert.is(twelve.split(' ').length, 12)
  assert.is(await checkMnemonic(twelve), twelve)
  assert.is(more.split(/\s/u).length, 24)
  assert.is(await checkMnemonic(more), more.normalize('NFKD').split(/\s/u).join(' '))
  assert.is.not(await newMnemonic(), twelve)
})

test('accepts each phrase of the vectors, composed or decomposed, with spaces as they come', async () => {
  for (const { mnemonic } of mnemonics) {
    const expected = mnemonic.normalize('NFKD')
    assert.is(await checkMnemonic(mnemonic.normalize('NFC')), expected)
    assert.is(await checkMnemonic(`\n  ${expected.replaceAll(' ', '  \t')}\n`), expected)
  }
})

test('names the wrong word, its position and the nearest word', async () => {
  const error = await fails('identity/unknownWord', () =>
    checkMnemonic(PHRASE.replace('exist', 'exisst')),
  )
  assert.match(error.message, 'Word 6')
  assert.match(error.message, '`exisst`')
  assert.match(error.hint ?? '', '`exist`')
  assert.is(error.exit, 'misused')
})

test('names the one word that is not of the language of the others', async () => {
  const [, , , french] = mnemonics
  const words = (french?.mnemonic ?? '').split(' ')
  words[2] = 'zebra'
  const error = await fails('identity/unknownWord', () => checkMnemonic(words.join(' ')))
  assert.match(error.message, 'Word 3')
})

test('refuses two words swapped, and says nothing of the words', async () => {
  const words = PHRASE.split(' ')
  const swapped = [words[1], words[0], ...words.slice(2)].join(' ')
  const error = await fails('identity/wrongChecksum', () => checkMnemonic(swapped))
  const told = error.message.split(/\W+/u)
  assert.equal(
    words.filter((word) => told.includes(word)),
    [],
  )
})

test('refuses a phrase of 11 words, and none', async () => {
  await fails('identity/wordCount', () => checkMnemonic(PHRASE.split(' ').slice(1).join(' ')))
  await fails('identity/wordCount', () => checkMnemonic('   '))
})

test.run()
