import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  lockAll,
  lockKey,
  startAgent,
  unlockedKey,
  unlockedUntil,
} from '../../src/identity/key-agent.ts'
import { socketOf } from '../../src/identity/key-agent-protocol.ts'
import { addKey, type Keystore, removeKey } from '../../src/identity/keystore.ts'
import { readMnemonic } from '../../src/identity/mnemonic.ts'
import { openKey } from '../../src/identity/open-key.ts'
import { fails, until } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const PASSWORD = 'correct horse battery'
const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
const OTHER = 'service illegal blossom voice three eagle grace agent service average knock round'
const test = suite('key agent')

async function withKey(folder: TemporaryFolder) {
  const keystore: Keystore = {
    folder: folder.join('keys'),
    runFolder: folder.join('run'),
    cost: { n: 2, r: 1, p: 1 },
  }
  const put = async (name: string, phrase: string) => {
    const { language, entropy } = await readMnemonic(phrase)
    const secret = { kind: 'phrase', language, entropy, passphrase: '' } as const
    await addKey(name, secret, { password: PASSWORD, keystore })
    return openKey(name, PASSWORD, keystore)
  }
  return { keystore, put, key: await put('main', PHRASE) }
}

function inMs(ms: number): Date {
  return new Date(Date.now() + ms)
}

/** Pids of agents of this socket. */
function agentsOf(socket: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(socket)
    } catch {
      return false
    }
  })
}

test('hands out an unlocked key until it is locked, and leaves nothing behind', async () => {
  using folder = temporaryFolder()
  const { keystore, key } = await withKey(folder)
  assert.is(await unlockedKey('main', keystore), undefined)
  assert.is(await lockKey('main', keystore), false)
  const end = inMs(60_000)
  await startAgent(key, end, keystore)
  const socket = socketOf('main', keystore)
  assert.is(statSync(socket).mode & 0o777, 0o600)
  assert.is(statSync(keystore.runFolder).mode & 0o777, 0o700)
  assert.equal((await unlockedKey('main', keystore))?.did(2), key.did(2))
  assert.equal(await unlockedUntil('main', keystore), end)
  const [pid] = agentsOf(socket)
  assert.ok(pid)
  const told = readFileSync(`/proc/${pid}/cmdline`) + readFileSync(`/proc/${pid}/environ`, 'utf8')
  assert.not.match(told, 'cloth')
  assert.is(readFileSync(`/proc/${pid}/environ`, 'utf8'), '')
  assert.is(await lockKey('main', keystore), true)
  assert.is(await unlockedKey('main', keystore), undefined)
  await until('the agent has ended', () => agentsOf(socket).length === 0)
  assert.not.ok(existsSync(socket))
})

test('ends by itself when the time is up', async () => {
  using folder = temporaryFolder()
  const { keystore, key } = await withKey(folder)
  await startAgent(key, inMs(400), keystore)
  const socket = socketOf('main', keystore)
  assert.is(agentsOf(socket).length, 1)
  await until('the agent has ended', () => agentsOf(socket).length === 0)
  assert.is(await unlockedKey('main', keystore), undefined)
  assert.not.ok(existsSync(socket))
})

test('does not hand out a key whose file was replaced since', async () => {
  using folder = temporaryFolder()
  const { keystore, key, put } = await withKey(folder)
  await startAgent(key, inMs(60_000), keystore)
  removeKey('main', keystore)
  await put('main', OTHER)
  assert.is(await unlockedKey('main', keystore), undefined)
  assert.is(await lockAll(keystore), 1)
})

test('keeps one agent a key, and locks them all at once', async () => {
  using folder = temporaryFolder()
  const { keystore, key, put } = await withKey(folder)
  await startAgent(key, inMs(60_000), keystore)
  await startAgent(key, inMs(50_000), keystore)
  await until('the first agent has ended', () => agentsOf(socketOf('main', keystore)).length === 1)
  await startAgent(await put('other', OTHER), inMs(60_000), keystore)
  assert.is(await lockAll(keystore), 2)
  assert.is(await lockAll(keystore), 0)
  for (const name of ['main', 'other']) {
    await until(`${name} has ended`, () => agentsOf(socketOf(name, keystore)).length === 0)
  }
})

test('survives an agent that was killed', async () => {
  using folder = temporaryFolder()
  const { keystore, key } = await withKey(folder)
  await startAgent(key, inMs(60_000), keystore)
  const socket = socketOf('main', keystore)
  process.kill(Number(agentsOf(socket)[0]), 'SIGKILL')
  await until('the agent has ended', () => agentsOf(socket).length === 0)
  assert.ok(existsSync(socket))
  assert.is(await unlockedKey('main', keystore), undefined)
  await startAgent(key, inMs(60_000), keystore)
  assert.ok(await unlockedKey('main', keystore))
  await lockAll(keystore)
})

test('does not listen to nonsense', async () => {
  using folder = temporaryFolder()
  const { keystore, key } = await withKey(folder)
  await startAgent(key, inMs(60_000), keystore)
  const socket = socketOf('main', keystore)
  const { connect } = await import('node:net')
  for (const line of [
    '\n',
    'null\n',
    '{\n',
    '{"op":"open"}\n',
    '{"op":"x"}\n',
    'x'.repeat(9_000),
  ]) {
    const reply = await new Promise<string>((resolve) => {
      let text = ''
      const connection = connect(socket, () => connection.write(line))
      connection.on('data', (part) => (text += String(part)))
      connection.on('error', () => {})
      connection.on('close', () => resolve(text))
    })
    assert.not.match(reply, 'secret')
  }
  assert.ok(await unlockedKey('main', keystore), 'and goes on')
  await lockAll(keystore)
})

test('asks nobody in a folder others may enter, nor what is no socket', async () => {
  using folder = temporaryFolder()
  const { keystore, key } = await withKey(folder)
  await startAgent(key, inMs(60_000), keystore)
  chmodSync(keystore.runFolder, 0o711)
  await fails('keys/unsafe', () => unlockedKey('main', keystore))
  await fails('keys/unsafe', () => startAgent(key, inMs(1_000), keystore))
  chmodSync(keystore.runFolder, 0o700)
  await lockAll(keystore)
  writeFileSync(socketOf('main', keystore), '')
  await fails('keys/unsafe', () => unlockedKey('main', keystore))
})

test('takes no key from an impostor', async () => {
  using folder = temporaryFolder()
  const { keystore, key } = await withKey(folder)
  await startAgent(key, inMs(60_000), keystore)
  await lockAll(keystore)
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end('{"secret":"BAEBAQEB"}\n'))
  })
  await new Promise<void>((resolve) => server.listen(socketOf('main', keystore), resolve))
  await fails('keys/wrongPassword', () => unlockedKey('main', keystore))
  await new Promise((resolve) => server.close(resolve))
})

test('names a path that is too long for a socket', async () => {
  using folder = temporaryFolder()
  const { keystore, key } = await withKey(folder)
  const far = { ...keystore, runFolder: folder.join('x'.repeat(120)) }
  await fails('keys/agentFailed', () => startAgent(key, inMs(1_000), far))
})

test.run()
