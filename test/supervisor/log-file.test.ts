import { existsSync, readFileSync, statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LogFile, logFilesOf } from '../../src/supervisor/log-file.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('supervisor/log-file')

test('stamps each line with its time, and goes on in the file that is there', () => {
  using folder = temporaryFolder()
  for (const line of ['one', 'two']) {
    const log = new LogFile(folder.join('logs/a.log'))
    log.write(line, new Date(0))
    log.close()
  }
  const text = readFileSync(folder.join('logs/a.log'), 'utf8')
  assert.is(text, '1970-01-01T00:00:00.000Z one\n1970-01-01T00:00:00.000Z two\n')
})

test('writes without being closed or flushed', async () => {
  using folder = temporaryFolder()
  const log = new LogFile(folder.join('a.log'))
  log.write('soon')
  await until('the line', () => statSync(folder.join('a.log')).size > 0)
  log.close()
})

test('keeps a bounded number of bounded files, whole lines only', () => {
  using folder = temporaryFolder()
  const log = new LogFile(folder.join('a.log'), { rotateAtBytes: 1_000 })
  for (let line = 0; line < 200; line += 1) {
    log.write(`line ${line}`)
    log.flush()
  }
  log.close()
  const files = logFilesOf(folder.join('a.log'))
  assert.equal(
    files.map((file) => file.slice(folder.path.length + 1)),
    ['a.log.2', 'a.log.1', 'a.log'],
  )
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'))
  const numbers = lines.map((line) => Number(line.split(' ')[2]))
  assert.is(numbers.at(-1), 199)
  assert.equal(
    numbers,
    numbers.map((_, index) => 200 - numbers.length + index),
  )
  assert.ok(files.every((file) => statSync(file).size <= 1_000))
  assert.not(existsSync(folder.join('a.log.3')))
})

test('tells once that it cannot write, and lets the process go on', () => {
  if (!existsSync('/dev/full')) return
  const failed: string[] = []
  const log = new LogFile('/dev/full', { onFailure: () => failed.push('full') })
  for (let line = 0; line < 3; line += 1) {
    log.write('x')
    log.flush()
  }
  log.close()
  assert.equal(failed, ['full'])
})

test.run()
