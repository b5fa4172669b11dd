import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { holderOf, isAbandoned, takeLock } from '../../src/supervisor/lock.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('supervisor/lock')

test('is held once, and free again after its release', () => {
  using folder = temporaryFolder()
  const file = folder.join('below', 'a.lock')
  const first = takeLock(file, 'a reason')
  assert.ok(first.locked)
  assert.is(first.crashed, false)
  const second = takeLock(file)
  assert.ok(!second.locked)
  assert.is(second.holder.pid, process.pid)
  assert.is(second.holder.purpose, 'a reason')
  first.release()
  assert.is(holderOf(file), undefined)
  assert.ok(takeLock(file).locked)
  assert.equal(readdirSync(folder.join('below')), ['a.lock'])
})

test('is taken from a holder that is gone, saying so', () => {
  using folder = temporaryFolder()
  const file = folder.join('a.lock')
  const left = [
    { pid: process.pid, started: 'long ago' },
    { pid: 2 ** 22 + 1, started: 'x' },
    'junk',
  ]
  for (const mark of left) {
    writeFileSync(file, JSON.stringify(mark))
    // Of one that was killed while it removed a lock like this one.
    writeFileSync(`${file}.guard`, JSON.stringify(mark))
    assert.ok(isAbandoned(file))
    const lock = takeLock(file)
    assert.ok(lock.locked)
    assert.is(lock.crashed, true)
    lock.release()
    assert.equal(readdirSync(folder.path), [])
  }
})

if (process.platform === 'linux') {
  // The first process of a container often collects the dead late or never.
  test('is taken from a dead process that nobody has collected', async () => {
    using folder = temporaryFolder()
    const file = folder.join('a.lock')
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'])
    try {
      const [line] = await once(createInterface(parent.stdout), 'line')
      const pid = Number(line)
      writeFileSync(file, JSON.stringify(markOf(pid)))
      assert.ok(!takeLock(file).locked)
      process.kill(pid, 'SIGKILL')
      await until('a zombie', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '))
      assert.ok(takeLock(file).locked)
    } finally {
      parent.kill('SIGKILL')
    }
  })
}

test.run()
