/** What the registry of a devnet says of a release, and what is remembered of it here. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callRpc } from '../../src/base/json-rpc.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { esc } from '../../src/nodes/esc/kind.ts'
import { didOf } from '../../src/protocol/did/did.ts'
import { publicKeyOf } from '../../src/protocol/did/sign.ts'
import { installedApp, installedApps, recordInstalled } from '../../src/releases/installed.ts'
import { networkOf } from '../../src/releases/network.ts'
import { highestSeen, noteSeen } from '../../src/releases/seen.ts'
import { checkStanding, standingOf } from '../../src/releases/standing.ts'
import { userFolderOf } from '../../src/releases/user-folder.ts'
import type { Registry, Teller } from '../../src/wallet/registry/call.ts'
import { channelsOf } from '../../src/wallet/registry/read.ts'
import {
  claimApp,
  deployRegistry,
  publishRelease,
  setChannel,
  setFloor,
  setReleaseStatus,
} from '../../src/wallet/registry/registry.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startNode, type TestNode } from '../support/node.ts'

const test = suite<{ node: TestNode; registry: Registry; teller: Teller }>('releases')

test.before(async (context) => {
  context.node = await startNode(esc)
  const { rpc, chainId, registry: address } = context.node.entry
  context.registry = { rpc: String(rpc), chainId: Number(chainId), address: String(address) }
  const [alice] = devnetAccounts()
  assert.ok(alice)
  context.teller = { registry: context.registry, privateKey: alice.evm.privateKey }
})
test.after(async ({ node }) => {
  await node[Symbol.asyncDispose]()
})

const bundleOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

test('a devnet has the registry from its first block on, as one would deploy it', async ({
  registry,
  teller,
}) => {
  assert.is(await callRpc(registry.rpc, 'eth_blockNumber'), '0x0')
  assert.is(await networkOf(registry.rpc), undefined)
  const { address } = await deployRegistry({ registry, privateKey: teller.privateKey }, 0)
  const code = (place: string) => callRpc(registry.rpc, 'eth_getCode', [place, 'latest'])
  assert.is(await code(registry.address), await code(address))
  assert.match((await networkOf(registry.rpc)) ?? '', /^21-[0-9a-f]{16}$/)
})

test('a release stands as its owner says, and channels point where he points them', async ({
  registry,
  teller,
}) => {
  const key = new Uint8Array(randomBytes(32))
  const app = didOf(publicKeyOf(key))
  const bundle = (seq: number) => bundleOf(`${app} ${seq}`)
  const standing = (seq: number) => standingOf(registry, { app, bundle: bundle(seq) })
  assert.equal(await standing(1), { app, release: undefined, latest: 0, floor: 0 })
  checkStanding(await standing(1), { seq: 1 })
  await claimApp(teller, key)
  for (const seq of [1, 2, 3]) {
    const channel = seq === 3 ? 'beta' : 'latest'
    const rest = { version: `1.0.${seq}`, locations: [], channel }
    await publishRelease(teller, { did: app, seq, bundle: bundle(seq), ...rest })
  }
  assert.equal(
    [...(await channelsOf(registry, app))],
    [
      ['beta', 3],
      ['latest', 2],
    ],
  )
  await setChannel(teller, { did: app, channel: 'beta' })
  assert.equal([...(await channelsOf(registry, app))], [['latest', 2]])
  assert.is((await standing(2)).release?.status, 'ok')
  checkStanding(await standing(2), { seq: 2, seen: 2 })
  await fails('release/olderThanSeen', async () =>
    checkStanding(await standing(2), { seq: 2, seen: 3 }),
  )
  await fails('release/otherBundle', async () => checkStanding(await standing(2), { seq: 3 }))
  await setReleaseStatus(teller, { did: app, seq: 1, status: 'yanked', reason: '' })
  checkStanding(await standing(1), { seq: 1 })
  await setFloor(teller, app, 2)
  await fails('release/belowFloor', async () => checkStanding(await standing(1), { seq: 1 }))
  await setReleaseStatus(teller, { did: app, seq: 3, status: 'revoked', reason: '' })
  const { exit } = await fails('release/revoked', async () =>
    checkStanding(await standing(3), { seq: 3 }),
  )
  assert.is(exit, 'notVerified')
  await fails('registry/notAnAppDid', () =>
    standingOf(registry, { app: 'did:elastos:n', bundle: bundle(1) }),
  )
  const nowhere = { ...registry, address: `0x${'12'.repeat(20)}` }
  await fails('registry/notThere', () => standingOf(nowhere, { app, bundle: bundle(1) }))
})

test('the highest release seen only rises, for each app and network', () => {
  using folder = temporaryFolder()
  const app = 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y'
  const at = (seq: number) => ({ seq, bundle: bundleOf(`${seq}`) })
  assert.is(highestSeen(folder.path, '21-a', app), undefined)
  for (const seq of [2, 10, 9, 10]) noteSeen(folder.path, '21-a', app, at(seq))
  assert.equal(highestSeen(folder.path, '21-a', app), at(10))
  assert.is(highestSeen(folder.path, '21-b', app), undefined)
  assert.is(highestSeen(folder.path, '21-a', 'did:elastos:iOther'), undefined)
  // What the user granted lies beside it, and is refused in a folder that others may read.
  assert.is(statSync(folder.join('state')).mode & 0o077, 0)
})

test('what is installed is told by its record, or said to be damaged', async () => {
  using folder = temporaryFolder()
  const user = userFolderOf({ HOME: folder.path })
  assert.is(user, folder.join('.ela'))
  assert.is(userFolderOf({ XDG_DATA_HOME: folder.join('data') }), folder.join('data/ela'))
  assert.equal(installedApps(user), [])
  const app = 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y'
  const record = {
    ...{ app, name: 'shop', version: '1.0.0', seq: 1, bundle: bundleOf('1') },
    ...{ channel: 'latest', network: undefined, capabilities: { chain: { esc: ['read'] } } },
    installedAt: '2026-01-31T00:00:00.000Z',
    previous: undefined,
  }
  recordInstalled(user, record)
  assert.equal(installedApp(user, app), record)
  assert.equal(installedApps(user), [record])
  for (const text of ['', '{}', '{"schema":"ela/installed@1"}']) {
    mkdirSync(folder.join('.ela/apps/iDamaged'), { recursive: true })
    writeFileSync(folder.join('.ela/apps/iDamaged/installed.json'), text)
    await fails('release/damagedState', () => installedApp(user, 'did:elastos:iDamaged'))
  }
})

test.run()
