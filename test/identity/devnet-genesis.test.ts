import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../src/base/bytes-text.ts'
import { devnetAccounts, devnetFaucet } from '../../src/identity/devnet-accounts.ts'
import { devnetGenesis, devnetGenesisHash } from '../../src/identity/devnet-genesis.ts'
import type { Genesis } from '../../src/nodes/kind.ts'
import { decode } from '../../src/protocol/codec.ts'
import { addressOf, parseAddress } from '../../src/protocol/ela/address.ts'
import { genesisBlock } from '../../src/protocol/ela/genesis.ts'
import { verifySignature } from '../../src/protocol/ela/keys.ts'
import {
  transactionCodec,
  transactionId,
  unsignedBytes,
} from '../../src/protocol/ela/transaction.ts'

const test = suite('devnet genesis')

const ELA = 100_000_000n

async function funding() {
  const { mainchainTransactions } = await devnetGenesis()
  assert.is(mainchainTransactions.length, 1)
  return decode(transactionCodec, fromHex(mainchainTransactions[0] ?? ''))
}

test('has the shape that nodes are started with, and is the same every time', async () => {
  const genesis: Genesis = await devnetGenesis()
  assert.equal(await devnetGenesis(), genesis)
  assert.is(genesis.foundation, devnetFaucet().ela.address)
  assert.is.not(genesis.miner, genesis.foundation)
})

test('spends the first coin of the chain whose foundation is the faucet', async () => {
  const { inputs } = await funding()
  const [coinbase] = genesisBlock(parseAddress(devnetFaucet().ela.address)).transactions
  assert.ok(coinbase !== undefined)
  assert.equal(
    inputs.map(({ txid, index }) => [toHex(txid), index]),
    [[toHex(transactionId(coinbase)), 0]],
  )
})

test('gives each account 10,000 ELA on the main chain, and the faucet the rest less the fee', async () => {
  const { outputs } = await funding()
  const received = new Map<string, bigint>()
  for (const { programHash, value } of outputs) {
    const address = addressOf(programHash)
    received.set(address, (received.get(address) ?? 0n) + value)
  }
  for (const { ela } of devnetAccounts()) assert.is(received.get(ela.address), 10_000n * ELA)
  assert.is(received.get(devnetFaucet().ela.address), 32_900_000n * ELA - 10_000n)
  assert.is(received.size, 11)
})

test('carries the signature of the faucet', async () => {
  const transaction = await funding()
  assert.is(transaction.programs.length, 1)
  const signature = (transaction.programs[0]?.parameter ?? new Uint8Array()).subarray(1)
  const { publicKey } = devnetFaucet().ela
  assert.ok(verifySignature(publicKey, unsignedBytes(transaction), signature))
})

test('gives each account 10,000 ELA on ESC and EID, and the faucet ten million', async () => {
  const { evmBalances } = await devnetGenesis()
  const wei = 10n ** 18n
  for (const { evm } of devnetAccounts()) assert.is(evmBalances[evm.address], 10_000n * wei)
  assert.is(evmBalances[devnetFaucet().evm.address], 10_000_000n * wei)
  assert.is(Object.keys(evmBalances).length, 11)
})

test('has a first block that never changes', () => {
  assert.is(devnetGenesisHash(), '2bad97ef585e505a1e205235341635386b025f89a473a4348e8d5f9d141714b5')
})

test.run()
