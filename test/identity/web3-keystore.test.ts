import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../src/base/bytes-text.ts'
import { ElaError } from '../../src/base/errors.ts'
import { evmAccount } from '../../src/identity/accounts.ts'
import { looksLikeWeb3, openWeb3, sealWeb3 } from '../../src/identity/web3-keystore.ts'
import { fails } from '../support/fails.ts'

/** The PBKDF2 vector of the Web3 Secret Storage definition. */
const SECRET = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
const PBKDF2 = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}
/** go-ethereum accounts/keystore/testdata/very-light-scrypt.json, password empty */
const SCRYPT = {
  address: '45dea0fb0bba44f4fcf290bba71fd57d7117cbb8',
  crypto: {
    cipher: 'aes-128-ctr',
    ciphertext: 'b87781948a1befd247bff51ef4063f716cf6c2d3481163e9a8f42e1f9bb74145',
    cipherparams: { iv: 'dc4926b48a105133d2f16b96833abf1e' },
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 2,
      p: 1,
      r: 8,
      salt: '004244bbdc51cadda545b1cfa43cff9ed2ae88e08c61f1479dbb45410722f8f0',
    },
    mac: '39990c1684557447940d4c69e06b1b82b2aceacb43f284df65c956daf3046b85',
  },
  id: 'ce541d8d-c79b-40f8-9f8c-20f59616faba',
  version: 3,
}
const CHEAP = { n: 2, r: 1, p: 1 }
const test = suite('web3 wallet files')

test('opens files others made, also those of old tools', async () => {
  assert.is(toHex(await openWeb3(JSON.stringify(PBKDF2), 'testpassword')), SECRET)
  const light = await openWeb3(JSON.stringify(SCRYPT), '')
  assert.is(evmAccount(light).address.toLowerCase(), `0x${SCRYPT.address}`)
  assert.ok(looksLikeWeb3(JSON.stringify(SCRYPT)))
  const { crypto, ...rest } = PBKDF2
  assert.is(
    toHex(await openWeb3(JSON.stringify({ Crypto: crypto, ...rest }), 'testpassword')),
    SECRET,
  )
  await fails('keys/walletPassword', () => openWeb3(JSON.stringify(PBKDF2), 'testpassworD'))
})

test('opens what it writes', async () => {
  const privateKey = new Uint8Array(32).fill(7)
  const text = await sealWeb3(privateKey, 'p', CHEAP)
  assert.equal(await openWeb3(text, 'p'), privateKey)
  assert.not.match(text, toHex(privateKey))
  const other = await sealWeb3(privateKey, 'p', CHEAP)
  assert.is.not(other, text)
})

test('refuses files that would take the machine, and any nonsense', async () => {
  const good = JSON.parse(await sealWeb3(new Uint8Array(32).fill(7), 'p', CHEAP))
  const refused = async (change: object) => {
    const file = { ...good, crypto: { ...good.crypto, ...change } }
    await fails('keys/notAKey', () => openWeb3(JSON.stringify(file), 'p'))
  }
  const { kdfparams } = good.crypto
  for (const change of [
    { n: 2 ** 30 },
    { p: 2 ** 27 },
    { r: 2 ** 22 },
    { n: 3 },
    { n: 0 },
    { n: 65536 },
  ]) {
    await refused({ kdfparams: { ...kdfparams, ...change } })
  }
  await refused({ kdf: 'pbkdf2', kdfparams: { ...kdfparams, c: 1e12, prf: 'hmac-sha256' } })
  await refused({ cipher: 'aes-128-cbc' })
  await refused({ ciphertext: '00' })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(good.crypto)),
      fc.jsonValue({ maxDepth: 2 }),
      async (member, value) => {
        const file = { ...good, crypto: { ...good.crypto, [member]: value } }
        try {
          await openWeb3(JSON.stringify(file), 'p')
        } catch (error) {
          assert.ok(error instanceof ElaError, String(error))
          return
        }
        assert.equal(value, good.crypto[member])
      },
    ),
    { numRuns: 200 },
  )
})

test.run()
