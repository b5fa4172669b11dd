/** DID stores between us and the unmodified DID SDK, both ways; nothing is published. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../src/base/bytes-text.ts'
import { accountOf } from '../../src/identity/accounts.ts'
import { readDidStore } from '../../src/identity/did-store-read.ts'
import { writeDidStore } from '../../src/identity/did-store-write.ts'
import type { KeySecret } from '../../src/identity/key-secret.ts'
import { readMnemonic, seedOfMnemonic } from '../../src/identity/mnemonic.ts'
import { publicKeyOf } from '../../src/protocol/did/sign.ts'
import { loadSdk } from '../support/did-js-sdk.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
const FRENCH =
  'abaisser abaisser abaisser abaisser abaisser abaisser abaisser abaisser abaisser abaisser abaisser abeille'
const PASSWORD = 'mot de passe ü 密码'
const test = suite('DID stores of did-js-sdk')

interface Document {
  getSubject(): { toString(): string }
  getDefaultPublicKeyId(): { toString(): string }
  isGenuine(): Promise<boolean>
  isValid(): Promise<boolean>
  signWithId(id: unknown, password: string, data: Buffer): Promise<string>
  verify(id: unknown, signature: string, data: Buffer): Promise<boolean>
}

interface Root {
  getId(): string
  newDid(password: string, index?: number): Promise<Document>
  exportMnemonic(password: string): Promise<string | null>
  hasMnemonic(): Promise<boolean>
}

interface Store {
  loadRootIdentity(): Promise<Root>
  loadDid(did: string): Promise<Document>
  listDids(): Promise<readonly { toString(): string }[]>
}

interface StoreSdk {
  readonly DIDStore: { open(folder: string): Promise<Store> }
  readonly DIDBackend: { initialize(adapter: object): void }
  readonly DefaultDIDAdapter: new (url: string) => object
  readonly RootIdentity: {
    createFromMnemonic(
      words: string,
      passphrase: string,
      store: Store,
      password: string,
      overwrite: boolean,
    ): Promise<Root>
    createFromPrivateKey(
      key: string,
      store: Store,
      password: string,
      overwrite: boolean,
    ): Promise<Root>
  }
}

/** The SDK with a chain that knows no DID. */
function sdkOffline(): StoreSdk {
  const sdk = loadSdk() as unknown as StoreSdk
  class Nowhere extends sdk.DefaultDIDAdapter {
    resolve(request: string): Promise<string> {
      const { id, params } = JSON.parse(request) as { id: unknown; params: [{ did: string }] }
      const result = { did: params[0].did, status: 3 }
      return Promise.resolve(JSON.stringify({ jsonrpc: '2.0', id, result }))
    }
  }
  sdk.DIDBackend.initialize(new Nowhere('http://127.0.0.1:9'))
  return sdk
}

async function secretOf(phrase: string, passphrase = ''): Promise<KeySecret> {
  const { language, entropy } = await readMnemonic(phrase)
  return { kind: 'phrase', language, entropy, passphrase }
}

test('reads the store the SDK wrote', async () => {
  using folder = temporaryFolder()
  const sdk = sdkOffline()
  for (const [name, phrase, passphrase] of [
    ['plain', PHRASE, ''],
    ['guarded', PHRASE, 'a second secret'],
    ['french', FRENCH, ''],
  ] as const) {
    const store = await sdk.DIDStore.open(folder.join(name))
    const root = await sdk.RootIdentity.createFromMnemonic(
      phrase,
      passphrase,
      store,
      PASSWORD,
      true,
    )
    await root.newDid(PASSWORD, 0)
    const opening = { folder: folder.join(name), password: PASSWORD, passphrase }
    assert.equal(await readDidStore(opening), await secretOf(phrase, passphrase))
    await fails('keys/storePassword', () => readDidStore({ ...opening, password: 'another' }))
  }
})

test('reads a root the SDK made from a key, whose words nobody knows', async () => {
  using folder = temporaryFolder()
  const sdk = sdkOffline()
  const { toXprv } = await import('../../src/identity/extended-key.ts')
  const { rootKey } = await import('../../src/identity/derive.ts')
  const key = rootKey(seedOfMnemonic(PHRASE), 'p256')
  const store = await sdk.DIDStore.open(folder.join('store'))
  await sdk.RootIdentity.createFromPrivateKey(toXprv(key), store, PASSWORD, true)
  const opening = { folder: folder.join('store'), password: PASSWORD, passphrase: '' }
  const { privateKey, chainCode } = key
  assert.equal(await readDidStore(opening), { kind: 'root', privateKey, chainCode })
})

test('writes stores the SDK opens, signs with and goes on in', async () => {
  using folder = temporaryFolder()
  const sdk = sdkOffline()
  const seed = seedOfMnemonic(PHRASE)
  const { did, ela } = accountOf(seed, 0)
  const folderOf = folder.join('store')
  const secret = await secretOf(PHRASE)
  await writeDidStore(folderOf, { name: 'main', secret, password: PASSWORD })
  const store = await sdk.DIDStore.open(folderOf)
  const root = await store.loadRootIdentity()
  assert.is(await root.exportMnemonic(PASSWORD), PHRASE)
  assert.equal((await store.listDids()).map(String), [did.did])
  const document = await store.loadDid(did.did)
  assert.ok(await document.isGenuine())
  assert.ok(await document.isValid())
  const data = Buffer.from('a text to sign')
  const id = document.getDefaultPublicKeyId()
  const signature = await document.signWithId(id, PASSWORD, data)
  assert.ok(await document.verify(id, signature, data))
  assert.is(toHex(publicKeyOf(ela.privateKey)), toHex(did.publicKey))
  const next = await root.newDid(PASSWORD)
  assert.is(next.getSubject().toString(), accountOf(seed, 1).did.did)
  const opening = { folder: folderOf, password: PASSWORD, passphrase: '' }
  assert.equal(await readDidStore(opening), secret)
})

test('writes one key without words so that the SDK signs with it', async () => {
  using folder = temporaryFolder()
  const sdk = sdkOffline()
  const { did, ela } = accountOf(seedOfMnemonic(PHRASE), 7)
  const secret: KeySecret = { kind: 'ela', privateKey: ela.privateKey }
  await writeDidStore(folder.join('store'), { name: 'one', secret, password: PASSWORD })
  const store = await sdk.DIDStore.open(folder.join('store'))
  const document = await store.loadDid(did.did)
  const id = document.getDefaultPublicKeyId()
  const signature = await document.signWithId(id, PASSWORD, Buffer.from('x'))
  assert.ok(await document.verify(id, signature, Buffer.from('x')))
})

test.run()
