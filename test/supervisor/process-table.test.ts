import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  descendantsOf,
  describeProcess,
  isAlive,
  markOf,
  memoryOf,
  withEnvironment,
} from '../../src/supervisor/process-table.ts'
import { until } from '../support/fails.ts'

const test = suite('supervisor/process-table')

test('tells this process from another that would have its pid', () => {
  const own = markOf(process.pid)
  assert.ok(own)
  assert.ok(isAlive(own))
  assert.not(isAlive({ pid: own.pid, started: `${own.started}0` }))
})

test('knows a process by its environment, sees its tree, and sees it end', async () => {
  const mark = `test-${process.pid}`
  const child = spawn('sh', ['-c', 'sleep 60 & wait'], {
    env: { PATH: process.env['PATH'], ELA_TEST_MARK: mark },
    stdio: 'ignore',
    detached: true,
  })
  const pid = child.pid
  assert.ok(pid)
  const born = markOf(pid)
  assert.ok(born)
  await until('the grandchild', () => descendantsOf(pid).length === 1)
  assert.ok(descendantsOf(process.pid).includes(pid))
  if (process.platform === 'linux') {
    await until('both marked', () => withEnvironment('ELA_TEST_MARK', mark).length === 2)
    assert.equal(withEnvironment('ELA_TEST_MARK', `${mark}1`), [])
  }
  assert.is(describeProcess(pid).name, 'sh')
  assert.ok((memoryOf([pid, 2 ** 22 + 1]).get(pid) ?? 0) > 100_000)
  assert.is(memoryOf([2 ** 22 + 1]).size, 0)
  process.kill(-pid, 'SIGKILL')
  await once(child, 'exit')
  assert.not(isAlive(born))
  assert.is(markOf(pid), undefined)
})

test.run()
