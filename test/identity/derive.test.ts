import { readFileSync } from 'node:fs'
import { p256 } from '@noble/curves/nist.js'
import { HDKey } from '@scure/bip32'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../src/base/bytes-text.ts'
import { ElaError } from '../../src/base/errors.ts'
import { derive, publicKeyOn, rootKey } from '../../src/identity/derive.ts'
import { parseXprv, toXprv, toXpub } from '../../src/identity/extended-key.ts'
import { seedOfMnemonic } from '../../src/identity/mnemonic.ts'
import { didAddressOf, encodeKey } from '../../src/protocol/did/did.ts'
import { addressOf, Prefix, programHashOf } from '../../src/protocol/ela/address.ts'
import {
  multisigCode,
  sortedByHex,
  sortedByX,
  standardCode,
} from '../../src/protocol/ela/script.ts'
import { fails } from '../support/fails.ts'

const test = suite('derive')

function vectors<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')) as T
}

interface HdVector {
  readonly mnemonic: string
  readonly passphrase: string
  readonly path: string
  readonly expected: Readonly<Record<string, string>>
  readonly computed: Readonly<Record<string, string>>
}
interface SpecialVector {
  readonly kind: string
  readonly mnemonic: string
  readonly path: string
  readonly publicKey: string
  readonly expected: string
}
interface MultisigVector {
  readonly mnemonics?: readonly string[]
  readonly seeds?: readonly string[]
  readonly m: number
  readonly index?: number
  readonly pubkeys: readonly string[]
  readonly expected: string
  readonly computedGoOrder: string
}
const { hd, hdDerivedSpecial } = vectors<{ hd: HdVector[]; hdDerivedSpecial: SpecialVector[] }>(
  'ela/hd.json',
)
const { mnemonics, extendedKeys } = vectors<{
  mnemonics: {
    mnemonic: string
    passphrase: string
    rootXprv: string
    keys: { path: string; privateKeyHex: string; publicKeyHex: string }[]
  }[]
  extendedKeys: {
    xprv: string
    privateKeyHex: string
    publicKeyBase58: string
    addressOfKey: string
  }[]
}>('did/hd-keys.json')

test('derives every main chain key of the vectors on P-256', () => {
  for (const { mnemonic, passphrase, path, expected, computed } of hd) {
    const root = rootKey(seedOfMnemonic(mnemonic, passphrase), 'p256')
    const key = derive(root, path)
    const told: Record<string, string> = {
      rootXprv: toXprv(root),
      rootXpub: toXpub(root),
      xprv: toXprv(key),
      xpub: toXpub(key),
      publicKey: toHex(key.publicKey),
      standard: addressIn(key.publicKey, Prefix.standard),
      deposit: addressIn(key.publicKey, Prefix.deposit),
      stake: addressIn(key.publicKey, Prefix.stake),
      did: didAddressOf(key.publicKey),
    }
    for (const [name, value] of [...Object.entries(computed), ...Object.entries(expected)]) {
      assert.is(told[name], value, `${name} at ${path}`)
    }
  }
  assert.is(hd.length, 8)
})

function addressIn(publicKey: Uint8Array, prefix: number): string {
  return addressOf(programHashOf(standardCode(publicKey), prefix))
}

test('derives the deposit and stake addresses wallets show for a phrase', () => {
  const prefixes: Readonly<Record<string, number>> = {
    deposit: Prefix.deposit,
    stake: Prefix.stake,
  }
  assert.equal(
    hdDerivedSpecial.map(({ kind }) => kind),
    ['deposit', 'stake'],
  )
  for (const { kind, mnemonic, path, publicKey, expected } of hdDerivedSpecial) {
    const key = derive(rootKey(seedOfMnemonic(mnemonic, ''), 'p256'), path)
    assert.is(toHex(key.publicKey), publicKey)
    assert.is(addressIn(key.publicKey, prefixes[kind] ?? 0), expected)
  }
})

test("derives the shared addresses that the wallet SDK's cosigners agree on", () => {
  const { multisig } = vectors<{ multisig: MultisigVector[] }>('ela/keys.json')
  assert.is(multisig.length, 3)
  for (const { mnemonics = [], seeds = [], m, index = 0, ...vector } of multisig) {
    const all = [...mnemonics.map((words) => seedOfMnemonic(words, '')), ...seeds.map(fromHex)]
    const purposes = all.map((seed) => derive(rootKey(seed, 'p256'), "m/45'"))
    // A cosigner's number is the rank of its key of m/45'.
    const ranked = purposes.sort((a, b) => Buffer.compare(a.publicKey, b.publicKey))
    const keys = ranked.map((key, cosigner) => derive(key, `m/${cosigner}/0/${index}`).publicKey)
    assert.equal(keys.map(toHex), vector.pubkeys)
    const shared = (ordered: readonly Uint8Array[]) =>
      addressOf(programHashOf(multisigCode(m, ordered), Prefix.multisig))
    assert.is(shared(sortedByHex(keys)), vector.expected)
    assert.is(shared(sortedByX(keys)), vector.computedGoOrder)
  }
})

test('derives every DID key of the vectors', () => {
  for (const { mnemonic, passphrase, rootXprv, keys } of mnemonics) {
    const root = rootKey(seedOfMnemonic(mnemonic, passphrase), 'p256')
    assert.is(toXprv(root), rootXprv)
    for (const { path, privateKeyHex, publicKeyHex } of keys) {
      const key = derive(root, path)
      assert.is(toHex(key.privateKey), privateKeyHex)
      assert.is(toHex(key.publicKey), publicKeyHex)
    }
  }
})

test('reads the extended keys of the vectors and writes them as they were', () => {
  assert.is(extendedKeys.length, 16)
  for (const { xprv, privateKeyHex, publicKeyBase58, addressOfKey } of extendedKeys) {
    const key = parseXprv(xprv, 'p256')
    assert.is(toHex(key.privateKey), privateKeyHex)
    assert.is(encodeKey(key.publicKey), publicKeyBase58)
    assert.is(didAddressOf(key.publicKey), addressOfKey)
    assert.is(toXprv(key), xprv)
  }
})

test('gives the same keys as @scure/bip32 on secp256k1', () => {
  for (const { mnemonic, passphrase } of mnemonics) {
    const seed = seedOfMnemonic(mnemonic, passphrase)
    for (const path of ["m/44'/60'/0'/0/0", "m/44'/60'/0'/0/1000", 'm/0', "m/2147483647'/7"]) {
      const theirs = HDKey.fromMasterSeed(seed).derive(path)
      const ours = derive(rootKey(seed, 'secp256k1'), path)
      assert.is(toXprv(ours), theirs.privateExtendedKey)
      assert.is(toXpub(ours), theirs.publicExtendedKey)
    }
  }
})

test('computes the same P-256 public keys as noble', () => {
  for (const last of [1, 2, 255]) {
    const key = new Uint8Array(32)
    key[31] = last
    assert.equal(publicKeyOn('p256', key), p256.getPublicKey(key, true))
    assert.equal(publicKeyOn('p256', key, 'uncompressed'), p256.getPublicKey(key, false))
  }
})

const seed = fromHex('000102030405060708090a0b0c0d0e0f')

test('refuses what is no path', async () => {
  const root = rootKey(seed, 'p256')
  for (const path of [
    '',
    '/',
    'm/',
    'm//0',
    "m/0''",
    'm/-1',
    'm/x',
    '0/1',
    'm/2147483648',
    'm/1h',
  ]) {
    await fails('identity/badPath', () => derive(root, path))
  }
  assert.is(derive(root, 'm'), root)
})

test('refuses seeds that are too short or too long', async () => {
  await fails('identity/badSeed', () => rootKey(new Uint8Array(15), 'p256'))
  await fails('identity/badSeed', () => rootKey(new Uint8Array(65), 'p256'))
})

test('says that an xpub is not enough', async () => {
  await fails('identity/publicOnly', () => parseXprv(toXpub(rootKey(seed, 'p256')), 'p256'))
})

test('refuses an extended key with any character changed, and any text', async () => {
  const good = toXprv(rootKey(seed, 'p256'))
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.constantFrom(...'0Oab1zZ '), (at, character) => {
      const text = good.slice(0, at) + character + good.slice(at + 1)
      return text === good || refused(text)
    }),
  )
  fc.assert(fc.property(fc.string(), refused))
})

function refused(text: string): boolean {
  try {
    parseXprv(text, 'p256')
    return false
  } catch (error) {
    return error instanceof ElaError && error.code === 'identity/badExtendedKey'
  }
}

test.run()
