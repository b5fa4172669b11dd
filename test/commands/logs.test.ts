import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { followLogs } from '../../src/devnet/logs.ts'
import { ela } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('commands/logs')

function folderWithLogs() {
  const folder = temporaryFolder()
  mkdirSync(folder.join('.ela/logs'), { recursive: true })
  const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString()
  writeFileSync(folder.join('.ela/logs/esc.log.1'), `${at(7_200)} long ago\n`)
  writeFileSync(folder.join('.ela/logs/esc.log'), `${at(60)} an Error\n${at(40)} fine\n`)
  writeFileSync(folder.join('.ela/logs/mainchain.log'), `${at(50)} block 1\n`)
  return folder
}

test('puts the lines of all nodes in order, rotated files first', async () => {
  using folder = folderWithLogs()
  mkdirSync(folder.join('src'))
  assert.equal(await ela('logs', { cwd: folder.join('src') }), {
    code: 0,
    stdout: [
      'esc        long ago',
      'esc        an Error',
      'mainchain  block 1',
      'esc        fine\n',
    ].join('\n'),
    stderr: '',
  })
})

test('picks a node, an age and a pattern', async () => {
  using folder = folderWithLogs()
  const cwd = folder.path
  assert.is((await ela('logs esc', { cwd })).stdout, 'long ago\nan Error\nfine\n')
  assert.is((await ela('logs esc --since 5m', { cwd })).stdout, 'an Error\nfine\n')
  assert.is((await ela('logs --since 45s', { cwd })).stdout, 'esc        fine\n')
  assert.is((await ela('logs --grep "error|block"', { cwd })).stdout.split('\n').length, 3)
  const { stdout } = await ela('logs mainchain --json', { cwd })
  const { data } = JSON.parse(stdout) as { data: { node: string; line: string }[] }
  assert.equal(
    data.map(({ node, line }) => ({ node, line })),
    [{ node: 'mainchain', line: 'block 1' }],
  )
})

test('explains what it cannot do', async () => {
  using folder = folderWithLogs()
  using empty = temporaryFolder()
  const cases = [
    ['logs esk', folder.path, 2, 'Did you mean `esc`?'],
    ['logs --since soon', folder.path, 2, '500ms'],
    ['logs --grep [', folder.path, 2, 'no regular expression'],
    ['logs', empty.path, 8, '`ela dev`'],
    ['logs --follow --json', folder.path, 2, '`--json-stream`'],
  ] as const
  for (const [line, cwd, code, words] of cases) {
    const transcript = await ela(line, { cwd })
    assert.is(transcript.code, code, line)
    if (!line.endsWith('--json')) assert.is(transcript.stdout, '')
    assert.match(transcript.stderr, words)
  }
})

test('says when a log cannot be read', async () => {
  using folder = folderWithLogs()
  mkdirSync(folder.join('.ela/logs/eid.log'))
  const { code, stderr } = await ela('logs', { cwd: folder.path })
  assert.is(code, 4)
  assert.match(stderr, 'cannot be read')
  using other = temporaryFolder()
  mkdirSync(other.join('.ela'))
  writeFileSync(other.join('.ela/logs'), '')
  assert.is((await ela('logs', { cwd: other.path })).code, 4)
})

test('follows what is written, through a rotation and into a log that is new', async () => {
  using folder = folderWithLogs()
  const stop = new AbortController()
  const seen: string[] = []
  const names = ['esc']
  const esc = folder.join('.ela/logs/esc.log')
  const following = followLogs(folder.path, () => names, {
    onLine: ({ node, line }) => {
      seen.push(`${node} ${line}`)
      // While the past is still being told.
      if (line === 'long ago') appendFileSync(esc, 'T one\nT half')
    },
    signal: stop.signal,
  })
  await until('the past and the first line', () => seen.length === 4)
  appendFileSync(esc, ' a line\n')
  renameSync(esc, `${esc}.1`)
  appendFileSync(`${esc}.1`, 'T last of the old\n')
  writeFileSync(esc, 'T first of the new\n')
  await until('both files', () => seen.length === 7)
  names.push('dapp')
  writeFileSync(folder.join('.ela/logs/dapp.log'), 'T hello\n')
  await until('the new log', () => seen.length === 8)
  writeFileSync(esc, 'T cut\n')
  await until('what follows a cut', () => seen.length === 9)
  stop.abort()
  await following
  assert.equal(seen, [
    'esc long ago',
    'esc an Error',
    'esc fine',
    'esc one',
    'esc half a line',
    'esc last of the old',
    'esc first of the new',
    'dapp hello',
    'esc cut',
  ])
})

test.run()
