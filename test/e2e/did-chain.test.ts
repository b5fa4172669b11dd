/** DID operations when blocks are late, taken back or shared. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callRpc } from '../../src/base/json-rpc.ts'
import { type DevnetAccount, devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { createRequest } from '../../src/identity/did-request.ts'
import { resolveDid } from '../../src/identity/did-resolve.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { requestText } from '../../src/protocol/did/request.ts'
import { encodeStringCall, selectorOf } from '../../src/protocol/evm/abi.ts'
import { changeDid } from '../../src/wallet/did-change.ts'
import { sendEvmTransaction } from '../../src/wallet/evm-coins.ts'
import { fails, until } from '../support/fails.ts'
import { startNode, type TestNode } from '../support/node.ts'

const test = suite('did operations on a chain')
const [alice, bob] = devnetAccounts() as readonly [DevnetAccount, DevnetAccount]

function chainOf({ entry }: TestNode) {
  return {
    rpc: String(entry['rpc']),
    chainId: Number(entry['chainId']),
    contract: String(entry['didContract']),
  }
}

function publish(node: TestNode, who: DevnetAccount, waitMs = 5_000) {
  const { did } = who.did
  return changeDid({
    authority: { name: who.name, did, signers: [who.did] },
    paying: {
      chain: chainOf(node),
      payerKey: who.evm.privateKey,
      waitMs,
      signal: new AbortController().signal,
    },
    when: 'either',
    edit: (document) => document,
  })
}

const statusOf = async (node: TestNode, who: DevnetAccount) =>
  (await resolveDid(chainOf(node).rpc, who.did.did, true)).status

test('are taken back with their blocks, and can be made again', async () => {
  await using node = await startNode(eid)
  const { rpc } = chainOf(node)
  const mark = await callRpc(rpc, 'evm_snapshot')
  await publish(node, alice)
  assert.is(await statusOf(node, alice), 'valid')
  await callRpc(rpc, 'evm_revert', [mark])
  await until('the DID to be gone', async () => (await statusOf(node, alice)) === 'unpublished')
  const again = await publish(node, alice)
  assert.is(again.operation, 'create')
  assert.is(await statusOf(node, alice), 'valid')
})

test('wait for a block that is made by hand', async () => {
  await using node = await startNode(eid, { mining: { mode: 'none' } })
  const { rpc } = chainOf(node)
  const pending = await publish(node, alice, 0)
  assert.is(pending.status, 'pending')
  await publish(node, bob, 0)
  assert.is(await statusOf(node, alice), 'unpublished')
  await callRpc(rpc, 'anvil_mine', ['0x1'])
  await until('alice', async () => (await statusOf(node, alice)) === 'valid')
  await until('bob', async () => (await statusOf(node, bob)) === 'valid')
  const receipt = (await callRpc(rpc, 'eth_getTransactionReceipt', [pending.txid])) as {
    readonly status: string
    readonly didLog: Readonly<Record<string, unknown>>
  }
  assert.is(receipt.status, '0x1')
  const { data, ...log } = receipt.didLog
  assert.ok(String(data).length > 1_000)
  assert.equal(log, {
    did: alice.did.did,
    operation: 'create',
    transactionHash: pending.txid,
    removed: false,
  })
})

test('count once when the same DID is created twice before a block', async () => {
  await using node = await startNode(eid, { mining: { mode: 'none' } })
  const { rpc } = chainOf(node)
  await publish(node, alice, 0)
  await publish(node, alice, 0).catch(() => undefined)
  await callRpc(rpc, 'anvil_mine', ['0x1'])
  await until('alice', async () => (await statusOf(node, alice)) === 'valid')
  const { transactions } = await resolveDid(rpc, alice.did.did, true)
  assert.is(transactions.length, 1)
})

test('are published by many at once', async () => {
  await using node = await startNode(eid)
  const everybody = devnetAccounts()
  await Promise.all(everybody.map((who) => publish(node, who)))
  const statuses = await Promise.all(everybody.map((who) => statusOf(node, who)))
  assert.equal([...new Set(statuses)], ['valid'])
})

test('cost what the rules say, or nothing but the attempt', async () => {
  await using node = await startNode(eid)
  const chain = chainOf(node)
  const published = await publish(node, alice)
  const gasUsed = Number(published.gasUsed)
  assert.ok(gasUsed > 69_000 + 21_000 && gasUsed < 200_000, `${gasUsed}`)
  const time = Math.floor(Date.now() / 1000)
  const document = newDocument({ privateKey: bob.did.privateKey, time, expires: time - 5 })
  const text = requestText(createRequest(document, bob.did.privateKey))
  const data = encodeStringCall(selectorOf('publishDidTransaction(string)'), text)
  let refused = ''
  await fails('wallet/reverted', () =>
    sendEvmTransaction({
      ...chain,
      chain: 'eid',
      privateKey: bob.evm.privateKey,
      to: chain.contract,
      data,
      gas: 500_000n,
      onSigned: ({ hash }) => {
        refused = hash
      },
    }),
  )
  const intrinsic = data.reduce((gas, byte) => gas + (byte === 0 ? 4 : 16), 21_000)
  const receipt = await callRpc(chain.rpc, 'eth_getTransactionReceipt', [refused])
  const { gasUsed: attempt } = receipt as { gasUsed: string }
  assert.ok(Number(attempt) >= intrinsic && Number(attempt) < intrinsic + 10_000, attempt)
  assert.is(await statusOf(node, bob), 'unpublished')
})

test.run()
