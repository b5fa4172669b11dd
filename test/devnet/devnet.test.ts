import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Devnet, startDevnet } from '../../src/devnet/devnet.ts'
import type { DevnetEvent } from '../../src/devnet/events.ts'
import type { DevnetOptions } from '../../src/devnet/options.ts'
import { entriesOf, findSession, rpcOf, sessionFile } from '../../src/devnet/session.ts'
import type { NodeKind } from '../../src/nodes/kind.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { fails, until } from '../support/fails.ts'
import { type FakeKind, fakeGenesis, fakeKind, freeBlock } from '../support/fake-kinds.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('devnet/devnet')

type Seen<K extends DevnetEvent['event']> = Extract<DevnetEvent, { event: K }>

function listener() {
  const events: DevnetEvent[] = []
  const all = <K extends DevnetEvent['event']>(kind: K) =>
    events.filter((one): one is Seen<K> => one.event === kind)
  return { events, all, onEvent: (event: DevnetEvent) => void events.push(event) }
}

async function optionsOf(
  folder: string,
  changes: Partial<DevnetOptions> = {},
  fakes: readonly Partial<FakeKind>[] = [{}, {}],
): Promise<DevnetOptions> {
  const base = await freeBlock(50)
  const kinds = fakes.map((fake, index) =>
    fakeKind({ name: ['alpha', 'beta', 'gamma'][index] ?? '', port: base + index * 10, ...fake }),
  )
  const backoff = { firstMs: 10, capMs: 20, stableMs: 60_000 }
  return { folder, kinds, genesis: fakeGenesis, accounts: [], backoff, ...changes }
}

function urlOf(devnet: Devnet, kind: string): string {
  return rpcOf(devnet.session, kind)
}

test('starts every node, writes the session, and leaves nothing when it stops', async () => {
  using folder = temporaryFolder()
  const { events, all, onEvent } = listener()
  const instances = ['beta-1', 'beta-2']
  const options = await optionsOf(folder.path, {}, [{}, { instances, needs: ['alpha'] }])
  const devnet = await startDevnet(options, onEvent)
  const session = findSession({ cwd: folder.path, env: {} })
  assert.equal(session, devnet.session)
  assert.equal(Object.keys(session.nodes), ['alpha', 'beta'])
  assert.is(entriesOf(session, 'beta').length, 2)
  assert.equal(session.environment, {
    ALPHA_RPC_URL: urlOf(devnet, 'alpha'),
    BETA_RPC_URL: rpcOf(session, 'beta'),
    ELA_STORE: `kubo:${devnet.session.store}`,
    ELA_SESSION: sessionFile(folder.path),
  })
  const pids = all('node-ready').map(({ pid }) => pid)
  assert.ok(pids.every((pid) => markOf(pid) !== undefined))
  const order = events.filter(({ event }) => event === 'node-starting' || event === 'node-ready')
  assert.equal(
    order.slice(0, 2).map((one) => ('node' in one ? one.node : '')),
    ['alpha', 'alpha'],
  )
  await devnet.stop()
  await devnet.stopped
  assert.ok(pids.every((pid) => markOf(pid) === undefined))
  assert.not(existsSync(sessionFile(folder.path)))
  assert.is(events[0]?.event, 'devnet-starting')
  assert.is(events.at(-1)?.event, 'devnet-stopped')
  assert.match(readFileSync(folder.join('.ela/logs/alpha.log'), 'utf8'), / up\n/)
})

test('starts only what is wanted and what that needs', async () => {
  using folder = temporaryFolder()
  const fakes = [{}, { needs: ['alpha'] }, {}]
  const options = await optionsOf(folder.path, { only: ['beta'] }, fakes)
  await using devnet = await startDevnet(options, () => {})
  assert.equal(Object.keys(devnet.session.nodes), ['alpha', 'beta'])
  const error = await fails('devnet/unknownNode', () =>
    startDevnet({ ...options, only: ['bta'] }, () => {}),
  )
  assert.match(error.hint ?? '', '`beta`')
})

test('is stopped whole when one node cannot start', async () => {
  using folder = temporaryFolder()
  const options = await optionsOf(folder.path)
  const { all, onEvent } = listener()
  const gamma = fakeKind({ name: 'gamma', port: 1 })
  const dying: NodeKind = {
    ...gamma,
    launch: (context) => ({ ...gamma.launch(context), args: ['-e', '0'] }),
  }
  const kinds = [...(options.kinds ?? []), dying]
  await fails('supervisor/exitedEarly', () => startDevnet({ ...options, kinds }, onEvent))
  for (const { pid } of all('node-ready')) assert.is(markOf(pid), undefined)
  await (await startDevnet(options, () => {})).stop()
})

test('refuses a folder in which one is running, naming its pid', async () => {
  using folder = temporaryFolder()
  const options = await optionsOf(folder.path)
  await using devnet = await startDevnet(options, () => {})
  const error = await fails('devnet/alreadyRunning', () =>
    startDevnet({ ...options, reset: true }, () => {}),
  )
  assert.is(error.exit, 'devnetState')
  assert.match(error.message, String(process.pid))
  assert.ok(existsSync(sessionFile(devnet.session.folder)))
})

test('starts a node that was killed again, with the same ports, and says so', async () => {
  using folder = temporaryFolder()
  const { all, onEvent } = listener()
  const options = await optionsOf(folder.path)
  await using devnet = await startDevnet(options, onEvent)
  const before = all('node-ready').find(({ node }) => node === 'beta')
  assert.ok(before)
  process.kill(before.pid, 'SIGKILL')
  const again = await until('the restart', () =>
    all('node-ready').find(({ node, pid }) => node === 'beta' && pid !== before.pid),
  )
  assert.equal(again.entry, before.entry)
  assert.match(all('node-restarting')[0]?.how ?? '', 'SIGKILL')
  const entry = await until('the new pid in the session', () => {
    const found = findSession({ cwd: folder.path, env: {} }).nodes['beta']
    return found !== undefined && 'pid' in found && found.pid === again.pid && found
  })
  assert.ok(entry)
  assert.is(devnet.session.pid, process.pid)
})

test('gives up a node whose settings are wrong, and starts it when asked', async () => {
  using folder = temporaryFolder()
  const { all, onEvent } = listener()
  await using devnet = await startDevnet(await optionsOf(folder.path), onEvent)
  await fetch(`${urlOf(devnet, 'alpha')}/misconfigured`).catch(() => {})
  await until('the failure', () => all('node-failed').length === 1)
  await fails('devnet/notUp', () => devnet.perform({ intent: 'mine', node: 'alpha', blocks: 1 }))
  await devnet.perform({ intent: 'restart-node', node: 'alpha' })
  await devnet.perform({ intent: 'mine', node: 'alpha', blocks: 1 })
  await until('the block', () => all('block').length === 1)
})

test('mines, restarts and reports what nodes say', async () => {
  using folder = temporaryFolder()
  const { all, onEvent } = listener()
  const options = await optionsOf(folder.path, { watchHealth: true })
  await using devnet = await startDevnet(options, onEvent)
  await devnet.perform({ intent: 'mine', node: 'alpha', blocks: 3 })
  await until('three blocks', () => all('block').length === 3)
  await until('the height', () => all('node-health').some(({ health }) => health.height === 3))
  assert.ok(all('node-health').every(({ memoryBytes }) => (memoryBytes ?? 0) > 1e6))
  const { pid } = all('node-ready').find(({ node }) => node === 'alpha') ?? { pid: 0 }
  await devnet.perform({ intent: 'restart-node', node: 'alpha' })
  assert.is(markOf(pid), undefined)
  await fails('devnet/unknownNode', () => devnet.perform({ intent: 'restart-node', node: 'alfa' }))
  await fails('devnet/noDapp', () => devnet.perform({ intent: 'restart-dapp' }))
  let restarts = 0
  const { log } = devnet.adopt({
    restart: async () => {
      restarts += 1
    },
  })
  await devnet.perform({ intent: 'restart-dapp' })
  assert.is(restarts, 1)
  log('hello')
  assert.ok(all('log').some(({ node, line }) => node === 'dapp' && line === 'hello'))
})

test('moves away from a busy port as a block, naming the holder', async () => {
  using folder = temporaryFolder()
  const { all, onEvent } = listener()
  const options = await optionsOf(folder.path)
  const wanted = options.kinds?.[1]?.ports['rpc'] ?? 0
  const holder = createServer().listen(wanted, '127.0.0.1')
  await until('the holder', () => holder.listening)
  const strict = await fails('devnet/portBusy', () =>
    startDevnet({ ...options, strictPorts: true }, () => {}),
  )
  assert.is(strict.exit, 'environment')
  assert.match(strict.message, `(pid ${process.pid})`)
  await using devnet = await startDevnet(options, onEvent)
  const [moved] = all('port-moved')
  assert.is(all('port-moved').length, 1)
  assert.is(moved?.wanted, wanted)
  assert.is(moved?.got, wanted + 100)
  assert.match(moved?.holder ?? '', `(pid ${process.pid})`)
  const first = options.kinds?.[0]?.ports['rpc'] ?? 0
  assert.match(urlOf(devnet, 'alpha'), String(first + 100))
  holder.close()
})

test('lives beside another devnet that wants the same ports, and names it', async () => {
  using one = temporaryFolder()
  using two = temporaryFolder()
  const { all, onEvent } = listener()
  const options = await optionsOf(one.path)
  const [first, second] = await Promise.all([
    startDevnet(options, onEvent),
    startDevnet({ ...options, folder: two.path }, onEvent),
  ])
  assert.not.equal(urlOf(first, 'alpha'), urlOf(second, 'alpha'))
  assert.match(all('port-moved')[0]?.holder ?? '', new RegExp(`${one.path}|${two.path}`))
  await first.stop()
  assert.is((await fetch(urlOf(second, 'beta'))).status, 200)
  await second.stop()
})

test('takes consecutive ports from a base, and free ones for a network beside others', async () => {
  using folder = temporaryFolder()
  const base = await freeBlock(10)
  const options = await optionsOf(folder.path, { ports: { from: 'base', base } })
  const devnet = await startDevnet(options, () => {})
  assert.match(urlOf(devnet, 'alpha'), `:${base}`)
  assert.match(urlOf(devnet, 'beta'), `:${base + 1}`)
  await devnet.stop()
  await using anywhere = await startDevnet({ ...options, ports: { from: 'anywhere' } }, () => {})
  const port = Number(urlOf(anywhere, 'alpha').split(':')[2])
  assert.ok(port >= 23_000 && port < 32_000)
})

test('names a corrupted file of its own and the way out, and resets when told to', async () => {
  using folder = temporaryFolder()
  const options = await optionsOf(folder.path, {}, [{}])
  mkdirSync(folder.join('.ela/state/alpha'), { recursive: true })
  writeFileSync(folder.join('.ela/state/alpha/chain'), 'old')
  const files = [
    { name: 'session.json', code: 'devnet/sessionUnreadable', wayOut: 'remove it' },
    { name: 'devnet.json', code: 'devnet/stateUnreadable', wayOut: '--reset' },
  ]
  for (const { name, code, wayOut } of files) {
    writeFileSync(folder.join('.ela', name), '{"schema":')
    const error = await fails(code, () => startDevnet(options, () => {}))
    assert.match(error.message, name)
    assert.match(error.hint ?? '', wayOut)
    assert.is(readFileSync(folder.join('.ela', name), 'utf8'), '{"schema":')
    assert.is(readFileSync(folder.join('.ela/state/alpha/chain'), 'utf8'), 'old')
    await (await startDevnet({ ...options, reset: true }, () => {})).stop()
    assert.not(existsSync(folder.join('.ela/state/alpha/chain')))
    writeFileSync(folder.join('.ela/state/alpha/chain'), 'old')
  }
  assert.is(readFileSync(folder.join('.ela/state/alpha/chain'), 'utf8'), 'old')
  await fails('devnet/otherGenesis', () => startDevnet({ ...options, profile: 'local' }, () => {}))
})

test('goes on and ends when its folder takes no writing any more', async () => {
  using folder = temporaryFolder()
  const { all, onEvent } = listener()
  const devnet = await startDevnet(await optionsOf(folder.path, {}, [{}]), onEvent)
  const url = urlOf(devnet, 'alpha')
  // What no user can write or remove, root included: folders with something in them.
  for (const name of ['session.json', 'processes.json', 'devnet.lock']) {
    rmSync(folder.join('.ela', name))
    mkdirSync(folder.join('.ela', name, 'in the way'), { recursive: true })
  }
  await devnet.perform({ intent: 'restart-node', node: 'alpha' })
  assert.is(all('node-ready').length, 2)
  await devnet.stop()
  await devnet.stopped
  assert.ok(all('notice').some(({ message }) => message.includes('session.json')))
  await fetch(url).then(
    () => assert.unreachable('the node is gone'),
    () => undefined,
  )
})

test('says why a folder cannot be used', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('.ela'), 'a file where a folder should be')
  const options = await optionsOf(folder.path, {}, [{}])
  const error = await fails('devnet/folderUnusable', () => startDevnet(options, () => {}))
  assert.is(error.exit, 'environment')
  // Only inside it something is wrong, as after a run by another user.
  rmSync(folder.join('.ela'))
  const [{ name = '' } = {}] = options.kinds ?? []
  for (const wrong of ['.ela/session.json', `.ela/logs/${name}.log`]) {
    mkdirSync(folder.join(wrong, 'x'), { recursive: true })
    await fails(wrong.endsWith('n') ? 'devnet/sessionUnreadable' : 'devnet/folderUnusable', () =>
      startDevnet(options, () => {}),
    )
    rmSync(folder.join(wrong), { recursive: true })
  }
  rmSync(folder.join('.ela/state', name), { recursive: true, force: true })
  writeFileSync(folder.join('.ela/state', name), 'a file where a folder should be')
  await fails('devnet/folderUnusable', () => startDevnet(options, () => {}))
})

test('can be given up while it starts', async () => {
  using folder = temporaryFolder()
  const stop = new AbortController()
  const options = await optionsOf(folder.path, { signal: stop.signal })
  await fails('supervisor/startAborted', () =>
    startDevnet(options, ({ event }) => {
      if (event === 'node-starting') stop.abort()
    }),
  )
  assert.not(existsSync(folder.join('.ela/devnet.lock')))
})

test('answers on its admin port to whoever has the token', async () => {
  using folder = temporaryFolder()
  await using devnet = await startDevnet(await optionsOf(folder.path), () => {})
  const { admin, adminToken } = devnet.session
  const headers = { authorization: `Bearer ${adminToken}` }
  assert.is((await fetch(`${admin}/status`)).status, 401)
  assert.is(
    (await fetch(`${admin}/status`, { headers: { authorization: 'Bearer x' } })).status,
    401,
  )
  const foreign = { ...headers, origin: 'https://evil.example' }
  assert.is((await fetch(`${admin}/status`, { headers: foreign })).status, 403)
  const text = await (await fetch(`${admin}/status`, { headers })).text()
  assert.is((JSON.parse(text) as { pid: number }).pid, process.pid)
  assert.not.match(text, adminToken)

  const leave = new AbortController()
  const stream = await fetch(`${admin}/events?recent=1`, { headers, signal: leave.signal })
  let heard = ''
  const reading = (async () => {
    for await (const part of stream.body ?? []) heard += Buffer.from(part).toString()
  })().catch(() => {})
  const intend = async (body: string) =>
    await fetch(`${admin}/intent`, { method: 'POST', headers, body })
  await intend('{"intent":"mine","node":"beta","blocks":1}')
  await until('the block and the backfill', () => /"devnet-ready"[\s\S]*"block"/.test(heard))
  await until('health, now that somebody watches', () => heard.includes('node-health'))
  leave.abort()
  await reading
  const wrong = [
    '',
    'null',
    '[]',
    '{}',
    '{"intent":"mine","node":"beta","blocks":0}',
    '{"intent":"x"}',
  ]
  for (const body of wrong) assert.is((await intend(body)).status, 400, body)
  assert.is((await intend('x'.repeat(70_000))).status, 400)
  const refused = await intend('{"intent":"restart-node","node":"nobody"}')
  assert.is(refused.status, 409)
  assert.is(
    ((await refused.json()) as { error: { code: string } }).error.code,
    'devnet/unknownNode',
  )
  assert.is((await fetch(`${admin}/nothing`, { headers })).status, 404)
  assert.is((await intend('{"intent":"stop"}')).status, 200)
  await devnet.stopped
})

test.run()
