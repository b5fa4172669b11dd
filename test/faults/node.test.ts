/** `ela node` with the real nodes: how it starts, is steered, is killed, and what it then leaves. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { entriesOf, findSession, type Session, sessionFile } from '../../src/devnet/session.ts'
import { nodeKinds } from '../../src/nodes/index.ts'
import {
  descendantsOf,
  isAlive,
  markOf,
  type ProcessMark,
} from '../../src/supervisor/process-table.ts'
import { elaProcess } from '../support/background.ts'
import { fails, until } from '../support/fails.ts'
import { freeBlock } from '../support/fake-kinds.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('faults/node')
const START_LIMIT_MS = 60_000

async function ela(line: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await elaProcess(line, { cwd, env }).transcript()
  return { code, stdout, stderr }
}

interface Failure {
  readonly ok: false
  readonly error: { readonly code: string; readonly message: string; readonly hint: string }
}

async function failure(line: string, cwd: string): Promise<Failure['error'] & { exit: unknown }> {
  const { code, stdout } = await ela(`${line} --json`, cwd)
  const { ok, error } = JSON.parse(stdout) as Failure
  assert.is(ok, false)
  return { ...error, exit: code }
}

function sessionOf(folder: string): Session | undefined {
  return existsSync(sessionFile(folder)) ? findSession({ cwd: folder, env: {} }) : undefined
}

/** Every process of a devnet, with all they started. */
function everyProcess(session: Session): ProcessMark[] {
  const nodes = Object.keys(session.nodes).flatMap((kind) => entriesOf(session, kind))
  const pids = nodes.flatMap(({ pid }) => [pid, ...descendantsOf(pid)])
  return [session.pid, ...pids].flatMap((pid) => markOf(pid) ?? [])
}

test('starts in the background, restarts what is killed, and stops', async () => {
  using folder = temporaryFolder()
  const base = await freeBlock(50)
  const started = await ela(`node start --detach --json --port-base ${base}`, folder.path)
  assert.is(started.code, 0, started.stderr)
  const { ok, schema, data } = JSON.parse(started.stdout) as {
    ok: boolean
    schema: string
    data: Record<string, unknown>
  }
  assert.ok(ok)
  assert.is(schema, 'ela/node-start@1')
  const session = sessionOf(folder.path)
  assert.ok(session)
  assert.equal({ ...data, adminToken: session.adminToken }, session)
  assert.equal(
    Object.keys(session.nodes),
    nodeKinds.map(({ name }) => name),
  )
  assert.is(session.accounts.length, 10)
  const again = await failure('node start', folder.path)
  assert.is(again.code, 'devnet/alreadyRunning')
  assert.is(again.exit, 8)
  assert.match(again.message, String(session.pid))

  for (const kind of nodeKinds) {
    const [entry] = entriesOf(session, kind.name)
    assert.ok(entry)
    process.kill(entry.pid, 'SIGKILL')
    const revived = await until(
      `${kind.name} after kill -9`,
      () => {
        const now = sessionOf(folder.path)
        const [found] = now === undefined ? [] : entriesOf(now, kind.name)
        return found !== undefined && found.pid !== entry.pid && found
      },
      START_LIMIT_MS,
    )
    await kind.health(revived, AbortSignal.timeout(5_000))
  }

  const restarted = await ela('node restart carrier-2 --json', folder.path)
  assert.is(restarted.code, 0, restarted.stderr)
  const status = await ela('node status --json', folder.path)
  const health = (JSON.parse(status.stdout) as { data: { health: { answers: boolean }[] } }).data
    .health
  assert.is(health.length, nodeKinds.flatMap(({ instances }) => instances).length)
  assert.ok(health.every(({ answers }) => answers))
  assert.not.match(status.stdout, session.adminToken)
  const unknown = await failure('node restart mainchian', folder.path)
  assert.is(unknown.code, 'devnet/unknownNode')
  assert.match(unknown.hint, '`mainchain`')

  const mined = await ela('mine 2 --on esc --json', folder.path)
  assert.is((JSON.parse(mined.stdout) as { data: { blocks: number } }).data.blocks, 2)
  assert.is((await failure('mine --on carrier', folder.path)).code, 'devnet/cannotMine')
  const left = everyProcess(findSession({ cwd: folder.path, env: {} }))
  assert.ok(left.length > nodeKinds.length)
  assert.is((await ela('node stop', folder.path)).code, 0)
  await until('the end of all', () => !left.some(isAlive), 2_000)
  const none = await failure('node status', folder.path)
  assert.is(none.code, 'devnet/notRunning')
  assert.is(none.exit, 8)
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGKILL', 'SIGKILL'],
] as const) {
  test(`leaves nothing when ${signal} ends it, and starts again`, async () => {
    using folder = temporaryFolder()
    const base = await freeBlock(50)
    for (const turn of ['first', 'second']) {
      await using devnet = elaProcess(`node start --port-base ${base}`, { cwd: folder.path })
      const session = await until(
        `the ${turn} start`,
        () => devnet.stdout.includes('carrier') && sessionOf(folder.path),
        START_LIMIT_MS,
      )
      const left = everyProcess(session)
      devnet.kill(signal)
      await until('the end of all', () => !left.some(isAlive), 2_000)
      assert.is(await devnet.ended, code)
      await fails('devnet/notRunning', () => findSession({ cwd: folder.path, env: {} }))
    }
  })
}

test('passes on, from the background, what kept it from starting', async () => {
  using folder = temporaryFolder()
  const base = await freeBlock(50)
  const holder = createServer().listen(base, '127.0.0.1')
  const line = `node start --detach --only carrier --port-base ${base}`
  // The first port of the block belongs to the main chain, which is not wanted: it may be busy.
  const unaffected = await ela(`${line} --strict-ports`, folder.path)
  assert.is(unaffected.code, 0, unaffected.stderr)
  await ela('node stop', folder.path)
  const busy = await failure(
    `node start --detach --only mainchain --port-base ${base} --strict-ports`,
    folder.path,
  )
  // Flags of the environment are for the command that was typed, not for the one it starts.
  const moved = await ela(`node start --only mainchain --port-base ${base} --json`, folder.path, {
    ELA_DETACH: '1',
  })
  assert.is(moved.code, 0, moved.stderr)
  assert.match(moved.stderr, new RegExp(`warning: mainchain port ${base} .*pid ${process.pid}`))
  await ela('node stop', folder.path)
  holder.close()
  assert.is(busy.code, 'devnet/portBusy')
  assert.is(busy.exit, 4)
  assert.match(busy.message, `(pid ${process.pid})`)
  const late = await failure(`${line} --timeout 1ms`, folder.path)
  assert.is(late.code, 'command/backgroundLate')
  await fails('devnet/notRunning', () => findSession({ cwd: folder.path, env: {} }))
})

test('names a corrupted file and the way out, for every command that meets it', async () => {
  using folder = temporaryFolder()
  mkdirSync(folder.join('.ela'))
  writeFileSync(sessionFile(folder.path), '{')
  for (const line of ['node status', 'node stop', 'mine', 'node start --only carrier']) {
    const { code, exit, message, hint } = await failure(line, folder.path)
    assert.is(code, 'devnet/sessionUnreadable', line)
    assert.is(exit, 4)
    assert.match(message, 'session.json')
    assert.match(hint, 'remove it')
  }
  assert.is(readFileSync(sessionFile(folder.path), 'utf8'), '{')
})

test('says that a folder cannot be written', async () => {
  using folder = temporaryFolder()
  // Root may write everywhere but where there is no disk.
  const unwritable = process.getuid?.() === 0 ? '/sys' : folder.path
  if (unwritable === folder.path) chmodSync(folder.path, 0o555)
  for (const line of ['node start --only carrier', 'node start --only carrier --detach']) {
    const { code, exit } = await failure(line, unwritable)
    assert.is(code, 'devnet/folderUnusable')
    assert.is(exit, 4)
  }
  chmodSync(folder.path, 0o755)
})

test.run()
