import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProcessSpec } from '../../src/supervisor/process-spec.ts'
import { isAlive, markOf } from '../../src/supervisor/process-table.ts'
import { startProcess } from '../../src/supervisor/supervised-process.ts'
import { fails, until } from '../support/fails.ts'

const test = suite('supervisor/supervised-process')
const tsx = import.meta.resolve('tsx')
const programs = path.resolve(import.meta.dirname, '../fixtures/programs')

function vicious(vice: string, changes: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: vice,
    file: process.execPath,
    args: ['--import', tsx, path.join(programs, 'vicious.ts'), vice],
    env: {},
    cwd: tmpdir(),
    readyLine: 'up',
    probe: async () => {},
    readyWithinMs: 10_000,
    stopWithinMs: 2_000,
    ...changes,
  }
}

const ignore = () => {}

function collect() {
  const lines: string[] = []
  return { lines, onLine: (_stream: string, line: string) => void lines.push(line) }
}

test('reports a child that dies at once, without waiting for its time limit', async () => {
  const began = performance.now()
  const spec = vicious('dies-at-once', { readyWithinMs: 60_000 })
  const error = await fails('supervisor/exitedEarly', () => startProcess(spec, ignore))
  assert.ok(performance.now() - began < 10_000)
  assert.match(error.message, 'exit code 3')
  assert.match(error.hint ?? '', 'cannot go on')
})

test('reports a program that does not exist', async () => {
  const spec = vicious('dies-at-once', { file: '/nowhere/at/all' })
  const error = await fails('supervisor/notStarted', () => startProcess(spec, ignore))
  assert.is(error.exit, 'environment')
})

test('ends a child that is never ready, and says what its probe met', async () => {
  let pid = 0
  const probe = () => Promise.reject(new Error('nobody home'))
  const spec = vicious('never-ready', { readyWithinMs: 300, probe })
  const error = await fails('supervisor/notReadyInTime', () =>
    startProcess({ ...spec, readyLine: '' }, ignore, {
      onSpawn: (one) => {
        pid = one
      },
    }),
  )
  assert.match(error.message, '300 ms')
  const { readyLine: _, ...unsaid } = spec
  const told = await fails('supervisor/notReadyInTime', () => startProcess(unsaid, ignore))
  assert.match(told.message, 'nobody home')
  assert.is(markOf(pid), undefined)
})

test('ends a child whose probe never settles', async () => {
  const spec = vicious('ignores-sigterm', {
    readyWithinMs: 1_500,
    stopWithinMs: 100,
    probe: () => new Promise(() => {}),
  })
  await fails('supervisor/notReadyInTime', () => startProcess(spec, ignore))
})

test('does not take an answering port for readiness while the child has not said so', async () => {
  let answered = 0
  const probe = async () => {
    answered += 1
  }
  const spec = vicious('never-ready', { readyWithinMs: 300, probe })
  await fails('supervisor/notReadyInTime', () => startProcess(spec, ignore))
  assert.is(answered, 0)
})

test('kills a child that ignores being asked', async () => {
  const { lines, onLine } = collect()
  const child = await startProcess(vicious('ignores-sigterm', { stopWithinMs: 300 }), onLine)
  const ending = await child.stop()
  assert.is(ending.signal, 'SIGKILL')
  await until('the refusal', () => lines.length === 2)
  assert.equal(lines, ['up', 'no'])
})

test('ends the grandchildren too, whether the child stops or is killed', async () => {
  for (const vice of ['forks-grandchild', 'leaves-a-daemon']) {
    const { lines, onLine } = collect()
    const child = await startProcess(vicious(vice), onLine)
    const grandchild = markOf(Number(lines[0]?.split(' ')[1]))
    assert.ok(grandchild)
    await child.stop()
    await until(`the end of the grandchild of ${vice}`, () => !isAlive(grandchild), 2_000)
  }
  const { lines, onLine } = collect()
  const child = await startProcess(vicious('forks-grandchild'), onLine)
  const grandchild = markOf(Number(lines[0]?.split(' ')[1]))
  assert.ok(grandchild)
  process.kill(child.pid, 'SIGKILL')
  assert.is((await child.ended).signal, 'SIGKILL')
  await until('the end of the orphan', () => !isAlive(grandchild), 2_000)
})

test('survives garbage, and hands on lines that are safe to show', async () => {
  const { lines, onLine } = collect()
  const child = await startProcess(vicious('prints-garbage'), onLine)
  await child.stop()
  assert.equal(lines, ['\ufffd\ufffd', '\ufffd\u001b[31mred\u001b[0m', 'up'])
})

test('survives a flood', async () => {
  let count = 0
  const child = await startProcess(vicious('floods'), () => {
    count += 1
  })
  await child.stop()
  assert.is(count, 200_001)
})

test('puts half lines together, and gives out the last one at the end', async () => {
  const { lines, onLine } = collect()
  const child = await startProcess(vicious('half-lines'), onLine)
  await until('the half line', () => lines.length === 1)
  const ending = await child.stop()
  assert.is(ending.code, 0)
  await until('the last line', () => lines.length === 2)
  assert.equal(lines, ['up', 'without an end, but whole'])
})

test('gives up a start when told to, and leaves nothing', async () => {
  const stop = new AbortController()
  let pid = 0
  const spec = vicious('never-ready', { readyWithinMs: 60_000 })
  await fails('supervisor/startAborted', () =>
    startProcess(spec, ignore, {
      signal: stop.signal,
      onSpawn: (one) => {
        pid = one
        stop.abort()
      },
    }),
  )
  assert.is(markOf(pid), undefined)
  await fails('supervisor/startAborted', () =>
    startProcess(spec, ignore, { signal: AbortSignal.abort() }),
  )
})

test('hands down what the spec gives and nothing secret of our own', async () => {
  process.env['ELA_TEST_SECRET'] = 'swordfish'
  const { lines, onLine } = collect()
  const child = await startProcess(vicious('prints-environment', { env: { GIVEN: 'yes' } }), onLine)
  delete process.env['ELA_TEST_SECRET']
  await child.stop()
  const env = JSON.parse(lines[0] ?? '') as Record<string, string>
  assert.is(env['GIVEN'], 'yes')
  assert.is(env['ELA_TEST_SECRET'], undefined)
  assert.is(env['PATH'], process.env['PATH'])
})

test.run()
