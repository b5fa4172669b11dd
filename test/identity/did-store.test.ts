import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { accountOf } from '../../src/identity/accounts.ts'
import { rootKey } from '../../src/identity/derive.ts'
import { readDidStore } from '../../src/identity/did-store-read.ts'
import { writeDidStore } from '../../src/identity/did-store-write.ts'
import type { KeySecret } from '../../src/identity/key-secret.ts'
import { readMnemonic, seedOfMnemonic } from '../../src/identity/mnemonic.ts'
import { fails } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
const ROOT = '7eeb5988d4a18e4618719e657e22a0b0'
const password = 'store password'
const test = suite('DID stores')

async function secretOf(passphrase = ''): Promise<KeySecret> {
  const { language, entropy } = await readMnemonic(PHRASE)
  return { kind: 'phrase', language, entropy, passphrase }
}

async function written(folder: TemporaryFolder, secret?: KeySecret) {
  const store = folder.join('store')
  await writeDidStore(store, { name: 'main', secret: secret ?? (await secretOf()), password })
  return { folder: store, password, passphrase: '' }
}

test('gives back words, and a root key where words are missing or lead elsewhere', async () => {
  using folder = temporaryFolder()
  const store = await written(folder)
  const secret = await secretOf()
  assert.equal(await readDidStore(store), secret)
  rmSync(folder.join('store/data/roots', ROOT, 'mnemonic'))
  const { privateKey, chainCode } = rootKey(seedOfMnemonic(PHRASE), 'p256')
  const root: KeySecret = { kind: 'root', privateKey, chainCode }
  assert.equal(await readDidStore(store), root)

  using other = temporaryFolder()
  const withPassphrase = await secretOf('second secret')
  const guarded = await written(other, withPassphrase)
  const read = await readDidStore({ ...guarded, passphrase: 'second secret' })
  assert.equal(read, withPassphrase)
  assert.is((await readDidStore(guarded)).kind, 'root')
  await fails('keys/badStore', () => readDidStore({ ...guarded, passphrase: 'wrong one' }))
})

test('gives back a key without a tree, and has no place for one of another curve', async () => {
  using folder = temporaryFolder()
  const { ela, evm } = accountOf(seedOfMnemonic(PHRASE), 0)
  const secret: KeySecret = { kind: 'ela', privateKey: ela.privateKey }
  assert.equal(await readDidStore(await written(folder, secret)), secret)
  using other = temporaryFolder()
  await fails('keys/wrongKind', () => written(other, { kind: 'evm', privateKey: evm.privateKey }))
})

test('tells a wrong password from a right one, all of hundreds', async () => {
  using folder = temporaryFolder()
  const store = await written(folder)
  for (let number = 0; number < 600; number += 1) {
    await fails('keys/storePassword', () => readDidStore({ ...store, password: `wrong ${number}` }))
  }
})

test('writes files only their owner may read, and never into a folder that has something', async () => {
  using folder = temporaryFolder()
  const store = await written(folder)
  const key = folder.join('store/data/roots', ROOT, 'private')
  assert.is(statSync(key).mode & 0o777, 0o600)
  assert.is(statSync(folder.join('store/data/roots')).mode & 0o777, 0o700)
  const before = readFileSync(key)
  await fails('keys/exists', () => written(folder))
  assert.equal(readFileSync(key), before)
  writeFileSync(folder.join('file'), '')
  const secret = await secretOf()
  await fails('keys/exists', () =>
    writeDidStore(folder.join('file'), { name: 'x', secret, password }),
  )
  await readDidStore(store)
})

test('names what is wrong with a store', async () => {
  using folder = temporaryFolder()
  const store = await written(folder)
  await fails('keys/badStore', () => readDidStore({ ...store, folder: folder.path }))
  const metadata = folder.join('store/data/.metadata')
  const good = readFileSync(metadata, 'utf8')
  for (const bad of [
    '',
    '{',
    'null',
    '[]',
    good.replace(':3', ':2'),
    good.replace('did:', 'dud:'),
  ]) {
    writeFileSync(metadata, bad)
    await fails('keys/badStore', () => readDidStore(store))
  }
  writeFileSync(metadata, good.replace(ROOT, '../../../../etc'))
  assert.is((await readDidStore(store)).kind, 'phrase')
  writeFileSync(metadata, good)
  const key = folder.join('store/data/roots', ROOT, 'private')
  const text = readFileSync(key, 'utf8')
  for (const bad of ['', 'x', '\u0000', text.slice(0, 60), `${text.slice(0, -4)}AAAA`]) {
    writeFileSync(key, bad)
    await fails('keys/storePassword', () => readDidStore(store))
  }
  writeFileSync(key, 'A'.repeat(70_000))
  await fails('keys/badStore', () => readDidStore(store))
})

test.run()
