import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LogFile } from '../../src/supervisor/log-file.ts'
import { LogReader } from '../../src/supervisor/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('supervisor/log-reader')

test('reads every line once, however often the log was rotated in between', () => {
  using folder = temporaryFolder()
  const file = folder.join('a.log')
  const reader = new LogReader(file)
  assert.equal(reader.read(), [])
  const log = new LogFile(file, { rotateAtBytes: 130 })
  const read: string[] = []
  let written = 0
  // Up to eight lines at a time, four or five of which fill a file: up to two rotations.
  for (let round = 0; round < 100; round += 1) {
    for (let lines = 1 + (round % 8); lines > 0; lines -= 1) {
      log.write(`${written}`, new Date(0))
      log.flush()
      written += 1
    }
    read.push(...reader.read())
  }
  log.close()
  reader.close()
  assert.equal(
    read,
    Array.from({ length: written }, (_, number) => `1970-01-01T00:00:00.000Z ${number}`),
  )
})

test('begins with all that is there, and with what is left when it was too slow', () => {
  using folder = temporaryFolder()
  const file = folder.join('a.log')
  const log = new LogFile(file, { rotateAtBytes: 60 })
  const write = (from: number, to: number) => {
    for (let line = from; line <= to; line += 1) {
      log.write(`${line}`, new Date(0))
      log.flush()
    }
  }
  const numbers = (lines: readonly string[]) => lines.map((line) => Number(line.split(' ')[1]))
  // Two lines a file and three files.
  write(1, 6)
  const reader = new LogReader(file)
  assert.equal(numbers(reader.read()), [1, 2, 3, 4, 5, 6])
  write(7, 20)
  assert.equal(numbers(reader.read()), [15, 16, 17, 18, 19, 20])
  log.close()
  reader.close()
})

test.run()
