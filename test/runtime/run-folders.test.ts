import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { admitMemory, machineMemory } from '../../src/runtime/memory-limit.ts'
import {
  liveRunFolders,
  makeRunFolder,
  removeStaleRunFolders,
  runRoot,
} from '../../src/runtime/run-folders.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { fails, until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('run folders')
const MIB = 1_048_576

test('a folder is its user’s alone, is found while its process lives, and is gone when removed', () => {
  using root = temporaryFolder()
  const folder = makeRunFolder(root.path)
  folder.promise(512)
  assert.equal(liveRunFolders(root.path), [{ path: folder.path, memoryMiB: 512 }])
  removeStaleRunFolders(root.path)
  assert.ok(existsSync(folder.path))
  folder.remove()
  assert.equal(readdirSync(root.path), [])
})

test('what a dead process left is taken away, with what still runs out of it', async () => {
  using root = temporaryFolder()
  const engine = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
  const ended = new Promise((resolve) => engine.once('exit', (_, signal) => resolve(signal)))
  mkdirSync(root.join('0123456789ab'))
  const owner = { pid: process.pid, started: 'another time' }
  const left = { owner, engine: await until('it runs', () => markOf(engine.pid ?? 0)) }
  writeFileSync(root.join('0123456789ab', 'owner.json'), JSON.stringify(left))
  mkdirSync(root.join('somebody-elses'))
  removeStaleRunFolders(root.path)
  assert.is(await ended, 'SIGKILL')
  assert.equal(readdirSync(root.path), ['somebody-elses'])
})

test('a folder that is being made is left alone, an old one without an owner is not', () => {
  using root = temporaryFolder()
  for (const name of ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']) mkdirSync(root.join(name))
  writeFileSync(root.join('bbbbbbbbbbbb', 'owner.json'), '{broken')
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(root.join('bbbbbbbbbbbb'), longAgo, longAgo)
  removeStaleRunFolders(root.path)
  assert.equal(readdirSync(root.path), ['aaaaaaaaaaaa'])
})

test('a root that others could have planted is refused, and one with too long a path', async () => {
  using folder = temporaryFolder()
  mkdirSync(folder.join('open'))
  chmodSync(folder.join('open'), 0o755)
  symlinkSync(folder.path, folder.join('link'))
  await fails('keys/unsafe', () => makeRunFolder(folder.join('open')))
  await fails('keys/unsafe', () => makeRunFolder(folder.join('link')))
  await fails('runtime/pathTooLong', () => makeRunFolder(folder.join('x'.repeat(90))))
  assert.match(runRoot({}), /^\/tmp\/ela-|ela-/)
  assert.is(runRoot({ ELA_RUN_FOLDER: '/tmp/other' }), '/tmp/other')
})

test('DApps are admitted as long as there is memory for them', async () => {
  const machine = { totalBytes: 8_192 * MIB, availableBytes: 4_096 * MIB }
  const many = (count: number) => Array.from({ length: count }, () => 512)
  admitMemory(512, many(50), machine)
  const { exit } = await fails('runtime/memoryFull', () => admitMemory(512, many(64), machine))
  assert.is(exit, 'environment')
  await fails('runtime/memoryFull', () =>
    admitMemory(512, [], { ...machine, availableBytes: 600 * MIB }),
  )
  const { totalBytes, availableBytes } = machineMemory()
  assert.ok(totalBytes >= availableBytes && availableBytes > 0)
})

test.run()
