import assert from 'node:assert/strict'
import test from 'node:test'
import {
  call,
  formatWei,
  readBalance,
  readDidState,
  readHeight,
  readSession,
} from '../public/elastos.js'

const account = { name: 'alice', ela: 'EAddress', evm: '0x01', did: 'did:elastos:iAlice' }

/** A `fetch` that answers every call with one result and notes what it was asked. */
function answering(result) {
  const asked = []
  const fetch = async (url, { body } = {}) => {
    asked.push({ url, ...(body === undefined ? {} : JSON.parse(body)) })
    return Response.json({ jsonrpc: '2.0', id: 1, ...result })
  }
  return { fetch, asked }
}

test('shows amounts exactly', () => {
  assert.equal(formatWei(0n), '0')
  assert.equal(formatWei(1n), '0.000000000000000001')
  assert.equal(formatWei(10n ** 22n), '10000')
  assert.equal(formatWei(1_500_000_000_000_000_000n), '1.5')
})

test('reads the height of each chain', async () => {
  const main = answering({ result: 43 })
  assert.equal(await readHeight(main.fetch, 'mainchain', { rpc: '/main' }), 42)
  assert.equal(main.asked[0].method, 'getblockcount')
  const esc = answering({ result: '0x2a' })
  assert.equal(await readHeight(esc.fetch, 'esc', { rpc: '/esc' }), 42)
  assert.equal(esc.asked[0].method, 'eth_blockNumber')
})

test('reads balances in ELA', async () => {
  const main = answering({ result: '10000.50000000' })
  assert.equal(await readBalance(main.fetch, 'mainchain', { rpc: '/main' }, account), '10000.5')
  assert.deepEqual(main.asked[0].params, { address: 'EAddress' })
  const eid = answering({ result: '0xde0b6b3a7640000' })
  assert.equal(await readBalance(eid.fetch, 'eid', { rpc: '/eid' }, account), '1')
  assert.deepEqual(eid.asked[0].params, ['0x01', 'latest'])
})

test('knows whether a DID is registered', async () => {
  const { fetch, asked } = answering({ result: { status: 0 } })
  assert.equal(await readDidState(fetch, { rpc: '/eid' }, account.did), 'registered')
  assert.deepEqual(asked[0].params, [{ did: account.did }])
  const none = answering({ result: { status: 3 } })
  assert.equal(await readDidState(none.fetch, { rpc: '/eid' }, account.did), 'not registered')
})

test('passes on what a node refuses', async () => {
  const { fetch } = answering({ error: { code: -32601, message: 'method not found' } })
  await assert.rejects(call(fetch, '/esc', 'eth_nope'), /eth_nope: method not found/)
})

test('says so when nobody runs the networks', async () => {
  const absent = async () => new Response('', { status: 404 })
  await assert.rejects(readSession(absent), /not served by `ela dev`/)
})
