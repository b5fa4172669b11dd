/** The wallet against a real main chain node process. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callRpc } from '../../src/base/json-rpc.ts'
import { devnetAccounts, devnetFaucet } from '../../src/identity/devnet-accounts.ts'
import { devnetGenesisHash } from '../../src/identity/devnet-genesis.ts'
import { mainchain } from '../../src/nodes/mainchain/kind.ts'
import { mainchainBalance, sendMainchain } from '../../src/wallet/mainchain-coins.ts'
import { readOrder, transfer } from '../../src/wallet/transfer.ts'
import { fails } from '../support/fails.ts'
import { startNode } from '../support/node.ts'

const test = suite('wallet on a main chain node')

const ELA = 100_000_000n
const FEE = 10_000n
const [alice, bob] = devnetAccounts()
if (alice === undefined || bob === undefined) throw new Error('there are no devnet accounts')
const faucet = devnetFaucet()

test('finds the accounts funded and the first block that keys of a devnet sign for', async () => {
  await using node = await startNode(mainchain)
  const rpc = String(node.entry['rpc'])
  assert.is(await callRpc(rpc, 'getblockhash', { height: 0 }), devnetGenesisHash())
  for (const { ela } of devnetAccounts()) {
    assert.is(await mainchainBalance(rpc, ela.address), 10_000n * ELA)
  }
  // Two thirds of each block's reward go to the foundation, which the faucet is.
  assert.ok((await mainchainBalance(rpc, faucet.ela.address)) >= 32_900_000n * ELA - FEE)
})

test('moves coins into a block at once', async () => {
  await using node = await startNode(mainchain)
  const endpoint = { chain: 'mainchain', rpc: String(node.entry['rpc']) } as const
  const order = readOrder('mainchain', 'bob', '12.5')
  const sent = await transfer({ endpoint, from: alice, order, memo: 'a song', waitMs: 10_000 })
  assert.is(sent.status, 'mined')
  const shown = (await callRpc(endpoint.rpc, 'getrawtransaction', {
    txid: sent.txid,
    verbose: true,
  })) as { confirmations: number; attributes: { usage: number; data: string }[] }
  assert.is(shown.confirmations, 1)
  const memo = shown.attributes.find(({ usage }) => usage === 0x81)
  assert.is(Buffer.from(memo?.data ?? '', 'hex').toString(), 'type:text,msg:a song')
  assert.is(await mainchainBalance(endpoint.rpc, bob.ela.address), 1_001_250_000_000n)
  assert.is(await mainchainBalance(endpoint.rpc, alice.ela.address), 998_750_000_000n - FEE)
  // Change becomes a coin like any other: everything can be spent, down to the fee.
  const rest = {
    chain: 'mainchain',
    to: bob.ela.address,
    units: 998_750_000_000n - 2n * FEE,
  } as const
  await transfer({ endpoint, from: alice, order: rest, waitMs: 10_000 })
  assert.is(await mainchainBalance(endpoint.rpc, alice.ela.address), 0n)
})

test('sends several times a block from one account, and says when its coins all wait', async () => {
  await using node = await startNode(mainchain, { mining: { mode: 'none' } })
  const rpc = String(node.entry['rpc'])
  const { privateKey } = alice.ela
  const send = (sela: bigint) =>
    sendMainchain({ rpc, privateKey, to: [{ address: bob.ela.address, sela }], waitMs: 0 })
  for (let n = 1n; n <= 4n; n += 1n) assert.is((await send(n * ELA)).height, undefined)
  assert.is(((await callRpc(rpc, 'getrawmempool')) as unknown[]).length, 4)
  await fails('wallet/coinsWaiting', () => send(ELA))
  await fails('wallet/notEnough', () => send(10_001n * ELA))
  await mainchain.mine?.(node.entry, 1, AbortSignal.timeout(10_000))
  await send(9_000n * ELA)
  await mainchain.mine?.(node.entry, 1, AbortSignal.timeout(10_000))
  assert.is(await mainchainBalance(rpc, bob.ela.address), 19_010n * ELA)
})

test('the faucet gives more than one of its coins holds, and many times a block', async () => {
  await using node = await startNode(mainchain, { mining: { mode: 'none' } })
  const endpoint = { chain: 'mainchain', rpc: String(node.entry['rpc']) } as const
  const give = (amount: string) =>
    transfer({ endpoint, from: faucet, order: readOrder('mainchain', 'bob', amount), waitMs: 0 })
  await give('2500000')
  for (let n = 0; n < 20; n += 1) await give('1')
  await mainchain.mine?.(node.entry, 1, AbortSignal.timeout(10_000))
  const bobs = await mainchainBalance(endpoint.rpc, bob.ela.address)
  assert.is(bobs, (10_000n + 2_500_000n + 20n) * ELA)
})

test.run()
