import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DevnetEvent } from '../../src/devnet/events.ts'
import { describeHolder } from '../../src/devnet/port-holder.ts'
import { findSession } from '../../src/devnet/session.ts'
import {
  isAlive,
  markOf,
  type ProcessMark,
  withEnvironment,
} from '../../src/supervisor/process-table.ts'
import { Background } from '../support/background.ts'
import { fails, until } from '../support/fails.ts'
import { freeBlock } from '../support/fake-kinds.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('faults/devnet')
const GONE_WITHIN_MS = 2_000

interface Running extends AsyncDisposable {
  readonly parent: Background
  readonly marks: readonly ProcessMark[]
  readonly events: () => readonly DevnetEvent[]
}

async function run(folder: string, base: number, ...behaviours: string[]): Promise<Running> {
  const parent = new Background('test/fixtures/programs/run-devnet.ts', [
    folder,
    `${base}`,
    ...behaviours,
  ])
  const events = () =>
    parent.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as DevnetEvent)
  await until(
    `the devnet (${parent.stderr})`,
    () => parent.stdout.includes('"devnet-ready"'),
    20_000,
  )
  const nodes = events().flatMap((one) => (one.event === 'node-ready' ? [one.pid] : []))
  const relations = behaviours.filter((name) => name === 'grandchild' || name === 'daemon')
  const grandchildren = await until('the grandchildren', () => {
    const found = [...parent.stdout.matchAll(/(?:grandchild|daemon) (\d+)/g)]
    return found.length === relations.length && found.map(([, pid]) => pid)
  })
  const pids = [...nodes, ...grandchildren.map(Number)]
  const marks = pids.flatMap((pid) => markOf(pid) ?? [])
  assert.is(marks.length, 3 + grandchildren.length)
  return { parent, marks, events, [Symbol.asyncDispose]: () => parent[Symbol.asyncDispose]() }
}

async function allGone(folder: string, marks: readonly ProcessMark[]): Promise<void> {
  await until('the end of every process', () => !marks.some(isAlive), GONE_WITHIN_MS)
  const mark = `${folder}/.ela`
  await until(
    'the end of all that is marked',
    () => withEnvironment('ELA_DEVNET_FOLDER', mark).length === 0,
    GONE_WITHIN_MS,
  )
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
  test(`leaves nothing when it gets ${signal}, not even what ignores being asked`, async () => {
    using folder = temporaryFolder()
    const vices = ['deaf', 'grandchild', 'daemon']
    await using devnet = await run(folder.path, await freeBlock(3), ...vices)
    devnet.parent.kill(signal)
    await allGone(folder.path, devnet.marks)
    assert.is(await devnet.parent.ended, signal === 'SIGKILL' ? signal : 0)
    await fails('devnet/notRunning', () => findSession({ cwd: folder.path, env: {} }))
  })
}

test('starts again at once after it was killed, and ends what was left', async () => {
  using folder = temporaryFolder()
  const base = await freeBlock(3)
  await using first = await run(folder.path, base, 'deaf')
  first.parent.kill('SIGKILL')
  await first.parent.ended
  await using second = await run(folder.path, base)
  assert.not(first.marks.some(isAlive))
  const notice = second.events().find((one) => one.event === 'notice')
  assert.match(JSON.stringify(notice), 'did not end by itself')
  const moved = second.events().filter((one) => one.event === 'port-moved')
  assert.equal(moved, [])
})

test('starts each node that is killed again, while the others go on', async () => {
  using folder = temporaryFolder()
  await using devnet = await run(folder.path, await freeBlock(3))
  for (const killed of devnet.marks) {
    const others = devnet.marks.filter((mark) => mark !== killed && isAlive(mark))
    const readies = () => devnet.events().filter((one) => one.event === 'node-ready').length
    const before = readies()
    process.kill(killed.pid, 'SIGKILL')
    await until('the restart', () => readies() === before + 1)
    assert.ok(others.every(isAlive))
  }
})

test('does not disturb another devnet when it is killed', async () => {
  using one = temporaryFolder()
  using two = temporaryFolder()
  const base = await freeBlock(3)
  const [first, second] = await Promise.all([run(one.path, base), run(two.path, base)])
  first.parent.kill('SIGKILL')
  await allGone(one.path, first.marks)
  assert.ok(second.marks.every(isAlive))
  const session = findSession({ cwd: two.path, env: {} })
  const alpha = session.nodes['alpha']
  assert.ok(alpha !== undefined && 'rpc' in alpha)
  assert.is((await fetch(String(alpha['rpc']))).status, 200)
  second.parent.kill('SIGTERM')
  assert.is(await second.parent.ended, 0)
  await allGone(two.path, second.marks)
})

test('is named, with its project, as the holder of its ports', async () => {
  using folder = temporaryFolder()
  const base = await freeBlock(3)
  await using devnet = await run(folder.path, base)
  const alpha = devnet.events().find((one) => one.event === 'node-ready' && one.node === 'alpha')
  assert.ok(alpha !== undefined && 'pid' in alpha)
  const text = describeHolder(base, false)
  assert.match(text, `(pid ${alpha.pid}) of the devnet in ${folder.path}`)
})

test.run()
