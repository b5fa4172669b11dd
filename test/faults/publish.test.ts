/** Publishing that is killed, and goes on. All requests are killed at in `test/long`. */
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Journal } from '../../src/releases/journal.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'
import { killAndGoOn, worldOf } from '../support/killed-publishing.ts'
import { type ReleaseProject, releaseProject } from '../support/release-project.ts'

const test = suite<{ here: ReleaseProject }>('publishing that is killed')

test.before(async (context) => {
  context.here = await releaseProject()
})
test.after(async ({ here }) => {
  await here[Symbol.asyncDispose]()
})

const SEND = 'eth_sendRawTransaction'
const ADD = 'api/v0/add'

for (const [index, stall] of (
  [
    { name: ADD, at: 1, when: 'after' },
    { name: SEND, at: 1, when: 'before' },
    { name: SEND, at: 1, when: 'after' },
    { name: SEND, at: 2, when: 'before' },
    { name: SEND, at: 2, when: 'after' },
  ] as const
).entries()) {
  test(`goes on after kill -9 ${stall.when} ${stall.name} number ${stall.at}`, async ({ here }) => {
    await killAndGoOn(worldOf(here), `killed-${index}`, stall)
  })
}

const transaction = { hash: `0x${'12'.repeat(32)}`, raw: '0x00', from: '0x', nonce: 3 } as const

test('a journal that was cut off anywhere loses its last step at most', () => {
  using folder = temporaryFolder()
  const bundle = `sha256:${'1'.repeat(64)}`
  const journal = Journal.open(folder.path, bundle)
  journal.note({ step: 'begun', app: 'did:elastos:i', seq: 1, file: 'é' })
  journal.note({ step: 'stored', cid: 'bafy', store: 'Kubo' })
  const whole = readFileSync(journal.file)
  const second = whole.indexOf('\n') + 1
  for (let length = second; length < whole.length; length += 1) {
    writeFileSync(journal.file, whole)
    truncateSync(journal.file, length)
    const again = Journal.open(folder.path, bundle)
    assert.equal([again.isNew, again.stored], [false, undefined])
    again.note({
      step: 'signed',
      act: 'claim',
      transaction: { ...transaction, from: `0x${'1'.repeat(40)}` },
    })
    const third = Journal.open(folder.path, bundle)
    assert.equal([third.signed('claim')?.nonce, third.signed('publish')], [3, undefined])
  }
})

test('a journal keeps bundles apart, and a line that is none is named', async () => {
  using folder = temporaryFolder()
  const [one, other] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`)
  const journal = Journal.open(folder.path, one ?? '')
  journal.note({ step: 'done', release: 'x' })
  assert.ok(Journal.open(folder.path, one ?? '').isDone)
  assert.ok(Journal.open(folder.path, other ?? '').isNew)
  appendFileSync(journal.file, '{"step":3}\n')
  const { message } = await fails('release/damagedJournal', () =>
    Journal.open(folder.path, one ?? ''),
  )
  assert.match(message, 'journal.jsonl:2')
  await fails('release/unwritable', () => Journal.open(journal.file, one ?? ''))
})

test.run()
