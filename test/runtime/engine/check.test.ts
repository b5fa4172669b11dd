import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ownFolder } from '../../../src/runtime/engine/cache-folder.ts'
import { checkEngine } from '../../../src/runtime/engine/check.ts'
import { ENGINE_VERSION, pinnedPrograms } from '../../../src/runtime/engine/pinned.ts'
import { type EngineProgram, findEngine } from '../../../src/runtime/engine/program.ts'
import { fails, until } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'

const test = suite('runtime/engine: check')

const CONTENT = 'the program'
const pinned = {
  package: 'test',
  path: 'program',
  bytes: CONTENT.length,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
}

/** A program with this content, whatever its digest should be. */
function oldProgram(file: string, content = CONTENT): EngineProgram {
  writeFileSync(file, content)
  return { file, pinned }
}

/** A clock by which a change of now is long past. */
const later = () => Date.now() + 60_000

test('the table has a digest for every platform that npm has the engine for', () => {
  const lock = JSON.parse(
    readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8'),
  )
  const { version, optionalDependencies } = lock.packages['node_modules/workerd']
  assert.is(version, ENGINE_VERSION)
  const known = Object.values(pinnedPrograms).map((program) => program.package)
  assert.equal(known.sort(), Object.keys(optionalDependencies).sort())
})

test('the installed engine is the pinned one, and says so itself', async () => {
  const program = findEngine()
  assert.is(await checkEngine(program, { cacheFolder: undefined }), 'hashed')
  const said = execFileSync(program.file, ['--version'], { encoding: 'utf8' })
  assert.match(
    said,
    new RegExp(ENGINE_VERSION.split('.')[1]?.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3') ?? '?'),
  )
})

test('attack 65: an engine of another size or digest is refused', async () => {
  using folder = temporaryFolder()
  const file = folder.join('program')
  for (const content of ['', 'another one', `${CONTENT} `]) {
    await fails('runtime/engineTampered', () =>
      checkEngine(oldProgram(file, content), { cacheFolder: folder.join('cache') }),
    )
  }
  const unpinned = { cacheFolder: undefined, allowUnpinned: true }
  assert.is(await checkEngine(oldProgram(file, 'mine'), unpinned), 'unpinned')
})

test('attack 65: a digest is remembered, and forgotten when the file changes in any way', async () => {
  using folder = temporaryFolder()
  const file = folder.join('program')
  const options = { cacheFolder: folder.join('cache') }
  const program = oldProgram(file)
  // So shortly after a change another could hide behind the same time.
  assert.is(await checkEngine(program, options), 'hashed')
  assert.not(existsSync(folder.join('cache', 'engine-digest')))
  const settled = { ...options, now: later }
  assert.is(await checkEngine(program, settled), 'hashed')
  assert.is(await checkEngine(program, options), 'noted')
  const { mtime, atime } = statSync(file)
  assert.is(statSync(folder.join('cache')).mode & 0o777, 0o700)

  // Same size, and the time of the content put back: the time of change still tells.
  const { ctimeNs } = statSync(file, { bigint: true })
  await until('the next step of the clock of the file system', () => {
    writeFileSync(file, 'the Program')
    utimesSync(file, atime, mtime)
    return statSync(file, { bigint: true }).ctimeNs !== ctimeNs
  })
  await fails('runtime/engineTampered', () => checkEngine(program, options))
  // Another file in its place.
  writeFileSync(folder.join('other'), 'THE PROGRAM')
  renameSync(folder.join('other'), file)
  await fails('runtime/engineTampered', () => checkEngine(program, options))
  writeFileSync(file, CONTENT)
  assert.is(await checkEngine(program, options), 'hashed')
})

test('a note in a folder that others can write is not believed', async () => {
  using folder = temporaryFolder()
  const cache = folder.join('cache')
  assert.is(ownFolder(cache), cache)
  chmodSync(cache, 0o777)
  assert.is(ownFolder(cache), undefined)
  writeFileSync(folder.join('file'), '')
  assert.is(ownFolder(folder.join('file')), undefined)
})

test('says which package is missing, and where there is no engine', async () => {
  using folder = temporaryFolder()
  await fails('runtime/engineMissing', () => findEngine(folder.join('x.js')))
  await fails('runtime/engineUnsupported', () =>
    findEngine(import.meta.url, { platform: 'win32', arch: 'arm64' }),
  )
})

test.run()
