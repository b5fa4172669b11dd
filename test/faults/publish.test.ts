/** Publishing that is killed, and goes on. All requests are killed at in `test/long`. */
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Journal } from '../../src/releases/journal.ts'
import { Background } from '../support/background.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'
import { killAndGoOn, worldOf } from '../support/killed-publishing.ts'
import { newApp, packApp, type ReleaseProject, releaseProject } from '../support/release-project.ts'
import { stallingProxy } from '../support/stalling-proxy.ts'

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

test('installing that is killed leaves nothing in use, and is done by the next run', async ({
  here,
}) => {
  const { developer, person, devnet } = here
  const did = await newApp(developer, 'fetched')
  const { file } = await packApp(developer, { name: 'fetched', seq: 1 })
  const { tree } = await developer.does(`publish ${file}`)
  const bob = person('bob')
  const { store = '' } = devnet.session
  for (const at of [1, 3]) {
    const stall = { name: 'api/v0/block/get', at, when: 'after' } as const
    await using proxy = await stallingProxy({ store }, stall)
    const words = ['install', did, '--store', `kubo:${proxy.url('store')}`]
    await using child = new Background('bin/ela.js', words, bob)
    await proxy.stalled
    child.kill('SIGKILL')
    await child.ended
    assert.not.ok(existsSync(path.join(bob.home, '.ela/apps')))
  }
  const installed = await bob.does(`install ${did}`)
  assert.is(installed.change, 'installed')
  // What came before the kill was kept.
  assert.ok(installed.fetched.keptBlocks > 0)
  assert.is((await person('carol').does(`install ${tree}`)).seq, 1)
})

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
