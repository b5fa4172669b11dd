/** `ela wallet` on real ESC, EID and main chain nodes. */
import { existsSync, statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { recoverMessageAddress } from 'viem'
import { callRpc } from '../../src/base/json-rpc.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { resolveDid } from '../../src/identity/did-resolve.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { esc } from '../../src/nodes/esc/kind.ts'
import { mainchain } from '../../src/nodes/mainchain/kind.ts'
import { evmBalance } from '../../src/wallet/evm-coins.ts'
import { findServer, serverFile } from '../../src/wallet/intents/server-file.ts'
import { mainchainBalance } from '../../src/wallet/mainchain-coins.ts'
import { type TestDevnet, testDevnet } from '../support/devnet-session.ts'
import { ela } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('ela wallet on a devnet')
const [alice, bob] = devnetAccounts()
assert.ok(alice && bob)
const WALLET = 'https://wallet.web3essentials.io'
const DID = 'https://did.web3essentials.io'

function link(base: string, params: Readonly<Record<string, unknown>>): string {
  const texts = Object.entries(params).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return `${base}?${new URLSearchParams(texts)}`
}

async function open(devnet: TestDevnet, url: string, ...flags: readonly string[]) {
  const { code, stdout, stderr } = await ela(['wallet', 'open', url, '--json', ...flags], {
    cwd: devnet.folder.path,
  })
  const { data, error, schema } = JSON.parse(stdout)
  return { code, schema, error: error?.code as string | undefined, ...data, stderr }
}

test('pays on every chain, and sends what a DApp built', async () => {
  await using devnet = await testDevnet(esc, eid, mainchain)
  const pay = (receiver: string, currency: string) =>
    open(devnet, link(`${WALLET}/pay`, { receiver, amount: 1.5, currency }), '--approve')
  const main = await pay(bob.ela.address, 'ELA')
  assert.equal([main.code, main.schema, main.result.status], [0, 'ela/wallet-open@1', 'published'])
  assert.is(await mainchainBalance(devnet.rpc('mainchain'), bob.ela.address), 10_001_50000000n)
  for (const [chain, currency] of [
    ['esc', 'ELA/ETHSC'],
    ['eid', 'ETHDID'],
  ] as const) {
    const { result } = await pay(bob.evm.address, currency)
    assert.match(result.txid, /^0x[0-9a-f]{64}$/)
    const balance = await evmBalance(devnet.rpc(chain), bob.evm.address)
    assert.is(balance, 10_001_500_000_000_000_000_000n)
  }
  const params = [{ to: bob.evm.address, value: '0xde0b6b3a7640000' }]
  const esctransaction = link(`${WALLET}/esctransaction`, { chainId: '21', payload: { params } })
  const sent = await open(devnet, esctransaction, '--approve', '--as', 'carol')
  assert.equal([sent.account, sent.result.published], ['carol', true])
  assert.is(await evmBalance(devnet.rpc('esc'), bob.evm.address), 10_002_500_000_000_000_000_000n)
  const other = link(`${WALLET}/esctransaction`, { chainId: '1', payload: { params } })
  const foreign = await open(devnet, other, '--approve')
  assert.equal([foreign.code, foreign.error], [2, 'intent/unknownChainId'])
  const token = { receiver: bob.evm.address, amount: 1, currency: `ELA/ETHSC:${bob.evm.address}` }
  const noToken = await open(devnet, link(`${WALLET}/pay`, token), '--approve')
  assert.equal([noToken.code, noToken.error], [2, 'intent/unknownToken'])
})

/** A token of 6 decimals whose `transfer` sets a balance, by hand: no compiler for 67 bytes. */
const TOKEN_CODE =
  '6043600c60003960436000f3' +
  '60003560e01c8063313ce5671460265780' +
  '63a9059cbb14603157600435546000526020' +
  '6000f35b600660005260206000f35b6024356004355560016000526020' +
  '6000f3'

test('pays with a token of ESC', async () => {
  await using devnet = await testDevnet(esc)
  const payload = { params: [{ data: `0x${TOKEN_CODE}` }] }
  const created = await open(devnet, link(`${WALLET}/esctransaction`, { payload }), '--approve')
  const rpc = devnet.rpc('esc')
  const receipt = await callRpc(rpc, 'eth_getTransactionReceipt', [created.result.txid])
  const { contractAddress } = receipt as { contractAddress: string }
  const currency = `ELA/ETHSC:${contractAddress}`
  const receiver = bob.evm.address
  const balance = async () => {
    const data = `0x70a08231${receiver.slice(2).padStart(64, '0')}`
    return BigInt(String(await callRpc(rpc, 'eth_call', [{ to: contractAddress, data }, 'latest'])))
  }
  const paid = await open(
    devnet,
    link(`${WALLET}/pay`, { receiver, amount: 2.5, currency }),
    '--approve',
  )
  assert.equal([paid.code, paid.result.status], [0, 'published'])
  assert.is(await balance(), 2_500_000n)
  const added = await open(
    devnet,
    link(`${WALLET}/adderctoken`, { options: { address: contractAddress, symbol: 'SONG' } }),
    '--approve',
  )
  assert.equal(added.result, { added: true })
  const fine = link(`${WALLET}/pay`, { receiver, amount: '0.0000001', currency })
  assert.equal((await open(devnet, fine, '--approve')).error, 'intent/badParameter')
  const small = link(`${WALLET}/pay`, { receiver, amount: 0.000001, currency })
  assert.is((await open(devnet, small, '--approve')).code, 0)
  assert.is(await balance(), 1n)
})

test('publishes, and changes what is published', async () => {
  await using devnet = await testDevnet(eid)
  const documentOf = async (did: string) => {
    const { transactions } = await resolveDid(devnet.rpc('eid'), did)
    return transactions[0]?.document as { service?: object[]; verifiableCredential?: object[] }
  }
  const published = await open(devnet, `${DID}/promptpublishdid?x=1`, '--approve')
  assert.match(published.result.txid, /^0x[0-9a-f]{64}$/)
  const hive = link(`${DID}/sethiveprovider`, { address: 'https://hive.example/' })
  assert.equal((await open(devnet, hive, '--approve')).result, { status: 'published' })
  assert.equal((await documentOf(alice.did.did)).service, [
    {
      id: `${alice.did.did}#hivevault`,
      type: 'HiveVault',
      serviceEndpoint: 'https://hive.example/',
    },
  ])
  const profile = link(`${DID}/registerapplicationprofile`, {
    identifier: 'shop',
    connectactiontitle: 'Open the shop',
    customcredentialtypes: ['ShopCredential'],
    sharedclaims: [{ nickname: 'ali' }],
    level: 'gold',
  })
  assert.equal((await open(devnet, profile, '--approve')).result, {})
  const credentials = (await documentOf(alice.did.did)).verifiableCredential as { id: string }[]
  assert.equal(
    credentials.map(({ id }) => id.split('#')[1]),
    ['nickname', 'shop'],
  )
  const issue = link(`${DID}/credissue`, {
    identifier: 'diploma',
    subjectdid: bob.did.did,
    types: ['DiplomaCredential'],
    properties: { grade: 'A' },
  })
  const credential = JSON.parse((await open(devnet, issue, '--approve')).result.credential)
  const context = link(`${DID}/credcontextimport`, { credential, serviceName: 'Diploma' })
  const imported = await open(devnet, context, '--approve', '--as', 'bob')
  assert.equal(imported.result, { importedcredential: `${bob.did.did}#diploma` })
  const document = await documentOf(bob.did.did)
  assert.equal(document.service, [
    {
      id: `${bob.did.did}#Diploma`,
      type: 'CredentialContext',
      serviceEndpoint: `${bob.did.did}#diploma`,
    },
  ])
  assert.is(document.verifiableCredential?.length, 1)
})

test("pays for somebody's finished DID request", async () => {
  await using devnet = await testDevnet(eid)
  const { newDocument } = await import('../../src/identity/did-document.ts')
  const { createRequest } = await import('../../src/identity/did-request.ts')
  const { requestJson } = await import('../../src/protocol/did/request.ts')
  const key = devnetAccounts()[5]?.did
  assert.ok(key)
  const time = Math.floor(Date.now() / 1000)
  const { privateKey } = key
  const didrequest = requestJson(createRequest(newDocument({ privateKey, time }), privateKey))
  const url = link(`${WALLET}/didtransaction`, { didrequest })
  const { result } = await open(devnet, url, '--approve')
  assert.is(result.status, 'published')
  assert.is((await resolveDid(devnet.rpc('eid'), key.did)).status, 'valid')
  const again = await open(devnet, `${url}&redirecturl=https://my.app/`, '--approve')
  assert.equal([again.code, again.error], [6, 'did/refused'])
  const failure = encodeURIComponent('{"txid":null,"status":"error"}')
  assert.match(again.stderr, `https://my.app/?result=${failure}`)
})

test('does nothing unless somebody says so', async () => {
  await using devnet = await testDevnet(esc)
  const url = link(`${WALLET}/personalsign`, { data: 'hello' })
  const silent = await open(devnet, url)
  assert.equal([silent.code, silent.error], [3, 'intent/nobodyApproves'])
  const denied = await open(devnet, url, '--deny')
  assert.equal([denied.code, denied.error], [6, 'intent/denied'])
  const both = await open(devnet, url, '--deny', '--approve')
  assert.equal([both.code, both.error], [2, 'intent/oneDecision'])
  const { result } = await open(devnet, url, '--approve')
  const signature = result.signedData as `0x${string}`
  assert.is(await recoverMessageAddress({ message: 'hello', signature }), alice.evm.address)
})

test('needs a devnet, and a wallet that serves', async () => {
  using folder = temporaryFolder()
  const at = { cwd: folder.path }
  assert.is((await ela(`wallet open ${WALLET}/pay?amount=1 --approve`, at)).code, 8)
  assert.is((await ela('wallet serve', at)).code, 8)
  for (const line of ['list', 'approve --all', 'deny 1']) {
    const { code, stdout } = await ela(`wallet ${line} --json`, at)
    assert.equal([code, JSON.parse(stdout).error.code], [8, 'intent/noServer'])
  }
  const { code, stdout } = await ela('wallet approve --json', at)
  assert.equal([code, JSON.parse(stdout).error.code], [2, 'intent/oneDecision'])
})

test('serves DApps until stopped, and takes decisions from another terminal', async () => {
  await using devnet = await testDevnet(esc)
  const stop = new AbortController()
  const at = { cwd: devnet.folder.path }
  const serving = ela('wallet serve --port 0 --as bob --deny personalsign --json-stream', {
    ...at,
    signal: stop.signal,
  })
  const file = serverFile(devnet.folder.path)
  const { url } = await until('it serves', () => findServer(file))
  assert.is(statSync(file).mode & 0o777, 0o600)
  const second = await ela('wallet serve --port 0 --json', at)
  assert.is(JSON.parse(second.stdout).error.code, 'intent/alreadyServing')
  const ask = async (intent: string) => {
    const body = JSON.stringify({ url: intent })
    const response = await fetch(`${url}/intent`, { method: 'POST', body })
    return (await response.json()) as { status: string; result: { jwt?: string } }
  }
  assert.is((await ask(`${WALLET}/personalsign?data=x`)).status, 'denied')
  const asking = ask(`${DID}/didsign?data=x`)
  const waiting = await until('it waits', async () => {
    const { stdout } = await ela('wallet list --json', at)
    return JSON.parse(stdout).data.waiting[0] as { id: string; account: string }
  })
  assert.is(waiting.account, 'bob')
  assert.match((await ela('wallet list', at)).stdout, 'bob: sign x')
  const approved = await ela(`wallet approve ${waiting.id}`, at)
  assert.is(approved.stdout, '1 waiting intent approved\n')
  assert.is((await asking).status, 'done')
  const ruled = await ela('wallet approve --all --json', at)
  assert.equal(JSON.parse(ruled.stdout).data, { decision: 'approve', decided: 0, rule: '*' })
  assert.is((await ask(`${WALLET}/personalsign?data=x`)).status, 'done')
  stop.abort()
  const { code, stdout } = await serving
  assert.is(code, 0)
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event as string)
  assert.equal(events.slice(0, 3), ['answer', 'intent-answered', 'intent-waiting'])
  assert.not(existsSync(file))
})

test.run()
