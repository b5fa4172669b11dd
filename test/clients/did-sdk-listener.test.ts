/** The unmodified DID SDK with the adapter of its own test suite, against the listener of EID. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { eid } from '../../src/nodes/eid/kind.ts'
import { loadSdk } from '../support/did-js-sdk.ts'
import { freePort, get } from '../support/evm.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startNode } from '../support/node.ts'

const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
const PASSWORD = 'a password of the store'
const test = suite('the listener of SDK test suites')

async function startListening(options: Readonly<Record<string, unknown>> = {}) {
  const port = await freePort()
  const node = await startNode(eid, { options: { sdkListener: port, ...options } })
  return { node, listener: `http://127.0.0.1:${port}` }
}

async function openRoot(listener: string, folder: string) {
  const sdk = loadSdk()
  const adapter = new sdk.SimulatedIDChainAdapter(listener)
  sdk.DIDBackend.initialize(adapter)
  const store = await sdk.DIDStore.open(folder)
  const root = await sdk.RootIdentity.createFromMnemonic(PHRASE, '', store, PASSWORD, true)
  return { sdk, adapter, store, root }
}

async function send(url: string, body = '') {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body })
  return { status: response.status, text: await response.text() }
}

test('publishes and resolves through the adapter of the SDK', async () => {
  using folder = temporaryFolder()
  const { node, listener } = await startListening()
  await using _node = node
  const { sdk, adapter, store, root } = await openRoot(listener, folder.join('store'))
  const document = await root.newDid(PASSWORD, 0)
  const did = document.getSubject()
  assert.is(await did.resolve(true), null)
  await document.publish(PASSWORD)
  assert.ok(await (await did.resolve(true))?.isGenuine())

  const issuer = await sdk.Issuer.create(await store.loadDid(did), null)
  const builder = issuer.issueFor(did).id('#hobby').types('SelfProclaimedCredential')
  const credential = await builder.properties({ hobby: 'singing' }).seal(PASSWORD)
  await store.storeCredential(credential)
  await credential.declare(null, PASSWORD)
  assert.ok(await credential.wasDeclared())
  await credential.revoke(null, null, PASSWORD)
  assert.ok(await credential.isRevoked())
  const rpc = String(node.entry['rpc'])
  assert.is(Number(await get(rpc, 'eth_blockNumber')), 3)

  await adapter.resetData()
  assert.is(Number(await get(rpc, 'eth_blockNumber')), 0)
  assert.is(await did.resolve(true), null)
  await document.publish(PASSWORD)
  assert.ok(await did.resolve(true))
})

test('answers with the status codes of the simulated chain', async () => {
  using folder = temporaryFolder()
  const { node, listener } = await startListening()
  await using _node = node
  const { adapter, root } = await openRoot(listener, folder.join('store'))
  const payloads: string[] = []
  const publish = adapter.createIdTransaction.bind(adapter)
  adapter.createIdTransaction = async (payload: string) => {
    payloads.push(payload)
    await publish(payload, null)
  }
  const document = await root.newDid(PASSWORD, 0)
  await document.publish(PASSWORD)
  const [create = ''] = payloads
  const again = await send(`${listener}/idtx`, create)
  assert.is(again.status, 400)
  assert.match(again.text, /exists already/)
  assert.is((await send(`${listener}/idtx`, '{')).status, 400)
  const did = document.getSubject().toString()
  const statusOf = async () => {
    const params = [{ did }]
    const body = JSON.stringify({ id: 7, method: 'did_resolveDID', params })
    const { status, text } = await send(`${listener}/resolve`, body)
    assert.is(status, 200)
    const { id, result } = JSON.parse(text)
    assert.is(id, 7)
    return result.status
  }
  assert.is(await statusOf(), 0)
  assert.equal(await send(`${listener}/reset?vctxsonly`), { status: 200, text: '' })
  assert.is(await statusOf(), 0)
  assert.is((await send(`${listener}/reset?idtxsonly`)).status, 200)
  assert.is(await statusOf(), 3)
  assert.equal(await send(`${listener}/idtx`, create), { status: 202, text: '' })
  assert.is((await send(`${listener}/other`)).status, 404)
  // The SDK computes for many seconds between requests, over connections it keeps.
  const headers = (await fetch(`${listener}/other`, { method: 'POST' })).headers
  const kept = /timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1]
  assert.ok(Number(kept) >= 600)
  assert.is((await fetch(`${listener}/resolve`)).status, 405)
  assert.is((await send(`${listener}/shutdown`)).status, 200)
  await node.process.ended
})

test('lives at another time when the clock says so', async () => {
  const { node, listener } = await startListening({ clock: '2022-01-15T00:00:00Z' })
  await using _node = node
  const rpc = String(node.entry['rpc'])
  await get(rpc, 'evm_mine')
  const { timestamp } = await get(rpc, 'eth_getBlockByNumber', ['latest', false])
  const late = Number(timestamp) - Date.parse('2022-01-15T00:00:00Z') / 1000
  assert.ok(late >= 0 && late < 120, `${late} s`)
  await send(`${listener}/reset`)
  await get(rpc, 'evm_mine')
  const later = await get(rpc, 'eth_getBlockByNumber', ['latest', false])
  assert.match(new Date(Number(later.timestamp) * 1000).toISOString(), /^2022-01-15T/)
})

test('says when its port is taken', async () => {
  const port = await freePort()
  await using _first = await startNode(eid, { options: { sdkListener: port } })
  let said = ''
  await startNode(eid, { options: { sdkListener: port } }).catch(
    (error: Error & { hint?: string }) => {
      said = `${error.message} ${error.hint}`
    },
  )
  assert.match(said, new RegExp(`Port ${port} is in use`))
})

test.run()
