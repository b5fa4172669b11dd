/** `ela exec`: what the command gets, what is passed on, and that nothing stays behind. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isAlive, markOf } from '../../src/supervisor/process-table.ts'
import { Background, type BackgroundOptions } from '../support/background.ts'
import { root } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('faults/exec')
const START_LIMIT_MS = 60_000

function exec(words: readonly string[], options: BackgroundOptions): Background {
  return new Background('src/main.ts', ['exec', ...words], options)
}

/** Its temporary folders land where the test can see them. */
function worldOf(folder: string): BackgroundOptions {
  return { cwd: folder, env: { TMPDIR: folder } }
}

function leftIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('ela-exec-'))
}

/** What a killed run had to leave, and nothing that was kept on purpose. */
async function removesAtNextRun(folder: string): Promise<void> {
  const killed = leftIn(folder)
  assert.is(killed.length, 1)
  const keeping = exec(['--keep', '--only', 'carrier', '--', 'true'], worldOf(folder))
  assert.is((await keeping.transcript()).code, 0)
  const kept = leftIn(folder)
  assert.is(kept.length, 1)
  assert.is.not(kept[0], killed[0])
  await exec(['--only', 'carrier', '--', 'true'], worldOf(folder)).transcript()
  assert.equal(leftIn(folder), kept)
}

test('gives the command the whole environment, and nothing but its output', async () => {
  using folder = temporaryFolder()
  const script = 'process.stdout.write(JSON.stringify(process.env)); process.exitCode = 7'
  const run = exec(['--', process.execPath, '-e', script], worldOf(folder.path))
  const { code, stdout, stderr } = await run.transcript()
  assert.is(code, 7, stderr)
  assert.is(stderr, '')
  const env = JSON.parse(stdout) as Record<string, string>
  for (const name of ['ELA_RPC_URL', 'ELA_REST_URL', 'ESC_RPC_URL', 'EID_RPC_URL']) {
    assert.match(
      env[name] ?? '',
      /^http:\/\/127\.0\.0\.1:2[3-9]\d{3}$|^http:\/\/127\.0\.0\.1:3[01]\d{3}$/,
    )
  }
  for (const name of ['ELA_WS_URL', 'ESC_WS_URL', 'EID_WS_URL']) {
    assert.match(env[name] ?? '', /^ws:\/\/127\.0\.0\.1:\d+$/)
  }
  assert.is(env['ESC_CHAIN_ID'], '21')
  assert.is(env['EID_CHAIN_ID'], '23')
  assert.match(env['CARRIER_BOOTSTRAP'] ?? '', /^\w+@127\.0\.0\.1:\d+$/)
  assert.match(env['ELA_SESSION'] ?? '', /ela-exec-.*session\.json$/)
  assert.equal(leftIn(folder.path), [])
})

test('is found by a nested `ela`, wherever that stands', async () => {
  using folder = temporaryFolder()
  const nested = [
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    path.join(root, 'src/main.ts'),
  ]
  const words = ['--only', 'carrier', '--', ...nested, 'node', 'status', '--json']
  const { code, stdout, stderr } = await exec(words, worldOf(folder.path)).transcript()
  assert.is(code, 0, stderr)
  const { data } = JSON.parse(stdout) as { data: { folder: string } }
  assert.match(data.folder, 'ela-exec-')
})

test('says 128 and its number for a command that a signal ended', async () => {
  using folder = temporaryFolder()
  const words = ['--only', 'carrier', '--json', '--', 'sh', '-c', 'echo out; kill -9 $$']
  const { code, stdout, stderr } = await exec(words, worldOf(folder.path)).transcript()
  assert.is(code, 137)
  assert.is(stderr, 'out\n')
  assert.equal(JSON.parse(stdout), {
    ok: true,
    schema: 'ela/exec@1',
    data: { exitCode: 137, signal: 'SIGKILL' },
  })
})

test('explains a command that does not exist, and one that is missing', async () => {
  using folder = temporaryFolder()
  const absent = exec(['--only', 'carrier', '--', 'no-such-program'], worldOf(folder.path))
  const { code, stderr } = await absent.transcript()
  assert.is(code, 4)
  assert.match(stderr, 'no-such-program')
  const nothing = await exec([], worldOf(folder.path)).transcript()
  assert.is(nothing.code, 2)
  assert.match(nothing.stderr, 'ela exec -- npm test')
  assert.equal(leftIn(folder.path), [])
})

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGKILL', 'SIGKILL'],
] as const) {
  test(`takes the command and its children along when ${signal} ends it`, async () => {
    using folder = temporaryFolder()
    const script = 'sleep 600 & echo $! $$; wait'
    const words = ['--only', 'carrier', '--', 'sh', '-c', script]
    await using run = exec(words, worldOf(folder.path))
    const pids = await until(
      'the command',
      () => /^(\d+) (\d+)\n/.exec(run.stdout)?.slice(1).map(Number),
      START_LIMIT_MS,
    )
    const marks = pids.flatMap((pid) => markOf(pid) ?? [])
    assert.is(marks.length, 2)
    run.kill(signal)
    await until('the end of both', () => !marks.some(isAlive), 3_000)
    assert.is(await run.ended, code)
    if (signal !== 'SIGKILL') assert.equal(leftIn(folder.path), [])
    else await removesAtNextRun(folder.path)
  })
}

test.run()
