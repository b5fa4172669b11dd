import { Buffer } from 'node:buffer'
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../src/base/bytes-text.ts'
import { ElaError } from '../../src/base/errors.ts'
import { redact } from '../../src/base/redactor.ts'
import { accountOf } from '../../src/identity/accounts.ts'
import { rootKey } from '../../src/identity/derive.ts'
import { DEVNET_PHRASE, devnetAccounts, devnetMiner } from '../../src/identity/devnet-accounts.ts'
import { parseKeyFile, sealKey, unsealKey } from '../../src/identity/key-file.ts'
import { decodeSecret, encodeSecret, type KeySecret } from '../../src/identity/key-secret.ts'
import { addKey, keystoreOf, listKeys, readKey, removeKey } from '../../src/identity/keystore.ts'
import { mnemonicOf, readMnemonic, seedOfMnemonic } from '../../src/identity/mnemonic.ts'
import { openKey } from '../../src/identity/open-key.ts'
import { fails } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const PASSWORD = 'correct horse battery'
const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
const CHEAP = { n: 2, r: 1, p: 1 }
const test = suite('keystore')

function storeIn(folder: TemporaryFolder) {
  const keystore = { folder: folder.join('keys'), runFolder: folder.join('run'), cost: CHEAP }
  return { keystore, file: (name: string) => folder.join('keys', `${name}.json`) }
}

async function phraseSecret(phrase = PHRASE, passphrase = ''): Promise<KeySecret> {
  const { language, entropy } = await readMnemonic(phrase)
  return { kind: 'phrase', language, entropy, passphrase }
}

async function withKey(folder: TemporaryFolder) {
  const { keystore, file } = storeIn(folder)
  await addKey('main', await phraseSecret(), { password: PASSWORD, keystore })
  return { keystore, file: file('main') }
}

test('keeps each kind of key and gives it back', async () => {
  using folder = temporaryFolder()
  const { keystore } = storeIn(folder)
  const seed = seedOfMnemonic(PHRASE)
  const { privateKey, chainCode } = rootKey(seed, 'p256')
  const account = accountOf(seed, 3)
  const secrets: Readonly<Record<string, KeySecret>> = {
    words: await phraseSecret(),
    root: { kind: 'root', privateKey, chainCode },
    one: { kind: 'ela', privateKey: account.ela.privateKey },
    evm: { kind: 'evm', privateKey: account.evm.privateKey },
  }
  for (const [name, secret] of Object.entries(secrets)) {
    await addKey(name, secret, { password: PASSWORD, keystore })
  }
  for (const name of ['words', 'root']) {
    const key = await openKey(name, PASSWORD, keystore)
    assert.equal(key.did(3), account.did)
    assert.equal(key.ela(3), account.ela)
    assert.equal(key.evm(3), account.evm)
  }
  const one = await openKey('one', PASSWORD, keystore)
  assert.equal(one.did(), account.did)
  assert.equal(one.public, { did: account.did.did, ela: account.ela.address })
  await fails('keys/wrongKind', () => one.evm())
  await fails('keys/wrongKind', () => one.did(1))
  const evm = await openKey('evm', PASSWORD, keystore)
  assert.equal(evm.evm(), account.evm)
  await fails('keys/wrongKind', () => evm.ela())
  const names = listKeys(keystore).map(({ name }) => name)
  assert.equal(names, ['evm', 'one', 'root', 'words'])
})

test('keeps words of every language and their passphrase', async () => {
  using folder = temporaryFolder()
  const { keystore } = storeIn(folder)
  const entropy = fromHex('00112233445566778899aabbccddeeff')
  for (const language of ['english', 'japanese', 'simplified-chinese', 'czech'] as const) {
    const phrase = await mnemonicOf(entropy, language)
    const secret = await phraseSecret(phrase, 'pässwört')
    await addKey(language, secret, { password: PASSWORD, keystore })
    const key = await openKey(language, PASSWORD, keystore)
    const expected = accountOf(seedOfMnemonic(phrase, 'pässwört'), 0)
    assert.is(key.evm().address, expected.evm.address)
    assert.equal(key.did(), expected.did)
  }
})

test('opens with the password alone, however its accents are written', async () => {
  using folder = temporaryFolder()
  const { keystore } = storeIn(folder)
  const secret = await phraseSecret()
  await addKey('main', secret, { password: 'pässwörter', keystore })
  await openKey('main', 'pässwörter'.normalize('NFD'), keystore)
  for (const wrong of ['', 'passworter', 'pässwörter ']) {
    const error = await fails('keys/wrongPassword', () => openKey('main', wrong, keystore))
    assert.is(error.exit, 'notVerified')
    assert.is(error.cause, undefined)
  }
  await fails('keys/weakPassword', () => addKey('b', secret, { password: 'seven77', keystore }))
})

test('writes folder 0700 and file 0600 whatever the umask, and no secret into them', async () => {
  using folder = temporaryFolder()
  const umask = process.umask(0)
  try {
    const { file, keystore } = await withKey(folder)
    assert.is(statSync(keystore.folder).mode & 0o777, 0o700)
    assert.is(statSync(file).mode & 0o777, 0o600)
    process.umask(0o777)
    await addKey('dark', await phraseSecret(), { password: PASSWORD, keystore })
    assert.is(statSync(folder.join('keys', 'dark.json')).mode & 0o777, 0o600)
    const text = readFileSync(file, 'utf8')
    const { entropy } = await readMnemonic(PHRASE)
    for (const secret of [PHRASE, toHex(entropy), Buffer.from(entropy).toString('base64')]) {
      assert.not.match(text, secret)
    }
    assert.equal(readdirSync(keystore.folder).sort(), ['dark.json', 'main.json'])
  } finally {
    process.umask(umask)
  }
})

test('refuses a file with any bit changed', async () => {
  using folder = temporaryFolder()
  const { file, keystore } = await withKey(folder)
  const good = readFileSync(file)
  const codes = new Set<string>()
  for (let at = 0; at < good.length; at += 1) {
    for (const bit of [0, 3, 5]) {
      const bad = Buffer.from(good)
      bad[at] = (bad[at] ?? 0) ^ (1 << bit)
      writeFileSync(file, bad)
      try {
        await openKey('main', PASSWORD, keystore)
      } catch (error) {
        if (!(error instanceof ElaError)) throw error
        codes.add(error.code)
        continue
      }
      assert.unreachable(`bit ${bit} of byte ${at} went unnoticed`)
    }
  }
  assert.equal([...codes].sort(), ['keys/damaged', 'keys/newerFile', 'keys/wrongPassword'])
  writeFileSync(file, good)
  await openKey('main', PASSWORD, keystore)
})

test('refuses a file cut short anywhere, or longer', async () => {
  using folder = temporaryFolder()
  const { file, keystore } = await withKey(folder)
  const good = readFileSync(file)
  for (let length = 0; length < good.length; length += 7) {
    writeFileSync(file, good.subarray(0, length))
    await fails('keys/damaged', () => readKey('main', keystore))
  }
  for (const more of ['\n', ' ', '\0', 'x'.repeat(5_000)]) {
    writeFileSync(file, Buffer.concat([good, Buffer.from(more)]))
    await fails('keys/damaged', () => readKey('main', keystore))
  }
})

test('refuses files that make guessing cheap or opening endless', async () => {
  using folder = temporaryFolder()
  const { file, keystore } = await withKey(folder)
  await fails('keys/damaged', () =>
    openKey('main', PASSWORD, { ...keystore, cost: undefined } as never),
  )
  const good = readFileSync(file, 'utf8')
  for (const cost of [
    '"n": 1',
    '"n": 3',
    '"n": 0',
    '"n": -2',
    '"n": 1e9',
    '"n": 524288',
    '"n": "2"',
  ]) {
    writeFileSync(file, good.replace('"n": 2', cost))
    await fails('keys/damaged', () => readKey('main', keystore))
  }
  writeFileSync(file, good.replace('"r": 1', '"r": 9'))
  await fails('keys/damaged', () => readKey('main', keystore))
})

test('refuses what others could have planted', async () => {
  using folder = temporaryFolder()
  const { file, keystore } = await withKey(folder)
  const unsafe = () => fails('keys/unsafe', () => openKey('main', PASSWORD, keystore))
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o677]) {
    chmodSync(file, mode)
    await unsafe()
  }
  await openKey('main', PASSWORD, { ...keystore, lax: true })
  chmodSync(file, 0o600)
  chmodSync(keystore.folder, 0o755)
  await unsafe()
  await fails('keys/unsafe', () => listKeys(keystore))
  chmodSync(keystore.folder, 0o700)
  renameSync(file, folder.join('elsewhere'))
  symlinkSync(folder.join('elsewhere'), file)
  await unsafe()
  await fails('keys/unsafe', () => openKey('main', PASSWORD, { ...keystore, lax: true }))
  removeKey('main', keystore)
  assert.ok(statSync(folder.join('elsewhere')).isFile())
  mkdirSync(file)
  await unsafe()
})

test('refuses a keystore that is a link or a file', async () => {
  using folder = temporaryFolder()
  const { keystore } = await withKey(folder)
  const linked = { ...keystore, folder: folder.join('link') }
  symlinkSync(keystore.folder, linked.folder)
  await fails('keys/unsafe', () => listKeys(linked))
  const secret = await phraseSecret()
  await fails('keys/unsafe', () => addKey('b', secret, { password: PASSWORD, keystore: linked }))
  writeFileSync(folder.join('file'), '')
  const flat = { ...keystore, folder: folder.join('file') }
  await fails('keys/unsafe', () => listKeys(flat))
})

if (process.getuid?.() === 0) {
  test('refuses what belongs to somebody else', async () => {
    using folder = temporaryFolder()
    const { file, keystore } = await withKey(folder)
    chownSync(file, 12_345, 12_345)
    await fails('keys/unsafe', () => openKey('main', PASSWORD, keystore))
    chownSync(file, 0, 0)
    chownSync(keystore.folder, 12_345, 12_345)
    await fails('keys/unsafe', () => openKey('main', PASSWORD, keystore))
  })
}

test('does not take a file under another name', async () => {
  using folder = temporaryFolder()
  const { file, keystore } = await withKey(folder)
  linkSync(file, folder.join('keys', 'other.json'))
  await fails('keys/damaged', () => readKey('other', keystore))
  const listed = listKeys(keystore).find(({ name }) => name === 'other')
  assert.ok(listed !== undefined && 'problem' in listed)
})

test('replaces nothing, and of writers at the same moment lets one win', async () => {
  using folder = temporaryFolder()
  const { file, keystore } = await withKey(folder)
  const before = readFileSync(file, 'utf8')
  const secret = await phraseSecret()
  await fails('keys/nameTaken', () => addKey('main', secret, { password: PASSWORD, keystore }))
  assert.is(readFileSync(file, 'utf8'), before)
  const attempts = Array.from({ length: 12 }, (_, index) =>
    addKey('race', secret, { password: `${PASSWORD} ${index}`, keystore }).then(
      () => index,
      (error: unknown) => {
        assert.ok(error instanceof ElaError && error.code === 'keys/nameTaken')
        return undefined
      },
    ),
  )
  const winners = (await Promise.all(attempts)).filter((index) => index !== undefined)
  assert.is(winners.length, 1)
  await openKey('race', `${PASSWORD} ${winners[0]}`, keystore)
  assert.equal(readdirSync(keystore.folder).sort(), ['main.json', 'race.json'])
})

test('clears away what a killed writer left, but not what one is writing', async () => {
  using folder = temporaryFolder()
  const { keystore } = await withKey(folder)
  const old = folder.join('keys', `.main.json.${'a'.repeat(16)}.tmp`)
  const fresh = folder.join('keys', `.other.json.${'b'.repeat(16)}.tmp`)
  for (const draft of [old, fresh]) writeFileSync(draft, '{')
  utimesSync(old, 1, 1)
  await addKey('next', await phraseSecret(), { password: PASSWORD, keystore })
  const left = readdirSync(keystore.folder).filter((name) => name.startsWith('.'))
  assert.equal(left, [`.other.json.${'b'.repeat(16)}.tmp`])
})

test('refuses names that are no names, and names the nearest one', async () => {
  using folder = temporaryFolder()
  const { keystore } = await withKey(folder)
  const secret = await phraseSecret()
  for (const name of ['', '.', '../x', 'A', 'a/b', 'a'.repeat(33), '1a', 'a\0']) {
    await fails('keys/badName', () => addKey(name, secret, { password: PASSWORD, keystore }))
    await fails('keys/badName', () => readKey(name, keystore))
    await fails('keys/badName', () => removeKey(name, keystore))
  }
  const { hint } = await fails('keys/unknownName', () => readKey('mian', keystore))
  assert.match(hint ?? '', '`main`')
})

test('refuses keys that everybody has', async () => {
  using folder = temporaryFolder()
  const { keystore } = storeIn(folder)
  const [alice] = devnetAccounts()
  assert.ok(alice)
  const { privateKey, chainCode } = rootKey(seedOfMnemonic(DEVNET_PHRASE), 'p256')
  const published: readonly KeySecret[] = [
    await phraseSecret(DEVNET_PHRASE),
    { kind: 'root', privateKey, chainCode },
    { kind: 'evm', privateKey: alice.evm.privateKey },
    { kind: 'ela', privateKey: devnetMiner().ela.privateKey },
    await phraseSecret(`${'test '.repeat(11)}junk`),
    // Hardhat's and Anvil's first account.
    {
      kind: 'evm',
      privateKey: fromHex('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'),
    },
  ]
  for (const secret of published) {
    const error = await fails('keys/published', () =>
      addKey('main', secret, { password: PASSWORD, keystore }),
    )
    assert.is(error.exit, 'refused')
  }
  const apart = await phraseSecret(DEVNET_PHRASE, 'a passphrase of my own')
  await addKey('apart', apart, { password: PASSWORD, keystore })
})

test('shows nothing of an open key', async () => {
  using folder = temporaryFolder()
  const { keystore } = await withKey(folder)
  const key = await openKey('main', PASSWORD, keystore)
  for (const text of [
    inspect(key, { depth: 9, showHidden: true }),
    JSON.stringify({ key }),
    `${key.toJSON()}`,
  ]) {
    assert.match(text, '[key main]')
    assert.ok(text.length < 40)
  }
  const { privateKey } = key.did(5)
  assert.is(
    redact(`x ${toHex(privateKey)} ${PHRASE.toUpperCase()}`),
    `x [secret] ${PHRASE.toUpperCase()}`,
  )
  assert.is(redact(`(${PHRASE})`, 'everywhere'), '([secret])')
})

test('is where the environment says', () => {
  assert.equal(keystoreOf({ HOME: '/h' }), {
    folder: '/h/.ela/keys',
    runFolder: '/h/.ela/run',
    lax: false,
  })
  const xdg = keystoreOf({ HOME: '/h', XDG_DATA_HOME: '/d', XDG_RUNTIME_DIR: '/r' })
  assert.equal([xdg.folder, xdg.runFolder], ['/d/ela/keys', '/r/ela'])
  assert.is(keystoreOf({ XDG_DATA_HOME: '/d', ELA_KEYSTORE: '/k' }).folder, '/k')
  assert.is(keystoreOf({ HOME: '/h', ELA_KEYSTORE: '', XDG_DATA_HOME: '' }).folder, '/h/.ela/keys')
})

test('reads any bytes as a secret, or as none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 330 }), (bytes) => {
      const secret = decodeSecret(bytes)
      if (secret !== undefined) assert.equal(encodeSecret(secret), bytes)
    }),
    { numRuns: 500 },
  )
  for (const kind of [1, 2, 3, 4]) {
    for (let length = 0; length < 80; length += 1) {
      const secret = decodeSecret(Uint8Array.of(kind, ...new Uint8Array(length).fill(16)))
      if (secret !== undefined) assert.is(encodeSecret(secret).length, length + 1)
    }
  }
})

test('reads any text as a key file, or refuses it by name', async () => {
  const header = { name: 'x', kind: 'evm', created: '2026-01-01T00:00:00Z', public: {} } as const
  const good = await sealKey(header, new Uint8Array(33), { password: 'p', cost: CHEAP })
  assert.equal(await unsealKey(parseKeyFile(good, 'f', CHEAP), 'p'), new Uint8Array(33))
  const value = JSON.parse(good) as Record<string, unknown>
  const members = fc.constantFrom(...Object.keys(value))
  const refuses = (text: string) => {
    if (text === good) return
    try {
      parseKeyFile(text, 'f', CHEAP)
    } catch (error) {
      assert.ok(error instanceof ElaError, String(error))
    }
  }
  fc.assert(fc.property(fc.string({ maxLength: 200 }), refuses), { numRuns: 300 })
  fc.assert(
    fc.property(members, fc.jsonValue({ maxDepth: 3 }), (member, other) => {
      refuses(`${JSON.stringify({ ...value, [member]: other }, undefined, 2)}\n`)
    }),
    { numRuns: 500 },
  )
})

test.run()
