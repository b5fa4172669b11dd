import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { entropyToMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../src/base/bytes-text.ts'
import { accountOf, accountsOf } from '../../src/identity/accounts.ts'
import {
  DEVNET_PHRASE,
  devnetAccountAt,
  devnetAccounts,
  devnetFaucet,
  devnetMiner,
} from '../../src/identity/devnet-accounts.ts'
import { seedOfMnemonic } from '../../src/identity/mnemonic.ts'

const test = suite('accounts')

function vectors<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')) as T
}

interface HdVector {
  readonly mnemonic: string
  readonly passphrase: string
  readonly path: string
  readonly computed: { readonly standard: string; readonly did: string }
}

test('finds the main chain addresses and DIDs of the vectors', () => {
  const { hd } = vectors<{ hd: HdVector[] }>('ela/hd.json')
  const found = hd.filter(({ path }) => path.startsWith("m/44'/0'/0'/0/"))
  assert.ok(found.length >= 5)
  for (const { mnemonic, passphrase, path, computed } of found) {
    const index = Number(path.slice(path.lastIndexOf('/') + 1))
    const { ela, did } = accountOf(seedOfMnemonic(mnemonic, passphrase), index)
    assert.is(ela.address, computed.standard)
    assert.is(did.did, `did:elastos:${computed.did}`)
  }
})

test('finds the DIDs that the DID SDK finds', () => {
  const { mnemonics } = vectors<{
    mnemonics: {
      mnemonic: string
      passphrase: string
      keys: { index: number; privateKeyHex: string; did: string }[]
    }[]
  }>('did/hd-keys.json')
  for (const { mnemonic, passphrase, keys } of mnemonics) {
    const account = accountsOf(seedOfMnemonic(mnemonic, passphrase))
    for (const { index, privateKeyHex, did } of keys) {
      assert.is(account(index).did.did, did)
      assert.is(toHex(account(index).did.privateKey), privateKeyHex)
    }
  }
})

test('finds the EVM accounts every wallet knows of the phrase of anvil and hardhat', () => {
  const account = accountsOf(
    seedOfMnemonic('test test test test test test test test test test test junk'),
  )
  assert.is(account(0).evm.address, '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
  assert.is(account(1).evm.address, '0x70997970C51812dc3A010C7d01b50e0d17dc79C8')
  assert.is(
    toHex(account(0).evm.privateKey),
    'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  )
})

test('has the devnet phrase that its comment says', () => {
  const entropy = createHash('sha256').update('ela devnet').digest().subarray(0, 16)
  assert.is(DEVNET_PHRASE, entropyToMnemonic(entropy, wordlist))
})

test('has ten devnet accounts whose addresses never change', () => {
  assert.equal(
    devnetAccounts().map(({ name, index }) => `${index} ${name}`),
    [
      '0 alice',
      '1 bob',
      '2 carol',
      '3 dave',
      '4 erin',
      '5 frank',
      '6 grace',
      '7 heidi',
      '8 ivan',
      '9 judy',
    ],
  )
  const [alice] = devnetAccounts()
  assert.is(alice?.ela.address, 'EMTLjFBKNDz2PYKioMdEmErAgAmRf4fxTB')
  assert.is(alice?.evm.address, '0x091f959fA5bb3819811936bd66Ba79483164f1F0')
  assert.is(alice?.did.did, 'did:elastos:imSCqvg58hpHrtrxL3f62ghJQaqiREKaEv')
  assert.is(devnetFaucet().ela.address, 'EdQQnyYHCbDB2FFn9WD8g77bSbfdjrshaX')
})

test('gives no address twice', () => {
  const all = [...devnetAccounts(), devnetFaucet(), devnetMiner(), devnetAccountAt(10)]
  assert.is(new Set(all.flatMap(({ ela, evm }) => [ela.address, evm.address])).size, 26)
})

test.run()
