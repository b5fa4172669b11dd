import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../src/base/bytes-text.ts'
import { accountOf } from '../../src/identity/accounts.ts'
import { DEVNET_PHRASE } from '../../src/identity/devnet-accounts.ts'
import { seedOfMnemonic } from '../../src/identity/mnemonic.ts'
import { ela, root, type Transcript } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
const PASSWORD = 'correct horse battery'
const ACCOUNT = accountOf(seedOfMnemonic(PHRASE), 0)
const test = suite('ela keys')

interface Box {
  readonly folder: TemporaryFolder
  /** Runs `ela keys …` with the password file in the environment. */
  run(line: string, options?: { stdin?: string; env?: Record<string, string> }): Promise<Transcript>
  /** A file only we may read; its path. */
  secret(name: string, text: string): string
}

function box(folder: TemporaryFolder): Box {
  const secret = (name: string, text: string) => {
    writeFileSync(folder.join(name), text, { mode: 0o600 })
    return folder.join(name)
  }
  const ELA_PASSWORD_FILE = secret('pw', `${PASSWORD}\n`)
  return {
    folder,
    secret,
    run: (line, { stdin, env } = {}) =>
      ela(`keys ${line}`, {
        cwd: folder.path,
        env: env ?? { HOME: folder.path, ELA_PASSWORD_FILE },
        ...(stdin !== undefined && { stdin }),
      }),
  }
}

async function failure(run: Promise<Transcript>) {
  const { code, stdout } = await run
  const { ok, error } = JSON.parse(stdout) as { ok: boolean; error: { code: string } }
  assert.is(ok, false)
  return [code, error.code]
}

test('makes a key, shows what is public of it, and removes it', async () => {
  using folder = temporaryFolder()
  const { run } = box(folder)
  const made = await run('new main --json')
  assert.is(made.code, 0, made.stderr)
  const { schema, data } = JSON.parse(made.stdout)
  assert.is(schema, 'ela/keys-new@1')
  assert.equal(Object.keys(data), ['name', 'kind', 'created', 'did', 'ela', 'evm'])
  assert.match(made.stderr, 'ela keys export main --reveal')
  const { stdout } = await run('list')
  assert.is(
    stdout,
    `main  phrase\n  DID         ${data.did}\n  main chain  ${data.ela}\n  ESC, EID    ${data.evm}\n`,
  )
  assert.equal(JSON.parse((await run('show main --json')).stdout).data, data)
  assert.equal(readdirSync(folder.join('.ela/keys')), ['main.json'])
  assert.equal(await failure(run('remove main --json')), [3, 'command/confirmationNeeded'])
  assert.equal(await failure(run('remove mian --yes --json')), [2, 'keys/unknownName'])
  assert.is((await run('remove main --yes')).stdout, 'main removed\n')
  const empty = await run('list')
  assert.is(empty.stdout, '')
  assert.match(empty.stderr, 'ela keys new')
})

test('takes the password from a file, from stdin, or from nobody', async () => {
  using folder = temporaryFolder()
  const { run, secret } = box(folder)
  const env = { HOME: folder.path }
  const file = secret('other', 'another password\r\nsecond line of no use\n')
  assert.is(
    (await run('new a --words 24 --password-stdin', { env, stdin: 'another password\n' })).code,
    0,
  )
  const words = await run(`export a --reveal --password-file ${file}`, { env })
  assert.is(words.stdout.trim().split(' ').length, 24, words.stderr)
  const needed = await run('new b', { env })
  assert.is(needed.code, 3)
  assert.match(needed.stderr, '--password-file')
  assert.equal(await failure(run('new b --password-file none --json', { env })), [
    4,
    'input/unreadable',
  ])
  const empty = secret('empty', '\n')
  assert.equal(await failure(run(`new b --password-file ${empty} --json`, { env })), [
    2,
    'input/empty',
  ])
  const short = secret('short', 'short\n')
  assert.equal(await failure(run(`new b --password-file ${short} --json`, { env })), [
    2,
    'keys/weakPassword',
  ])
  assert.equal(await failure(run('export a --reveal --json')), [7, 'keys/wrongPassword'])
  assert.equal(await failure(run('new b --words 13 --json')), [2, 'command/notOneOf'])
  chmodSync(folder.join('pw'), 0o644)
  const open = await run('export a --reveal')
  assert.match(open.stderr, 'chmod 600')
})

test('imports words, private keys and wallet files, and exports them as they were', async () => {
  using folder = temporaryFolder()
  const { run, secret } = box(folder)
  const typed = await run('import words - --json', { stdin: `  ${PHRASE.replaceAll(' ', '\n')}\n` })
  assert.is(JSON.parse(typed.stdout).data.did, ACCOUNT.did.did)
  const again = await run('export words --reveal')
  assert.equal([again.stdout, again.code], [`${PHRASE}\n`, 0])
  const evm = toHex(ACCOUNT.evm.privateKey)
  const imported = await run(`import evm ${secret('evm', `0x${evm}\n`)}`)
  assert.match(imported.stdout, ACCOUNT.evm.address)
  assert.match(imported.stderr, 'still holds the key')
  await run('export evm --to evm.out')
  assert.is(readFileSync(folder.join('evm.out'), 'utf8'), `0x${evm}\n`)
  assert.is(statSync(folder.join('evm.out')).mode & 0o777, 0o600)
  assert.equal(await failure(run('export evm --to evm.out --json')), [2, 'keys/exists'])
  const one = await run(
    `import one ${secret('p256', toHex(ACCOUNT.ela.privateKey))} --as ela-key --json`,
  )
  assert.is(JSON.parse(one.stdout).data.ela, ACCOUNT.ela.address)
})

test('hands a key to Ethereum tools and takes it back', async () => {
  using folder = temporaryFolder()
  const { run, secret } = box(folder)
  const other = secret('other', 'password of the file')
  await run('import words -', { stdin: PHRASE })
  const out = await run(`export words --as web3 --to wallet --store-password-file ${other}`)
  assert.is(out.code, 0, out.stderr)
  const { address, version } = JSON.parse(readFileSync(folder.join('wallet'), 'utf8'))
  assert.equal([`0x${address}`, version], [ACCOUNT.evm.address.toLowerCase(), 3])
  const back = await run(`import back wallet --source-password-file ${other} --json`)
  assert.is(JSON.parse(back.stdout).data.evm, ACCOUNT.evm.address)
  const wrong = run(`import again wallet --source-password-file ${folder.join('pw')} --json`)
  assert.equal(await failure(wrong), [7, 'keys/walletPassword'])
})

test('imports the main account of a Go wallet', async () => {
  using folder = temporaryFolder()
  const { run, secret } = box(folder)
  const vectors = path.join(root, 'test/vectors/ela/keystore-dat.json')
  const [entry] = JSON.parse(readFileSync(vectors, 'utf8')).keystore
  const file = secret('keystore.dat', JSON.stringify(entry.keystore))
  const old = secret('old', `${entry.password}\n`)
  const done = await run(`import wallet ${file} --source-password-file ${old} --json`)
  assert.is(JSON.parse(done.stdout).data.ela, entry.accounts[0].address)
  assert.is((await run('export wallet --reveal')).stdout.trim(), entry.accounts[0].privateKey)
  const wrong = run(`import other ${file} --source-password-file ${folder.join('pw')} --json`)
  assert.equal((await failure(wrong))[1], 'protocol/wrongPassword')
  assert.equal(await failure(run(`import other ${file} --json`)), [3, 'input/passwordNeeded'])
})

test('carries words with a passphrase through a DID store, and never without it', async () => {
  using folder = temporaryFolder()
  const { run, secret } = box(folder)
  const passphrase = secret('passphrase', 'second secret\n')
  const store = secret('storepw', 'password of the store\n')
  await run(`import main ${secret('words', PHRASE)} --passphrase-file ${passphrase}`)
  assert.equal(await failure(run('export main --reveal --json')), [6, 'keys/passphraseToo'])
  const same = run(
    `export main --as did-store --to ds --store-password-file ${folder.join('pw')} --json`,
  )
  assert.equal(await failure(same), [2, 'keys/samePassword'])
  assert.not.ok(existsSync(folder.join('ds')))
  const out = await run(`export main --as did-store --to ds --store-password-file ${store} --json`)
  const expected = accountOf(seedOfMnemonic(PHRASE, 'second secret'), 0)
  assert.is(JSON.parse(out.stdout).data.did, expected.did.did)
  const root = await run(`import back ds --source-password-file ${store} --json`)
  assert.equal(JSON.parse(root.stdout).data.kind, 'root')
  assert.is(JSON.parse(root.stdout).data.evm, expected.evm.address)
})

test('refuses keys everybody has, and says why', async () => {
  using folder = temporaryFolder()
  const { run } = box(folder)
  const { code, stderr } = await run('import main -', { stdin: DEVNET_PHRASE })
  assert.is(code, 6)
  assert.match(stderr, 'anybody can take')
  assert.not.match(stderr, 'claw')
})

test('refuses what is no key without showing it', async () => {
  using folder = temporaryFolder()
  const { run, secret } = box(folder)
  const shown: string[] = []
  const refusal = async (text: string, flags = '') => {
    const { stdout, stderr } = await run(`import main - --json ${flags}`, { stdin: text })
    shown.push(stdout, stderr)
    return JSON.parse(stdout).error.code
  }
  assert.is(await refusal(PHRASE.replace('crash', 'crsah')), 'keys/unknownWord')
  assert.is(await refusal(PHRASE.replace('crash', 'cloth')), 'identity/wrongChecksum')
  assert.is(await refusal('cloth always junk'), 'identity/wordCount')
  assert.is(await refusal('deadbeefdeadbeef'), 'keys/notAKey')
  assert.is(await refusal('f'.repeat(64)), 'keys/notAKey')
  assert.is(
    await refusal('{"Version":"cloth"}', `--source-password-file ${secret('o', 'x')}`),
    'protocol/badKeystore',
  )
  assert.is(await refusal(PHRASE, '--as evm-key'), 'keys/notAKey')
  assert.is(await refusal(PHRASE, '--as nonsense'), 'command/notOneOf')
  assert.is(await refusal(PHRASE, '--password-stdin'), 'input/stdinTwice')
  assert.is(await refusal('a'.repeat(70_000)), 'input/tooLong')
  for (const secretText of ['crsah', 'junk', 'deadbeef', 'ffff']) {
    assert.not.match(shown.join('\n'), secretText)
  }
  assert.equal(await failure(run('import main --json')), [3, 'input/secretNeeded'])
  assert.not.ok(existsSync(folder.join('.ela/keys')))
})

test('wants to know where a secret may go before it opens a key', async () => {
  using folder = temporaryFolder()
  const { run } = box(folder)
  const cases = [
    ['export main', 'command/oneOfTwo'],
    ['export main --reveal --to x', 'command/oneOfTwo'],
    ['export main --reveal --as nonsense', 'command/notOneOf'],
    ['export main --reveal --index -1', 'command/badNumber'],
    ['export main --reveal', 'keys/unknownName'],
    ['unlock main --ttl 25h', 'command/badDuration'],
    ['unlock main --ttl 0', 'command/badDuration'],
    ['lock main', 'keys/unknownName'],
  ] as const
  for (const [line, code] of cases)
    assert.equal(await failure(run(`${line} --json`)), [2, code], line)
})

test('refuses open permissions unless told otherwise, and lists the rest', async () => {
  using folder = temporaryFolder()
  const { run } = box(folder)
  await run('import main -', { stdin: PHRASE })
  const file = folder.join('.ela/keys/main.json')
  writeFileSync(folder.join('.ela/keys/broken.json'), '{', { mode: 0o600 })
  const list = await run('list --json')
  const { keys, damaged } = JSON.parse(list.stdout).data
  assert.equal([keys.length, damaged], [1, [{ name: 'broken', code: 'keys/damaged' }]])
  assert.is((await run('remove broken --yes')).code, 0)
  chmodSync(file, 0o644)
  assert.equal(await failure(run('show main --json')), [4, 'keys/unsafe'])
  assert.is((await run('show main --insecure-permissions')).code, 0)
})

test('is kept where ELA_KEYSTORE says', async () => {
  using folder = temporaryFolder()
  const { run } = box(folder)
  const env = {
    HOME: folder.path,
    ELA_KEYSTORE: folder.join('my keys'),
    ELA_PASSWORD_FILE: folder.join('pw'),
  }
  assert.is((await run('new main', { env })).code, 0)
  assert.equal(readdirSync(folder.join('my keys')), ['main.json'])
  assert.not.ok(existsSync(folder.join('.ela')))
})

test.run()
