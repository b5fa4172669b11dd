/** Keystores under processes that are killed and processes that write at once. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Keystore, listKeys } from '../../src/identity/keystore.ts'
import { openKey } from '../../src/identity/open-key.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const program = path.resolve(import.meta.dirname, '../fixtures/programs/writes-keys.ts')
const PRIVATE_KEY = new Uint8Array(32).fill(0x5f)
const test = suite('keystore faults')

function writer(...args: readonly string[]) {
  const tsx = import.meta.resolve('tsx')
  const child = spawn(process.execPath, ['--import', tsx, program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, ended, printed: () => printed }
}

function keystoreAt(folder: string): Keystore {
  return { folder, runFolder: folder, cost: { n: 2, r: 1, p: 1 } }
}

test('a writer killed at any moment leaves whole keys only', async () => {
  using folder = temporaryFolder()
  const keystore = keystoreAt(folder.join('keys'))
  for (let round = 0; round < 6; round += 1) {
    const prefix = `k${'abcdef'[round]}`
    const { child, ended, printed } = writer(keystore.folder, prefix)
    await until('it writes', () => printed().includes('writing'))
    const before = readdirSync(keystore.folder).length
    await until('it wrote more', () => readdirSync(keystore.folder).length > before + 2 * round)
    child.kill('SIGKILL')
    await ended
    const mine = listKeys(keystore).filter(({ name }) => name.startsWith(prefix))
    assert.ok(mine.length > 0)
    for (const one of mine) assert.ok('public' in one, `${one.name} is whole`)
    const last = mine.at(-1)
    assert.ok(last)
    const key = await openKey(last.name, prefix.padEnd(8, '-'), keystore)
    assert.equal(key.evm().privateKey, PRIVATE_KEY)
  }
})

test('processes that write the same names at once win each name once', async () => {
  using folder = temporaryFolder()
  const keystore = keystoreAt(folder.join('keys'))
  const writers = [1, 2, 3].map(() => writer(keystore.folder, 'same', '60'))
  const codes = await Promise.all(writers.map(({ ended }) => ended))
  assert.equal(codes, [0, 0, 0])
  const wins = writers.map(({ printed }) => Number(printed().trim().split('\n').at(-1)))
  assert.is(
    wins.reduce((sum, count) => sum + count, 0),
    60,
  )
  const keys = listKeys(keystore)
  assert.is(keys.length, 60)
  for (const one of keys) assert.ok('public' in one)
  assert.is(readdirSync(keystore.folder).length, 60)
})

test.run()
