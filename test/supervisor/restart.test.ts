import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProcessSpec } from '../../src/supervisor/process-spec.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { type Keeping, KeptProcess, pauseBefore } from '../../src/supervisor/restart.ts'
import { fails, until } from '../support/fails.ts'

const test = suite('supervisor/restart')
const program = path.resolve(import.meta.dirname, '../fixtures/programs/vicious.ts')

function vicious(vice: string): ProcessSpec {
  return {
    name: vice,
    file: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), program, vice],
    env: {},
    cwd: tmpdir(),
    readyLine: 'up',
    probe: async () => {},
    readyWithinMs: 10_000,
    stopWithinMs: 500,
  }
}

function watched(changes: Partial<Keeping> = {}) {
  const seen: string[] = []
  const keeping: Keeping = {
    onLine: () => {},
    onReady: () => void seen.push('ready'),
    onRestarting: (how, inMs, attempt) => void seen.push(`${how} ${inMs} ${attempt}`),
    onFailed: () => void seen.push('failed'),
    finalCodes: [2],
    backoff: { firstMs: 10, capMs: 15, stableMs: 60_000 },
    ...changes,
  }
  return { seen, keeping }
}

test('waits twice as long each time, up to a limit', () => {
  const pauses = [1, 2, 3, 5, 6, 60].map((attempt) => pauseBefore(attempt))
  assert.equal(pauses, [1_000, 2_000, 4_000, 16_000, 30_000, 30_000])
})

test('starts a process again and again while it ends by itself', async () => {
  const { seen, keeping } = watched()
  const kept = await KeptProcess.start(vicious('dies-soon'), keeping)
  await until('two restarts', () => seen.filter((one) => one === 'ready').length >= 3)
  await kept.stop()
  const expected = ['ready', 'exit code 1 10 1', 'ready', 'exit code 1 15 2', 'ready']
  assert.equal(seen.slice(0, 5), expected)
  assert.is(kept.pid, undefined)
})

test('begins with the short pause again after a run that was long enough', async () => {
  const { seen, keeping } = watched({ backoff: { firstMs: 10, capMs: 1_000, stableMs: 1 } })
  const kept = await KeptProcess.start(vicious('dies-soon'), keeping)
  await until('two restarts', () => seen.filter((one) => one === 'ready').length >= 3)
  await kept.stop()
  assert.equal(seen.slice(0, 4), ['ready', 'exit code 1 10 1', 'ready', 'exit code 1 10 1'])
})

test('does not try again what cannot heal, until it is asked to', async () => {
  const { seen, keeping } = watched()
  const kept = await KeptProcess.start(vicious('cannot-heal'), keeping)
  await until('the failure', () => seen.includes('failed'))
  assert.equal(seen, ['ready', 'failed'])
  await kept.restart()
  assert.equal(seen.slice(0, 3), ['ready', 'failed', 'ready'])
  await kept.stop()
})

test('throws when the first start fails, and does not try again', async () => {
  const { seen, keeping } = watched()
  await fails('supervisor/exitedEarly', () => KeptProcess.start(vicious('dies-at-once'), keeping))
  assert.equal(seen, [])
})

test('restarts a running process when asked, without a pause', async () => {
  const { seen, keeping } = watched()
  const kept = await KeptProcess.start(vicious('forks-grandchild'), keeping)
  const first = kept.pid
  await kept.restart()
  assert.not.equal(kept.pid, first)
  assert.ok(kept.pid)
  assert.equal(seen, ['ready', 'a restart that was asked for 0 0', 'ready'])
  await kept.stop()
})

test('restarts one that waits for its next attempt, and stops one that waits', async () => {
  const { seen, keeping } = watched({
    backoff: { firstMs: 600_000, capMs: 600_000, stableMs: 600_000 },
  })
  const kept = await KeptProcess.start(vicious('forks-grandchild'), keeping)
  for (const readies of [1, 2]) {
    const pid = kept.pid
    assert.ok(pid)
    process.kill(pid, 'SIGKILL')
    await until(
      'the pause',
      () => seen.filter((one) => one.startsWith('signal')).length === readies,
    )
    assert.is(kept.pid, undefined)
    assert.is(markOf(pid), undefined)
    if (readies === 1) await kept.restart()
  }
  await kept.stop()
  assert.is(seen.filter((one) => one === 'ready').length, 2)
})

/** A program that does nothing and is ready at once; `probe` hears how often it was asked. */
function idle(probe: (asked: number) => void): ProcessSpec {
  let asked = 0
  return {
    name: 'idle',
    file: '/bin/sh',
    args: ['-c', 'exec sleep 60'],
    env: {},
    cwd: tmpdir(),
    readyWithinMs: 10_000,
    stopWithinMs: 500,
    probe: async () => {
      asked += 1
      probe(asked)
    },
  }
}

test('forgets a restart that was asked for while one was under way', async () => {
  const { seen, keeping } = watched()
  let again: Promise<void> | undefined
  const kept: KeptProcess = await KeptProcess.start(
    idle((asked) => {
      if (asked === 2) again = kept.restart()
    }),
    keeping,
  )
  await kept.restart()
  await again
  assert.ok(kept.pid)
  process.kill(kept.pid, 'SIGKILL')
  await until('the third start', () => seen.filter((one) => one === 'ready').length === 3)
  await kept.stop()
  assert.equal(seen, [
    'ready',
    'a restart that was asked for 0 0',
    'ready',
    'signal SIGKILL 10 1',
    'ready',
  ])
})

test('stops at whatever moment of a restart it is asked to', async () => {
  for (let turns = 0; turns < 16; turns += 1) {
    let stopped = false
    const stopLater = async () => {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      await kept.stop()
      stopped = true
    }
    const { keeping } = watched()
    const kept: KeptProcess = await KeptProcess.start(
      idle((asked) => {
        if (asked === 2) void stopLater()
      }),
      keeping,
    )
    void kept.restart()
    await until(`the end, asked for ${turns} turns after the answer`, () => stopped)
    assert.is(kept.pid, undefined)
  }
})

test.run()
