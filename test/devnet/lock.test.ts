import { mkdirSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { holderOf, takeLock } from '../../src/devnet/lock.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('devnet/lock')

test('is held once, and free again after its release', () => {
  using folder = temporaryFolder()
  const first = takeLock(folder.path)
  assert.ok(first.locked)
  assert.is(first.crashed, false)
  const second = takeLock(folder.path)
  assert.ok(!second.locked)
  assert.is(second.holder.pid, process.pid)
  first.release()
  assert.is(holderOf(folder.path), undefined)
  const third = takeLock(folder.path)
  assert.ok(third.locked)
})

test('is taken from a holder that is gone, saying so', () => {
  using folder = temporaryFolder()
  const left = [
    { pid: process.pid, started: 'long ago' },
    { pid: 2 ** 22 + 1, started: 'x' },
    'junk',
  ]
  for (const mark of left) {
    mkdirSync(folder.path, { recursive: true })
    writeFileSync(folder.join('devnet.lock'), JSON.stringify(mark))
    const lock = takeLock(folder.path)
    assert.ok(lock.locked)
    assert.is(lock.crashed, true)
    lock.release()
  }
})

test.run()
