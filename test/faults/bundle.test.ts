/** Unpacking under a process that is killed. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { verifyFile } from '../../src/bundle/verify.ts'
import { packFiles } from '../support/bundle.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const program = path.resolve(import.meta.dirname, '../fixtures/programs/unpacks-bundle.ts')
const FILES = 300
const test = suite('bundle faults')

test('a process killed while it unpacks leaves whole folders, and the next one cleans up', async () => {
  using folder = temporaryFolder()
  const files = Object.fromEntries(
    Array.from({ length: FILES }, (_, n) => [`f/${n % 7}/${n}.txt`, `file ${n}`.repeat(50)]),
  )
  const { file } = await packFiles(folder, { ...files, 'index.html': '<p>' })
  const place = folder.join('place')
  mkdirSync(place)
  let leftovers = 0
  for (let round = 0; round < 6; round += 1) {
    const tsx = import.meta.resolve('tsx')
    const child = spawn(process.execPath, ['--import', tsx, program, file, place], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.once('close', resolve))
    const staged = () => readdirSync(place).find((name) => name.includes(`unpacking-${child.pid}`))
    await until('files are being written', () => {
      const name = staged()
      if (name === undefined) return false
      try {
        return readdirSync(path.join(place, name, 'files/f/0')).length > round
      } catch {
        return false
      }
    })
    child.kill('SIGKILL')
    await ended
    if (staged() !== undefined) leftovers += 1
  }
  assert.ok(leftovers > 0, 'no process was killed in the middle')
  const target = path.join(place, 'out')
  const world = { lookup: undefined, time: 0 }
  if (!readdirSync(place).includes('out')) await verifyFile(file, { world, target })
  else await verifyFile(file, { world, target: path.join(place, 'out2') })
  for (const name of readdirSync(place)) {
    if (name.startsWith('.out.unpacking-')) assert.unreachable(`${name} was left`)
    const found = readdirSync(path.join(place, name), { recursive: true, encoding: 'utf8' })
    assert.is(found.filter((one) => /\.(txt|html)$/.test(one)).length, FILES + 1)
    for (const n of [0, FILES - 1]) {
      const content = readFileSync(path.join(place, name, `f/${n % 7}/${n}.txt`), 'utf8')
      assert.is(content, `file ${n}`.repeat(50))
    }
  }
})

test.run()
