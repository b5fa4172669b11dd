/**
 * A whole life with keys, each command a process of its own. Afterwards no secret is in anything
 * printed, in any argument, or in any file below HOME.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { base58 } from '@scure/base'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../src/base/bytes-text.ts'
import { accountOf } from '../../src/identity/accounts.ts'
import { rootKey } from '../../src/identity/derive.ts'
import { toXprv } from '../../src/identity/extended-key.ts'
import { readMnemonic, seedOfMnemonic } from '../../src/identity/mnemonic.ts'
import { root, type Transcript } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const PHRASE = 'service illegal blossom voice three eagle grace agent service average knock round'
const PASSWORD = 'zebra-umbrella-quartz'
const STORE_PASSWORD = 'lantern+gravel+onion'
const WRONG = 'not-the-password-at-all'
const test = suite('secrets of ela keys')

interface Story {
  readonly home: string
  readonly transcripts: { readonly line: string; readonly done: Transcript }[]
  run(line: string, stdin?: string): Promise<Transcript>
}

function story(folder: TemporaryFolder): Story {
  const home = folder.join('home')
  const transcripts: Story['transcripts'] = []
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    TMPDIR: home,
    ELA_PASSWORD_FILE: folder.join('given/pw'),
    ELA_MNEMONIC_FILE: folder.join('given/words'),
    // Compiled sources are no matter of this test, and would be looked through too.
    TSX_DISABLE_CACHE: '1',
  }
  const run = async (line: string, stdin = '') => {
    const args = ['--import', import.meta.resolve('tsx'), path.join(root, 'src/main.ts')]
    const child = spawn(process.execPath, [...args, ...line.split(' ')], { cwd: home, env })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    const code = await new Promise<number>((resolve) => {
      child.once('close', (status) => resolve(status ?? -1))
    })
    const done = { code, stdout, stderr }
    transcripts.push({ line, done })
    return done
  }
  return { home, transcripts, run }
}

/** Every way the secrets of a phrase could be written, and a part of the words for good measure. */
async function secretsOf(phrase: string): Promise<readonly string[]> {
  const seed = seedOfMnemonic(phrase)
  const { entropy } = await readMnemonic(phrase)
  const { privateKey, chainCode } = rootKey(seed, 'p256')
  const bytes = [0, 1, 2].flatMap((index) => {
    const { ela, evm } = accountOf(seed, index)
    return [ela.privateKey, evm.privateKey]
  })
  const words = phrase.split(' ')
  return [
    ...words.slice(2).map((_, index) => words.slice(index, index + 3).join(' ')),
    words.join('\n'),
    toXprv(rootKey(seed, 'p256')),
    ...[seed, entropy, privateKey, chainCode, ...bytes].flatMap((secret) => [
      toHex(secret),
      toHex(secret).toUpperCase(),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
      base58.encode(secret),
    ]),
  ]
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
}

test('leaves no secret in what is printed, in arguments, or in files', async () => {
  using folder = temporaryFolder()
  for (const name of ['home', 'given']) {
    mkdirSync(folder.join(name), { mode: 0o700 })
  }
  const give = (name: string, text: string) =>
    writeFileSync(folder.join('given', name), `${text}\n`, { mode: 0o600 })
  give('pw', PASSWORD)
  give('storepw', STORE_PASSWORD)
  give('wrong', WRONG)
  give('words', PHRASE)
  const given = folder.join('given')
  const { home, run, transcripts } = story(folder)
  const works = async (line: string, stdin?: string) => {
    const done = await run(line, stdin)
    assert.is(done.code, 0, `${line}\n${done.stderr}`)
    return done
  }
  const breaks = async (line: string, stdin?: string) => {
    const done = await run(line, stdin)
    assert.not.equal(done.code, 0, line)
    assert.not.equal(done.code, 70, done.stderr)
  }

  await works('keys new fresh --json')
  await works(`keys import mine - --json`, PHRASE)
  await breaks('keys import other -', PHRASE.replace('blossom', 'blosom'))
  await breaks('keys import other -', `${PHRASE} ${PHRASE}`)
  await breaks(`keys export mine --reveal --password-file ${given}/wrong --json`)
  await works(`keys export fresh --to ${given}/fresh.out`)
  await works(`keys export mine --as evm-key --index 1 --to ${given}/evm.out`)
  await works(
    `keys export mine --as did-store --to ${given}/ds --store-password-file ${given}/storepw`,
  )
  await breaks(`keys import again ${given}/ds --source-password-file ${given}/wrong`)
  await works(`keys import again ${given}/ds --source-password-file ${given}/storepw --json`)
  await works('keys unlock mine --ttl 5m --json')
  const agents = readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${home}/.ela/run/key-`)
    } catch {
      return false
    }
  })
  assert.is(agents.length, 1)
  const visible = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${agents[0]}/${name}`))
  await works('keys show mine')
  await works('keys list --json')
  await works('keys lock')
  await works('did new singer --json')
  await works('did show singer --json')
  await works('did list')
  await works('keys remove again --yes')

  const fresh = readFileSync(folder.join('given/fresh.out'), 'utf8').trim()
  const secrets = [
    ...(await secretsOf(PHRASE)),
    ...(await secretsOf(fresh)),
    ...[PASSWORD, STORE_PASSWORD, WRONG],
    ...[PASSWORD, STORE_PASSWORD].map((word) => Buffer.from(word).toString('base64').slice(0, 20)),
  ]
  const seen = [
    ...transcripts.map(({ line, done }) => [line, line, done.stdout, done.stderr] as const),
    ...visible.map((bytes) => ['the agent', bytes.toString('latin1')] as const),
    ...filesBelow(home).map((file) => [file, file, readFileSync(file, 'latin1')] as const),
  ]
  assert.ok(
    seen.some(([what]) => what.endsWith('dids.json')),
    'files were looked through',
  )
  assert.ok(
    seen.some(([what]) => what.endsWith('mine.json')),
    'the keystore too',
  )
  const leaks = seen.flatMap(([what, ...texts]) =>
    secrets.filter((secret) => texts.some((text) => text.includes(secret))).map(() => what),
  )
  assert.equal(leaks, [])
  // And it would have been found: what was exported on purpose has it.
  const exported = readFileSync(folder.join('given/evm.out'), 'utf8')
  assert.ok(secrets.some((secret) => exported.includes(secret)))
})

test.run()
