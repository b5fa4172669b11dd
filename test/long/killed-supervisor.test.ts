/** A supervisor that is killed at any moment of a start leaves nothing running. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'
import { level } from '../support/instance.ts'

const test = suite('long: killed supervisor')
const PROGRAM = path.resolve(import.meta.dirname, '../fixtures/programs/dies-while-starting.ts')
const MOMENTS_MS = [0, 1, 2, 4, 8, 16, 32]

/** Command lines of processes that name the folder. */
function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      return line.includes(folder) ? [line.replaceAll('\0', ' ')] : []
    } catch {
      // It ended while we looked.
      return []
    }
  })
}

const only = level === 'A' ? test : test.skip

for (const ms of MOMENTS_MS) {
  only(`attack 41: killed ${ms} ms after it started the first process of an instance`, async () => {
    using folder = temporaryFolder()
    const tsx = import.meta.resolve('tsx')
    const child = spawn(process.execPath, ['--import', tsx, PROGRAM, folder.path, String(ms)], {
      env: { PATH: process.env['PATH'], HOME: folder.path, TMPDIR: folder.path },
      stdio: 'ignore',
    })
    await new Promise((resolve) => child.once('exit', resolve))
    await until('the end of all it started', () => processesIn(folder.path).length === 0)
  })
}

test.run()
