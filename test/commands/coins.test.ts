/** `accounts`, `faucet`, `balance` and `send`: whole transcripts, with a devnet of fake nodes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Session, sessionFile, writeSession } from '../../src/devnet/session.ts'
import { devnetAccounts, devnetFaucet } from '../../src/identity/devnet-accounts.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { ela, type Transcript } from '../support/ela.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fakeMainchain } from '../wallet/fake-mainchain.ts'

const test = suite('coin commands')

const [alice, bob] = devnetAccounts()
if (alice === undefined || bob === undefined) throw new Error('there are no devnet accounts')
const faucet = devnetFaucet()
const ELA = 100_000_000n

/** A folder with the session of a devnet that runs as long as this process. */
function folderWithSession(nodes: Session['nodes']) {
  const folder = temporaryFolder()
  const mark = markOf(process.pid)
  if (mark === undefined) throw new Error('this process is not in the process table')
  writeSession(sessionFile(folder.path), {
    schema: 'ela/session@1',
    pid: mark.pid,
    started: mark.started,
    startedAt: new Date().toISOString(),
    folder: folder.path,
    profile: 'testnet',
    nodes,
    accounts: [],
    environment: {},
    admin: 'http://127.0.0.1:1',
    adminToken: 'token',
  })
  return folder
}

function dataOf({ stdout }: Transcript): Record<string, unknown> {
  const { ok, data } = JSON.parse(stdout) as { ok: boolean; data: Record<string, unknown> }
  assert.is(ok, true)
  return data
}

function errorOf({ stdout }: Transcript): string {
  const { ok, error } = JSON.parse(stdout) as { ok: boolean; error: { code: string } }
  assert.is(ok, false)
  return error.code
}

test('accounts shows ten accounts and no secret', async () => {
  const { code, stdout, stderr } = await ela('accounts')
  assert.is(code, 0)
  assert.is(stderr, '')
  assert.is(stdout.split('\n').length, 31)
  for (const { name, ela: own, evm, did } of devnetAccounts()) {
    for (const shown of [name, own.address, evm.address, did.did]) assert.match(stdout, shown)
  }
  const data = dataOf(await ela('accounts --json'))
  assert.not.match(JSON.stringify(data), /rivateKey|organ theory/)
})

test('accounts --secrets shows the keys and says what they are worth', async () => {
  const { stdout, stderr } = await ela('accounts --secrets')
  assert.match(stdout, Buffer.from(alice.ela.privateKey).toString('hex'))
  assert.match(stdout, Buffer.from(alice.evm.privateKey).toString('hex'))
  assert.match(stderr, 'public')
  const data = dataOf(await ela('accounts --json --secrets')) as { public: boolean; phrase: string }
  assert.is(data.public, true)
  assert.is(data.phrase.split(' ').length, 12)
})

test('faucet and send move coins, balance shows them, each with one document under --json', async () => {
  const funds = [alice, faucet].map((one) => ({ address: one.ela.address, sela: 100n * ELA }))
  await using chain = await fakeMainchain(funds)
  using folder = folderWithSession({ mainchain: { pid: 1, rpc: chain.url } })
  const run = (line: string) => ela(line, { cwd: folder.path })

  const given = dataOf(await run('faucet bob 2.5 --on mainchain --no-wait --json'))
  assert.is(given['amount'], '2.5')
  assert.is(given['fee'], '0.0001')
  assert.is(given['from'], faucet.ela.address)
  assert.is(given['to'], bob.ela.address)
  assert.is(given['status'], 'pending')
  assert.is('height' in given, false)
  chain.mine()

  const mining = setInterval(() => chain.mine(), 20)
  const sent = dataOf(await run(`send alice ${bob.ela.address} 1 --memo "for the song" --json`))
  clearInterval(mining)
  assert.is(sent['status'], 'mined')
  assert.is(typeof sent['height'], 'number')

  const { balances } = dataOf(await run('balance bob --json'))
  assert.equal(balances, [
    { name: 'bob', chain: 'mainchain', address: bob.ela.address, amount: '3.5' },
  ])
  const text = await run('balance bob')
  assert.is(text.stdout, `bob  mainchain  3.5 ELA  ${bob.ela.address}\n`)
  const all = dataOf(await run('balance --json'))
  assert.is((all['balances'] as unknown[]).length, 10)
})

test('a transfer that waits says how to make a block', async () => {
  await using chain = await fakeMainchain([{ address: alice.ela.address, sela: 5n * ELA }])
  using folder = folderWithSession({ mainchain: { pid: 1, rpc: chain.url } })
  const { code, stdout, stderr } = await ela('send alice bob 1 --on mainchain --no-wait', {
    cwd: folder.path,
  })
  assert.is(code, 0)
  assert.match(stdout, 'waits for a block')
  assert.match(stderr, 'ela mine --on mainchain')
})

test('finds the devnet by ELA_SESSION from any folder', async () => {
  await using chain = await fakeMainchain([{ address: alice.ela.address, sela: 5n * ELA }])
  using folder = folderWithSession({ mainchain: { pid: 1, rpc: chain.url } })
  using elsewhere = temporaryFolder()
  const env = { ELA_SESSION: sessionFile(folder.path) }
  const { stdout } = await ela('balance alice', { cwd: elsewhere.path, env })
  assert.match(stdout, '5 ELA')
})

test('exits with the code of the contract', async () => {
  await using chain = await fakeMainchain([], 'dd'.repeat(32))
  using folder = folderWithSession({ mainchain: { pid: 1, rpc: chain.url } })
  using empty = temporaryFolder()
  const run = async (line: string, cwd = folder.path) => {
    const transcript = await ela(`${line} --json`, { cwd })
    return [transcript.code, errorOf(transcript)]
  }
  assert.equal(await run('send alice bob 1 --on moon'), [2, 'wallet/unknownChain'])
  assert.equal(await run('send alice bbo 1 --on esc'), [2, 'wallet/unknownName'])
  assert.equal(await run('send alice bob 1'), [3, 'wallet/chainNeeded'])
  assert.equal(await run('send alice bob 0 --on mainchain'), [2, 'wallet/zeroAmount'])
  assert.equal(await run('send alice bob -1 --on mainchain'), [2, 'wallet/negativeAmount'])
  assert.equal(await run('faucet bob 1 --on mainchain'), [6, 'wallet/foreignNetwork'])
  assert.equal(await run('faucet bob 1 --on esc'), [8, 'devnet/nodeNotRunning'])
  assert.equal(await run('balance alice', empty.path), [8, 'devnet/notRunning'])
  assert.equal(await run('send alice bob 1', empty.path), [3, 'wallet/chainNeeded'])
})

test('says that a node does not answer', async () => {
  const chain = await fakeMainchain([])
  await chain[Symbol.asyncDispose]()
  using folder = folderWithSession({ mainchain: { pid: 1, rpc: chain.url } })
  const transcript = await ela('balance alice --json', { cwd: folder.path })
  assert.equal([transcript.code, errorOf(transcript)], [5, 'rpc/unreachable'])
})

for (const command of ['accounts', 'balance', 'faucet', 'send']) {
  test(`${command} --help has an example`, async () => {
    const { code, stdout } = await ela(`${command} --help`)
    assert.is(code, 0)
    assert.match(stdout, `ela ${command}`)
  })
}

test.run()
