import { randomBytes } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { accountOf } from '../../src/identity/accounts.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { memoOf } from '../../src/protocol/ela/transfer.ts'
import { mainchainBalance, sendMainchain } from '../../src/wallet/mainchain-coins.ts'
import { fails } from '../support/fails.ts'
import { fakeMainchain } from './fake-mainchain.ts'

const test = suite('main chain coins')

const ELA = 100_000_000n
const [alice, bob] = devnetAccounts()
if (alice === undefined || bob === undefined) throw new Error('there are no devnet accounts')

const address = alice.ela.address
const privateKey = alice.ela.privateKey
const to = (sela: bigint) => [{ address: bob.ela.address, sela }]

test('sends coins, gives back the change and says which block', async () => {
  await using chain = await fakeMainchain([{ address, sela: 5n * ELA }])
  const sending = sendMainchain({ rpc: chain.url, privateKey, to: to(2n * ELA), waitMs: 5_000 })
  while (chain.pool.length === 0) await new Promise((resolve) => setImmediate(resolve))
  chain.mine()
  const { txid, feeSela, height, from } = await sending
  assert.is(txid.length, 64)
  assert.is(from, address)
  assert.is(height, 21)
  assert.is(await mainchainBalance(chain.url, bob.ela.address), 2n * ELA)
  assert.is(await mainchainBalance(chain.url, address), 3n * ELA - feeSela)
})

test('sends again at once without picking a coin that waits', async () => {
  const coin = { address, sela: 5n * ELA }
  await using chain = await fakeMainchain([coin, coin, coin])
  for (const sela of [4n * ELA, 3n * ELA, 2n * ELA]) {
    const sent = await sendMainchain({ rpc: chain.url, privateKey, to: to(sela), waitMs: 0 })
    assert.is(sent.height, undefined)
  }
  assert.is(chain.pool.length, 3)
  await fails('wallet/coinsWaiting', () =>
    sendMainchain({ rpc: chain.url, privateKey, to: to(ELA), waitMs: 0 }),
  )
  chain.mine()
  await sendMainchain({ rpc: chain.url, privateKey, to: to(ELA), waitMs: 0 })
  assert.is(await mainchainBalance(chain.url, bob.ela.address), 9n * ELA)
})

test('spends several coins together, and no more of them than needed', async () => {
  const amounts = [1n, 2n, 3n, 4n]
  await using chain = await fakeMainchain(amounts.map((n) => ({ address, sela: n * ELA })))
  await sendMainchain({ rpc: chain.url, privateKey, to: to(9n * ELA), waitMs: 0 })
  assert.is(chain.pool[0]?.inputs.length, 4)
  chain.mine()
  assert.is(await mainchainBalance(chain.url, bob.ela.address), 9n * ELA)
})

test('leaves out block rewards that are too young, and locked coins', async () => {
  await using chain = await fakeMainchain([
    { address, sela: 50n * ELA, txtype: 0 },
    { address, sela: 50n * ELA, outputlock: 4_000_000_000 },
    { address, sela: 2n * ELA },
  ])
  const error = await fails('wallet/notEnough', () =>
    sendMainchain({ rpc: chain.url, privateKey, to: to(10n * ELA), waitMs: 0 }),
  )
  assert.match(error.message, 'has 2 ELA')
  assert.is(error.exit, 'refused')
  await sendMainchain({ rpc: chain.url, privateKey, to: to(ELA), waitMs: 0 })
})

test('counts the fee to what is needed', async () => {
  await using chain = await fakeMainchain([{ address, sela: ELA }])
  await fails('wallet/notEnough', () =>
    sendMainchain({ rpc: chain.url, privateKey, to: to(ELA), waitMs: 0 }),
  )
  await sendMainchain({ rpc: chain.url, privateKey, to: to(ELA - 10_000n), waitMs: 0 })
  assert.is(chain.pool[0]?.outputs.length, 1)
})

test('asks for large amounts in the form the node reads', async () => {
  await using chain = await fakeMainchain([{ address, sela: 200_000_000n * ELA }])
  await sendMainchain({ rpc: chain.url, privateKey, to: to(100_000_000n * ELA), waitMs: 0 })
  assert.is(chain.calls.filter((method) => method === 'listunspent').length, 0)
})

test('sends a memo as wallets show it, and refuses one that is too long', async () => {
  await using chain = await fakeMainchain([{ address, sela: ELA }])
  const request = { rpc: chain.url, privateKey, to: to(1_000n), waitMs: 0 }
  await fails('wallet/memoTooLong', () => sendMainchain({ ...request, memo: 'ü'.repeat(5_001) }))
  await sendMainchain({ ...request, memo: 'für dich 🎵' })
  const [sent] = chain.pool
  assert.ok(sent !== undefined)
  assert.is(memoOf(sent), 'für dich 🎵')
})

test('refuses to sign with a devnet key for any other main chain', async () => {
  const mainnet = '05f458a5522851622cae2bb138498dec60a8f0b233802c97a1ca41f9f214708d'
  await using chain = await fakeMainchain([{ address, sela: ELA }], mainnet)
  const error = await fails('wallet/foreignNetwork', () =>
    sendMainchain({ rpc: chain.url, privateKey, to: to(1_000n), waitMs: 0 }),
  )
  assert.is(error.exit, 'refused')
  assert.equal(chain.calls, ['getblockhash'])
})

test('signs for any main chain with a key that is not public', async () => {
  const own = accountOf(randomBytes(32), 0).ela
  await using chain = await fakeMainchain([{ address: own.address, sela: ELA }], 'cc'.repeat(32))
  const { privateKey: ownKey } = own
  await sendMainchain({ rpc: chain.url, privateKey: ownKey, to: to(1_000n), waitMs: 0 })
  assert.is(chain.pool.length, 1)
})

test.run()
