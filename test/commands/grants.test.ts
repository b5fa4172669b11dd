import { mkdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openGrantBook } from '../../src/runtime/grants/grant-book.ts'
import { grantFileIn } from '../../src/runtime/grants/grant-file.ts'
import { ela } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { identity } from '../support/gateway.ts'

const test = suite('ela grants')
const APP = identity.app

function run(folder: TemporaryFolder, line: string) {
  return ela(`grants ${line}`, { cwd: folder.path, env: { HOME: folder.path } })
}

/** Decides as a user did who opened DApps before. */
async function decided(folder: TemporaryFolder, { bundleId } = identity): Promise<void> {
  mkdirSync(folder.join('.ela', 'state'), { recursive: true, mode: 0o700 })
  const asked = {
    net: { hosts: ['https://a.example'] },
    wallet: { chains: ['esc'], methods: ['send'] },
  }
  const holder = { instance: 'i1', asked, identity: { ...identity, bundleId } }
  const book = openGrantBook(grantFileIn(folder.join('.ela', 'state')), holder, () => 0)
  await book.decide('net', 'always')
  await book.decide('wallet', 'never')
}

test('lists nothing where nothing was decided', async () => {
  using folder = temporaryFolder()
  assert.equal(await run(folder, 'list'), {
    code: 0,
    stdout: '',
    stderr: 'Nothing was granted to any app.\n',
  })
})

test('lists what was decided, by app', async () => {
  using folder = temporaryFolder()
  await decided(folder)
  assert.equal(await run(folder, 'list song-shop'), {
    code: 0,
    stdout: `song-shop  ${APP}
  net  always  since 1970-01-01T00:00:00.000Z
    reach https://a.example
  wallet  never  since 1970-01-01T00:00:00.000Z
    ask you to send coins (esc)
`,
    stderr: '',
  })
  const { stdout } = await run(folder, 'list --json')
  const { schema, data } = JSON.parse(stdout) as {
    schema: string
    data: { apps: { app: string; grants: { capability: string; mode: string }[] }[] }
  }
  assert.is(schema, 'ela/grants-list@1')
  assert.equal(
    data.apps.map(({ app, grants }) => [app, grants.map((one) => `${one.capability} ${one.mode}`)]),
    [[APP, ['net always', 'wallet never']]],
  )
})

test('takes back one capability, then all', async () => {
  using folder = temporaryFolder()
  await decided(folder)
  assert.equal(await run(folder, 'revoke song-shop net'), {
    code: 0,
    stdout: 'net of song-shop is revoked\n',
    stderr: '',
  })
  const { stdout } = await run(folder, `revoke ${APP} --json`)
  assert.equal(JSON.parse(stdout).data, { name: 'song-shop', app: APP, capabilities: ['wallet'] })
  assert.is((await run(folder, 'list')).stdout, '')
})

test('names what it does not know, with what there is', async () => {
  using folder = temporaryFolder()
  await decided(folder)
  assert.equal(await run(folder, 'revoke other'), {
    code: 2,
    stdout: '',
    stderr:
      'error: Nothing was decided for an app called `other`.\nhint: Apps with grants: song-shop\n',
  })
  const { code, stdout } = await run(folder, 'revoke song-shop storage --json')
  assert.equal([code, JSON.parse(stdout).error.code], [2, 'grants/unknownCapability'])
  assert.is((await run(folder, 'list')).stdout.includes('net  always'), true)
})

test('asks which is meant when a folder that nobody signed has the same name', async () => {
  using folder = temporaryFolder()
  await decided(folder)
  await decided(folder, { ...identity, bundleId: undefined })
  const { code, stdout } = await run(folder, 'revoke song-shop --json')
  assert.equal([code, JSON.parse(stdout).error.code], [2, 'grants/severalApps'])
  assert.is((await run(folder, `revoke "unsigned ${APP}"`)).code, 0)
  assert.match((await run(folder, 'list')).stdout, /always/)
})

test('`ela help capabilities` shows how each is written', async () => {
  const { code, stdout } = await ela('help capabilities')
  assert.is(code, 0)
  assert.match(stdout, /"net": {"hosts":\["https:\/\/api\.example"\]/)
})

test.run()
