/** `ela did` against a real EID node, found by its session file. */
import { mkdirSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callRpc } from '../../src/base/json-rpc.ts'
import { sessionFile, writeSession } from '../../src/devnet/session.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { ela } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { type NodeOptions, startNode, type TestNode } from '../support/node.ts'

const test = suite('ela did on a devnet')

interface Project extends AsyncDisposable {
  readonly folder: TemporaryFolder
  readonly node: TestNode
}

/** A folder with the session of a devnet that has EID alone. */
async function project(options?: NodeOptions): Promise<Project> {
  const folder = temporaryFolder()
  const node = await startNode(eid, options)
  const mark = markOf(process.pid)
  assert.ok(mark)
  mkdirSync(folder.join('.ela'))
  writeSession(sessionFile(folder.path), {
    schema: 'ela/session@1',
    ...mark,
    startedAt: new Date().toISOString(),
    folder: folder.path,
    profile: 'testnet',
    nodes: { eid: { ...node.entry, pid: node.process.pid } },
    accounts: [],
    environment: {},
    admin: 'http://127.0.0.1:1',
    adminToken: '',
  })
  return {
    folder,
    node,
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

async function run(line: string, { folder }: Project) {
  const { code, stdout } = await ela(`did ${line} --json`, { cwd: folder.path })
  const reply = JSON.parse(stdout)
  return { code, schema: reply.schema, error: reply.error?.code, ...reply.data }
}

test('publishes an account, changes it, resolves it and ends it', async () => {
  await using devnet = await project()
  const created = await run('publish alice', devnet)
  assert.equal(
    [created.code, created.schema, created.operation, created.status],
    [0, 'ela/did-publish@1', 'create', 'mined'],
  )
  const service = 'hive,HiveVault,https://hive.example/?a=1,2'
  const updated = await run(`publish alice --expires 2040-05-06 --service ${service}`, devnet)
  assert.is(updated.operation, 'update')
  const { status, transactions } = await run('resolve alice --all', devnet)
  assert.is(status, 'valid')
  assert.is(transactions.length, 2)
  const [{ document }] = transactions
  assert.is(document.expires, '2040-05-06T23:59:59Z')
  assert.equal(document.service, [
    {
      id: `${created.did}#hive`,
      type: 'HiveVault',
      serviceEndpoint: 'https://hive.example/?a=1,2',
    },
  ])
  const ended = await run('deactivate alice', devnet)
  assert.is(ended.operation, 'deactivate')
  assert.is((await run(`resolve ${created.did} --out alice.json`, devnet)).status, 'deactivated')
  const file = devnet.folder.join('alice.json')
  assert.equal(JSON.parse(readFileSync(file, 'utf8')), document)
  assert.is((await run('verify alice.json', devnet)).code, 0)
  assert.equal(await run('publish alice', devnet), {
    code: 6,
    schema: undefined,
    error: 'did/deactivated',
  })
})

test('publishes a DID of its own, paid by an account', async () => {
  await using devnet = await project()
  const made = await run('new singer', devnet)
  assert.is((await run('show singer', devnet)).status, 'unpublished')
  assert.is((await run('resolve singer', devnet)).error, 'did/notOnChain')
  const published = await run('publish singer --from bob', devnet)
  assert.is(published.did, made.did)
  const shown = await run('show singer', devnet)
  assert.is(shown.status, 'valid')
  assert.is(shown.document.id, made.did)
  assert.equal(
    shown.history.map(({ operation }: { operation: string }) => operation),
    ['create'],
  )
  const { dids } = await run('list', devnet)
  const statuses = Object.fromEntries(
    dids.map(({ name, status }: { name: string; status: string }) => [name, status]),
  )
  assert.equal([statuses['singer'], statuses['alice']], ['valid', 'unpublished'])
})

test('knows the names of a project on a devnet of another folder', async () => {
  await using devnet = await project()
  using elsewhere = temporaryFolder()
  const env = { ELA_SESSION: sessionFile(devnet.folder.path) }
  const there = { cwd: elsewhere.path }
  await ela('did new singer', there)
  const { code } = await ela('did publish singer', { ...there, env })
  assert.is(code, 0)
  // As on every new devnet, whatever names the project has given.
  const made = JSON.parse((await ela('did new singer --json', { ...there, env })).stdout)
  assert.is(made.data.index, 10)
  assert.is((await run('show singer', devnet)).status, 'valid')
})

test('says in words what was done', async () => {
  await using devnet = await project()
  const { stdout, code } = await ela('did publish bob', { cwd: devnet.folder.path })
  assert.is(code, 0)
  assert.match(stdout, /^bob did:elastos:i\w+ published in block \d+, \d+ gas\ntransaction 0x/)
  const resolved = await ela('did resolve bob', { cwd: devnet.folder.path })
  assert.match(resolved.stdout, '"authentication"')
})

test('refuses what would not be signed alike everywhere', async () => {
  await using devnet = await project()
  const line = ['did', 'publish', 'alice', '--service', 'a,T,https://x.example/?a=1&b=2', '--json']
  const { code, stdout } = await ela(line, { cwd: devnet.folder.path })
  assert.is(code, 2)
  assert.is(JSON.parse(stdout).error.code, 'did/unsafeCharacter')
  assert.is((await run('show alice', devnet)).status, 'unpublished')
})

test('has a key of nobody else', async () => {
  await using devnet = await project()
  const stranger = 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y'
  assert.equal(await run(`deactivate ${stranger}`, devnet), {
    code: 2,
    schema: undefined,
    error: 'did/noKey',
  })
  assert.is((await run(`resolve ${stranger}`, devnet)).error, 'did/notOnChain')
})

test('signs nothing for a chain that is not a devnet', async () => {
  await using devnet = await project()
  // Another network, as far as anyone can tell: the chain id is not one a devnet has.
  await callRpc(String(devnet.node.entry['rpc']), 'anvil_setChainId', [1])
  const { code, error } = await run('publish alice', devnet)
  assert.equal([code, error], [6, 'wallet/foreignNetwork'])
})

test.run()
