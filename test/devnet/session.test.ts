import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  chainIdOf,
  entriesOf,
  findSession,
  lockFile,
  rpcOf,
  type Session,
  sessionFile,
  writeSession,
} from '../../src/devnet/session.ts'
import { takeLock } from '../../src/supervisor/lock.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('devnet/session')

function sessionOf(folder: string, changes: Partial<Session> = {}): Session {
  const own = markOf(process.pid)
  assert.ok(own)
  return {
    schema: 'ela/session@1',
    ...own,
    startedAt: '2026-01-01T00:00:00.000Z',
    folder,
    profile: 'testnet',
    nodes: {
      esc: { pid: own.pid, rpc: 'http://127.0.0.1:1', chainId: 21 },
      carrier: [
        { pid: 1, id: 'a' },
        { pid: 2, id: 'b' },
      ],
    },
    accounts: [],
    environment: {},
    admin: 'http://127.0.0.1:2',
    adminToken: 'secret',
    ...changes,
  }
}

test('is found from a folder below, and only its owner may read it', () => {
  using folder = temporaryFolder()
  writeSession(sessionFile(folder.path), sessionOf(folder.path))
  mkdirSync(folder.join('a/b'), { recursive: true })
  assert.is(findSession({ cwd: folder.join('a/b'), env: {} }).folder, folder.path)
  assert.is(statSync(sessionFile(folder.path)).mode & 0o777, 0o600)
})

test('is the one ELA_SESSION names rather than the nearest', () => {
  using near = temporaryFolder()
  using far = temporaryFolder()
  writeSession(sessionFile(near.path), sessionOf(near.path))
  writeSession(sessionFile(far.path), sessionOf(far.path))
  const env = { ELA_SESSION: sessionFile(far.path) }
  assert.is(findSession({ cwd: near.path, env }).folder, far.path)
})

test('does not fall back to another devnet when the one ELA_SESSION names is gone', async () => {
  using near = temporaryFolder()
  writeSession(sessionFile(near.path), sessionOf(near.path))
  const env = { ELA_SESSION: near.join('nowhere.json') }
  const error = await fails('devnet/sessionGone', () => findSession({ cwd: near.path, env }))
  assert.is(error.exit, 'devnetState')
})

test('says that nothing runs when there is no session', async () => {
  using folder = temporaryFolder()
  const error = await fails('devnet/notRunning', () => findSession({ cwd: folder.path, env: {} }))
  assert.is(error.exit, 'devnetState')
})

test('is stale when its pid was given to another process, and is removed', async () => {
  using folder = temporaryFolder()
  const file = sessionFile(folder.path)
  writeSession(file, sessionOf(folder.path, { started: 'another-time' }))
  await fails('devnet/notRunning', () => findSession({ cwd: folder.path, env: {} }))
  assert.not(existsSync(file))
})

test('names a file that is not a session, and leaves it alone', async () => {
  using folder = temporaryFolder()
  const file = sessionFile(folder.path)
  mkdirSync(folder.join('.ela'))
  const broken = ['{"schema":"ela/se', '[]', 'null', '{"schema":"ela/session@2"}', '']
  broken.push(JSON.stringify(sessionOf(folder.path)).replace('"admin"', '"nimda"'))
  for (const text of broken) {
    writeFileSync(file, text)
    const error = await fails('devnet/sessionUnreadable', () =>
      findSession({ cwd: folder.path, env: {} }),
    )
    assert.match(error.message, file)
    assert.match(error.hint ?? '', 'remove it')
    assert.ok(existsSync(file))
  }
})

test('tells a devnet that is still starting from none', async () => {
  using folder = temporaryFolder()
  const lock = takeLock(lockFile(folder.path))
  assert.ok(lock.locked)
  await fails('devnet/stillStarting', () => findSession({ cwd: folder.path, env: {} }))
  lock.release()
  await fails('devnet/notRunning', () => findSession({ cwd: folder.path, env: {} }))
})

test('gives out entries by kind, and names a kind that does not run', async () => {
  const session = sessionOf('/x')
  assert.is(rpcOf(session, 'esc'), 'http://127.0.0.1:1')
  assert.is(chainIdOf(session, 'esc'), 21)
  assert.equal(
    entriesOf(session, 'carrier').map((entry) => entry['id']),
    ['a', 'b'],
  )
  await fails('devnet/nodeNotRunning', () => rpcOf(session, 'eid'))
})

test.run()
