import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dataBytes, readBaseline, writeBaseline } from '../../../src/runtime/engine/baseline.ts'
import { cacheFolder } from '../../../src/runtime/engine/cache-folder.ts'
import { InstanceOutput } from '../../../src/runtime/engine/output.ts'
import { temporaryFolder } from '../../support/folder.ts'

const test = suite('runtime/engine: output and baseline')
const MIB = 1024 * 1024

test('so many lines at once, then so many a second, and what was dropped is counted', () => {
  let now = 0
  const lines: string[] = []
  const output = new InstanceOutput(
    (line) => lines.push(line),
    () => now,
  )
  for (let at = 0; at < 5_000; at += 1) output.take('x')
  assert.is(lines.length, 2_000)
  now += 1_000
  for (let at = 0; at < 5_000; at += 1) output.take('y')
  assert.is(lines.length, 2_000 + 1 + 200)
  assert.is(lines[2_000], '… 3000 lines were not kept: it printed too much')
  assert.is(output.tail.length, 20)
})

test('few long lines are too much as well', () => {
  const lines: string[] = []
  const output = new InstanceOutput(
    (line) => lines.push(line),
    () => 0,
  )
  for (let at = 0; at < 1_000; at += 1) output.take('x'.repeat(16_384))
  assert.is(lines.length, 64)
})

test('the limit of memory is what the engine needs and what the DApp may have', () => {
  using folder = temporaryFolder()
  assert.is(dataBytes(512, folder.path), (544 + 512) * MIB)
  writeBaseline(600 * MIB, folder.path)
  assert.is(readBaseline(folder.path), 600 * MIB)
  assert.is(dataBytes(512, folder.path), 1112 * MIB)
  // A figure that no measurement gives is not taken.
  writeBaseline(2 ** 45, folder.path)
  assert.is(readBaseline(folder.path), undefined)
})

test('the folder for notes is where the system keeps such', () => {
  assert.is(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux'), '/x/ela')
  assert.match(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux'), /\/\.cache\/ela$/)
  assert.match(cacheFolder({}, 'darwin'), /Library\/Caches\/ela$/)
  assert.match(cacheFolder({ LOCALAPPDATA: 'C:\\L' }, 'win32'), /^C:\\L.ela.cache$/)
})

test.run()
