import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { StickyCalls } from '../../../src/nodes/evm/admin-methods.ts'
import { Journal, type JournalRecord } from '../../../src/nodes/evm/journal.ts'
import { openSavedChain, saveCopy } from '../../../src/nodes/evm/saved-chain.ts'
import { Turnstile } from '../../../src/nodes/evm/turnstile.ts'
import { root } from '../../support/ela.ts'
import { fails } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'

const test = suite('saved EVM chain')
const start: JournalRecord = { kind: 'start', chainId: 21 }
const clock = (ahead: number): JournalRecord => ({ kind: 'clock', ahead })

test('reads back what it wrote, and goes on from there', () => {
  using folder = temporaryFolder()
  const file = folder.join('journal')
  const journal = Journal.create(file, [start])
  journal.append(clock(1), clock(2))
  const mark = journal.length
  journal.append(clock(3))
  journal.truncate(mark)
  journal.append(clock(4))
  journal.close()
  const again = Journal.open(file)
  assert.equal(again.records, [start, clock(1), clock(2), clock(4)])
  again.journal.append(clock(5))
  again.journal.close()
  const { journal: last, records } = Journal.open(file)
  assert.equal(records.at(-1), clock(5))
  last.close()
})

test('drops a cut-off last line wherever it was cut', () => {
  using folder = temporaryFolder()
  const file = folder.join('journal')
  Journal.create(file, [start, clock(1)]).close()
  const whole = readFileSync(file)
  const firstLine = whole.indexOf(0x0a) + 1
  for (let length = firstLine; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length))
    // A sudden end comes before the length is noted.
    rmSync(`${file}.length`)
    const { journal, records } = Journal.open(file)
    assert.equal(records, [start])
    journal.append(clock(2))
    journal.close()
    const again = Journal.open(file)
    assert.equal(again.records, [start, clock(2)])
    again.journal.close()
  }
})

test('refuses a journal that lost its end, and cuts nothing off', async () => {
  using folder = temporaryFolder()
  const file = folder.join('journal')
  const journal = Journal.create(file, [start])
  journal.append(clock(1), clock(2))
  journal.close()
  const whole = readFileSync(file)
  const lastLine = whole.lastIndexOf(0x0a, -2) + 1
  for (const kept of [0, whole.indexOf(0x0a) + 1, lastLine, lastLine + 5, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, kept))
    const { message, hint } = await fails('evm/stateShortened', () => Journal.open(file))
    assert.match(message, file)
    assert.match(message, `${kept} bytes and had ${whole.length}`)
    assert.match(hint ?? '', 'ela dev --reset')
    assert.is(readFileSync(file).length, kept)
  }
})

test('takes a journal that was made shorter on purpose', () => {
  using folder = temporaryFolder()
  const file = folder.join('journal')
  const journal = Journal.create(file, [start])
  journal.append(clock(1))
  journal.close()
  const again = Journal.open(file).journal
  const mark = again.length
  again.append(clock(2))
  again.truncate(mark)
  assert.equal(Journal.open(file).records, [start, clock(1)])
  again.close()
})

test('refuses a folder whose journal is gone, and removes nothing', async () => {
  using folder = temporaryFolder()
  const first = openSavedChain(folder.path, 21)
  first.journal.append(clock(1))
  first.journal.close()
  rmSync(folder.join('journal-0.log'))
  const none = await fails('evm/stateDamaged', () => openSavedChain(folder.path, 21))
  assert.match(none.message, 'journal-0.log')
  rmSync(folder.join('journal-0.log.length'))
  writeFileSync(folder.join('state-3.json'), '{}')
  const alone = await fails('evm/stateDamaged', () => openSavedChain(folder.path, 21))
  assert.match(alone.message, 'journal-3.log')
  assert.ok(existsSync(folder.join('state-3.json')))
})

/** Runs in a process whose files may have 1,024 bytes at most. */
const FULL_DISK = `
  import { Journal } from ${JSON.stringify(import.meta.resolve('../../../src/nodes/evm/journal.ts'))}
  const journal = Journal.create(process.argv[1], [{ kind: 'start', chainId: 21 }])
  const sent = (length) => ({ kind: 'sent', hash: '0x', raw: 'r'.repeat(length) })
  journal.append(sent(700))
  try {
    journal.append(sent(100), sent(700))
  } catch (error) {
    process.stdout.write(error.code)
  }
  journal.append({ kind: 'clock', ahead: 1 })
`

test('leaves nothing of lines the disk had no room for', () => {
  using folder = temporaryFolder()
  const file = folder.join('journal')
  const limited = ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath]
  const program = ['--import', 'tsx', '--input-type=module', '-e', FULL_DISK, file]
  const { stdout, stderr, status } = spawnSync('bash', [...limited, ...program], {
    encoding: 'utf8',
    cwd: root,
  })
  assert.is(status, 0, stderr)
  assert.is(stdout, 'evm/folderUnwritable')
  const { journal, records } = Journal.open(file)
  assert.equal(records.at(-1), clock(1))
  journal.close()
})

test('refuses a damaged line', async () => {
  using folder = temporaryFolder()
  const file = folder.join('journal')
  Journal.create(file, [start, clock(1)]).close()
  const whole = readFileSync(file)
  for (const at of [0, 12, 40, whole.length - 3]) {
    const damaged = Buffer.from(whole)
    damaged[at] = (whole[at] ?? 0) ^ 1
    writeFileSync(file, damaged)
    await fails('evm/stateDamaged', () => Journal.open(file))
  }
})

test('moves to a new generation as a whole', async () => {
  using folder = temporaryFolder()
  const first = openSavedChain(folder.path, 21)
  first.journal.append(clock(1))
  const dump = gzipSync('{"height":7}')
  const second = saveCopy(folder.path, first, { chainId: 21, height: 7, dump, records: [clock(2)] })
  second.journal.append(clock(3))
  second.journal.close()
  assert.equal(readdirSync(folder.path).sort(), [
    'journal-1.log',
    'journal-1.log.length',
    'state-1.json',
  ])
  // A copy that was being made when the power went: the state is there, its journal is not.
  writeFileSync(folder.join('state-2.json'), 'half')
  const again = openSavedChain(folder.path, 21)
  assert.equal(again.records, [clock(2), clock(3)])
  assert.is(readFileSync(again.stateFile ?? '', 'utf8'), '{"height":7}')
  assert.not(existsSync(folder.join('state-2.json')))
  again.journal.close()
  await fails('evm/stateDamaged', () => openSavedChain(folder.path, 23))
  appendFileSync(folder.join('state-1.json'), ' ')
  await fails('evm/stateDamaged', () => openSavedChain(folder.path, 21))
})

test('says when its folder cannot be written', async () => {
  await fails('evm/folderUnwritable', () => openSavedChain('/nowhere/at/all', 21))
})

test('keeps the last of each lasting call', () => {
  const calls = new StickyCalls()
  const note = (method: string, ...params: unknown[]) => calls.note({ method, params })
  note('anvil_setBalance', '0x1', '0x2')
  note('anvil_setCoinbase', '0xa')
  note('hardhat_setCoinbase', '0xb')
  note('anvil_impersonateAccount', '0xAA')
  note('anvil_impersonateAccount', '0xbb')
  note('hardhat_stopImpersonatingAccount', '0xaa')
  note('evm_setAutomine', false)
  assert.equal(
    calls.all().map(({ method, params }) => [method, ...(params as unknown[])]),
    [
      ['hardhat_setCoinbase', '0xb'],
      ['anvil_impersonateAccount', '0xbb'],
      ['evm_setAutomine', false],
    ],
  )
  assert.equal(calls.mining, { name: 'setAutomine', params: [false] })
})

test('lets many in together, one alone, and nobody past who waits', async () => {
  const turnstile = new Turnstile()
  const order: string[] = []
  let open: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    open = resolve
  })
  const visit = (name: string, act?: Promise<void>) => async () => {
    order.push(`+${name}`)
    await act
    order.push(`-${name}`)
  }
  const all = [
    turnstile.together(visit('a', held)),
    turnstile.together(visit('b', held)),
    turnstile.alone(visit('C')),
    turnstile.together(visit('d')),
    turnstile.alone(visit('E')),
  ]
  await Promise.resolve()
  assert.equal(order, ['+a', '+b'])
  open()
  await Promise.all(all)
  assert.equal(order, ['+a', '+b', '-a', '-b', '+C', '-C', '+d', '-d', '+E', '-E'])
  const failing = turnstile.alone(() => Promise.reject(new Error('no')))
  assert.is(await failing.catch(() => 'failed'), 'failed')
  assert.is(await turnstile.together(async () => 'free'), 'free')
})

test.run()
