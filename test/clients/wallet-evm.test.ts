/** The wallet against real ESC and EID node processes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex } from '../../src/base/bytes-text.ts'
import { callRpc } from '../../src/base/json-rpc.ts'
import { devnetAccounts, devnetFaucet } from '../../src/identity/devnet-accounts.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { esc } from '../../src/nodes/esc/kind.ts'
import { evmBalance, sendEvmTransaction } from '../../src/wallet/evm-coins.ts'
import { readOrder, transfer } from '../../src/wallet/transfer.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'
import type { TestNode } from '../support/node.ts'
import { startNode } from '../support/node.ts'

const test = suite('wallet on EVM nodes')

const WEI = 10n ** 18n
const [alice, bob] = devnetAccounts()
if (alice === undefined || bob === undefined) throw new Error('there are no devnet accounts')
const faucet = devnetFaucet()

function endpointOf(chain: 'esc' | 'eid', { entry }: TestNode) {
  return { chain, rpc: String(entry['rpc']), chainId: Number(entry['chainId']) } as const
}

for (const [chain, kind] of [
  ['esc', esc],
  ['eid', eid],
] as const) {
  test(`moves coins on ${chain}, and accounts for every wei`, async () => {
    await using node = await startNode(kind)
    const endpoint = endpointOf(chain, node)
    assert.is(await evmBalance(endpoint.rpc, faucet.evm.address), 10_000_000n * WEI)
    const order = readOrder(chain, 'bob', '0.000000000000000001')
    const sent = await transfer({ endpoint, from: alice, order, waitMs: 10_000 })
    assert.is(sent.status, 'mined')
    assert.is(await evmBalance(endpoint.rpc, bob.evm.address), 10_000n * WEI + 1n)
    const left = await evmBalance(endpoint.rpc, alice.evm.address)
    assert.is(left, 10_000n * WEI - 1n - (sent.feeUnits ?? 0n))
    assert.ok((sent.feeUnits ?? 0n) > 0n)
    await transfer({
      endpoint,
      from: faucet,
      order: readOrder(chain, 'bob', '1000000'),
      waitMs: 10_000,
    })
    assert.is(await evmBalance(endpoint.rpc, bob.evm.address), 1_010_000n * WEI + 1n)
  })
}

test('sends several times before a block is made', async () => {
  await using node = await startNode(esc, { mining: { mode: 'none' } })
  const endpoint = endpointOf('esc', node)
  for (let n = 0; n < 5; n += 1) {
    const order = readOrder('esc', 'bob', '1')
    const { status } = await transfer({ endpoint, from: alice, order, waitMs: 0 })
    assert.is(status, 'pending')
  }
  await esc.mine?.(node.entry, 1, AbortSignal.timeout(10_000))
  assert.is(await evmBalance(endpoint.rpc, bob.evm.address), 10_005n * WEI)
})

test('creates a contract, and tells apart a refusal and a transaction undone in a block', async () => {
  await using node = await startNode(esc)
  const endpoint = endpointOf('esc', node)
  const { privateKey } = alice.evm
  // Init code that returns the five bytes `60 00 60 00 fd`: a contract that always reverts.
  const data = fromHex('6460006000fd6000526005601bf3')
  const { receipt } = await sendEvmTransaction({ ...endpoint, privateKey, data })
  const contract = String(receipt?.fields['contractAddress'])
  assert.is(await callRpc(endpoint.rpc, 'eth_getCode', [contract, 'latest']), '0x60006000fd')
  await fails('rpc/refused', () => sendEvmTransaction({ ...endpoint, privateKey, to: contract }))
  await fails('wallet/reverted', () =>
    sendEvmTransaction({ ...endpoint, privateKey, to: contract, gas: 100_000n }),
  )
})

test('knows the node of a devnet again after a restart', async () => {
  using folder = temporaryFolder()
  const dataDir = folder.join('esc')
  for (const amount of ['1', '2']) {
    await using node = await startNode(esc, { dataDir })
    const order = readOrder('esc', 'bob', amount)
    await transfer({ endpoint: endpointOf('esc', node), from: alice, order, waitMs: 10_000 })
  }
  await using node = await startNode(esc, { dataDir })
  assert.is(await evmBalance(endpointOf('esc', node).rpc, bob.evm.address), 10_003n * WEI)
})

test('says what is lacking', async () => {
  await using node = await startNode(esc)
  const endpoint = endpointOf('esc', node)
  const order = readOrder('esc', 'bob', '10000')
  await fails('wallet/notEnough', () => transfer({ endpoint, from: alice, order, waitMs: 0 }))
})

test.run()
