/**
 * Runs the tests: `npm test` all of them, `npm test -- WORD…` the files whose path has a WORD.
 * What takes minutes by its nature lies in `test/long/` and runs with `--long` (`npm run test:long`).
 *
 * uvu forgives a file that registers nothing, a test without end, an open handle and an empty
 * selection; here each of them fails the run. The files of a room run one after another in one
 * process, except folders in `apart`, whose files get a process of their own because they load heavy
 * clients or change process-wide state.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const root = path.resolve(import.meta.dirname, '../..')
const isLong = process.argv.some((word) => word === '--long' || word.includes('test/long/'))
const TIME_LIMIT_MS = Number(process.env['TEST_TIME_LIMIT_MS'] ?? (isLong ? 1_800_000 : 300_000))
const SETTLE_MS = 2_000
const LONG = 'test/long/'
const apart = ['test/e2e/', 'test/clients/', 'test/faults/', LONG]

const isLongRun = process.argv.includes('--long')
const words = process.argv.slice(2).filter((word) => word !== '--long')
const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file}`)
  .filter((file) => /\.test\.tsx?$/.test(file))
  .filter((file) => !file.includes('/fixtures/'))
  .filter((file) => process.env['TEST_APART'] === '1' || file.startsWith(LONG) === isLongRun)
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()

function fail(why: string): never {
  process.stderr.write(`\n${why}\n`)
  process.stdout.write('0 passed, 1 failed\n')
  process.exit(1)
}

if (files.length === 0) fail(`No test file matches ${words.join(', ') || 'test/**'}.`)

if (process.env['TEST_APART'] === '1') {
  const { passed, failed } = await runHere(files)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  leave(failed > 0 ? 1 : 0)
} else {
  const isApart = (file: string) => apart.some((folder) => file.startsWith(folder))
  let passed = 0
  let failed = 0
  const rooms = new Map<string, string[]>()
  for (const file of files.filter((one) => !isApart(one))) {
    const room = file.split('/')[1] ?? ''
    rooms.set(room, [...(rooms.get(room) ?? []), file])
  }
  const batches = [...rooms.values(), ...files.filter(isApart).map((file) => [file])]
  for (const batch of batches) {
    const result = runApart(batch)
    passed += result.passed
    failed += result.failed
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  process.exitCode = failed > 0 ? 1 : 0
}

/** Runs files in a process of their own and reads its closing line. */
function runApart(batch: readonly string[]): { passed: number; failed: number } {
  const began = performance.now()
  const { stdout, status, signal } = spawnSync(
    process.execPath,
    ['--import', 'tsx', import.meta.filename, ...batch],
    {
      cwd: root,
      env: { ...process.env, TEST_APART: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      timeout: TIME_LIMIT_MS + 30_000,
      killSignal: 'SIGKILL',
    },
  )
  const closing = /(?:^|\n)(\d+) passed, (\d+) failed\n$/.exec(stdout)
  process.stdout.write(closing === null ? stdout : stdout.slice(0, closing.index + 1))
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stdout.write(
    `  (${batch.length === 1 ? batch[0] : `${batch.length} files`}: ${seconds} s)\n`,
  )
  if (closing === null) {
    process.stdout.write(`${batch.join(' ')} ended with ${signal ?? status} and no result\n`)
    return { passed: 0, failed: 1 }
  }
  const failed = Number(closing[2])
  return { passed: Number(closing[1]), failed: status !== 0 && failed === 0 ? 1 : failed }
}

async function runHere(chosen: readonly string[]): Promise<{ passed: number; failed: number }> {
  Object.assign(globalThis, { UVU_DEFER: 1 })
  const { exec } = await import('uvu')
  const queue = (globalThis as unknown as { UVU_QUEUE: unknown[][] }).UVU_QUEUE
  for (const [index, file] of chosen.entries()) {
    Object.assign(globalThis, { UVU_INDEX: index })
    const suites: unknown[] = [file]
    queue[index] = suites
    await import(pathToFileURL(path.join(root, file)).href)
    if (suites.length === 1) fail(`${file} registers no suite: did it forget to call run()?`)
  }
  const watchdog = setTimeout(
    () => fail(`Tests still running after ${TIME_LIMIT_MS} ms.`),
    TIME_LIMIT_MS,
  )
  // uvu prints its counts and keeps them to itself; they are read off its output.
  let printed = ''
  const { write } = process.stdout
  process.stdout.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
    printed += chunk.toString()
    return write.call(process.stdout, chunk, ...rest)
  }) as typeof write
  await exec()
  process.stdout.write = write
  clearTimeout(watchdog)
  const count = (word: string) =>
    Number(new RegExp(`${word}:\\s+(\\d+)`).exec(printed)?.[1] ?? Number.NaN)
  const total = count('Total')
  const passed = count('Passed')
  if (Number.isNaN(total) || Number.isNaN(passed)) fail('uvu printed no counts.')
  if (total === 0) fail('No test ran.')
  return { passed, failed: Math.max(total - passed, process.exitCode ? 1 : 0) }
}

/** Ends by itself when nothing is left open; says what is when something is. */
function leave(code: number): void {
  process.exitCode = code
  setTimeout(() => {
    process.stderr.write(`left open: ${process.getActiveResourcesInfo().join(', ')}\n`)
    process.exit(1)
  }, SETTLE_MS).unref()
}
