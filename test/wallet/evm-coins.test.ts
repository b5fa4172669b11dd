import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex } from '../../src/base/bytes-text.ts'
import { accountOf } from '../../src/identity/accounts.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import {
  decodeLegacyTransaction,
  type SignedLegacyTransaction,
  senderOf,
  transactionHash,
} from '../../src/protocol/evm/legacy-transaction.ts'
import { evmBalance, sendEvmTransaction } from '../../src/wallet/evm-coins.ts'
import { fails } from '../support/fails.ts'
import { FakeRefusal, fakeRpc } from '../support/fake-rpc.ts'

const test = suite('EVM coins')

const GWEI = 10n ** 9n
const WEI = 10n ** 18n
const [alice, bob] = devnetAccounts()
if (alice === undefined || bob === undefined) throw new Error('there are no devnet accounts')
const { privateKey } = alice.evm

interface Traits {
  readonly chainId?: bigint
  readonly genesis?: string
  readonly engine?: boolean
  readonly balance?: bigint
  readonly status?: string
  readonly mines?: boolean
}

/** A node that mines each transaction at once, or never. */
async function fakeEvm(traits: Traits = {}) {
  const { chainId = 21n, genesis = `0x${'ab'.repeat(32)}`, engine = true, mines = true } = traits
  const sent: SignedLegacyTransaction[] = []
  const hex = (number: bigint | number) => `0x${number.toString(16)}`
  const rpc = await fakeRpc({
    eth_chainId: () => hex(chainId),
    eth_getBlockByNumber: () => ({ number: '0x0', hash: genesis }),
    eth_getBalance: () => hex(traits.balance ?? 100n * WEI),
    eth_getTransactionCount: ([, block]: [string, string]) =>
      block === 'pending' ? hex(sent.length) : '0x0',
    eth_gasPrice: () => hex(GWEI),
    eth_estimateGas: () => hex(21_000),
    eth_sendRawTransaction: ([raw]: [string]) => {
      sent.push(decodeLegacyTransaction(fromHex(raw)))
      return transactionHash(fromHex(raw))
    },
    eth_getTransactionReceipt: () =>
      mines
        ? {
            status: traits.status ?? '0x1',
            blockNumber: '0x7',
            blockHash: '0x1',
            gasUsed: '0x5208',
          }
        : null,
    ...(engine ? { anvil_nodeInfo: () => ({}) } : {}),
  })
  return { ...rpc, sent }
}

const request = (rpc: string) =>
  ({ chain: 'esc', rpc, chainId: 21, privateKey, to: bob.evm.address, value: WEI }) as const

test('signs a transaction of the sender for the chain, and reads the receipt', async () => {
  await using node = await fakeEvm()
  const { hash, receipt, gasPrice } = await sendEvmTransaction(request(node.url))
  const [sent] = node.sent
  assert.ok(sent !== undefined)
  assert.is(senderOf(sent), alice.evm.address.toLowerCase())
  assert.is(sent.to, bob.evm.address.toLowerCase())
  assert.is(sent.value, WEI)
  assert.is(sent.chainId, 21n)
  assert.is(sent.gasLimit, 21_000n)
  assert.is(gasPrice, GWEI)
  assert.is(receipt?.height, 7)
  assert.is(receipt?.gasUsed, 21_000n)
  assert.match(hash, /^0x[0-9a-f]{64}$/)
  assert.is(await evmBalance(node.url, bob.evm.address), 100n * WEI)
})

test('numbers transactions on while others wait, and does not wait when not asked to', async () => {
  await using node = await fakeEvm({ mines: false })
  for (const nonce of [0n, 1n, 2n]) {
    const { receipt } = await sendEvmTransaction({ ...request(node.url), waitMs: 0 })
    assert.is(receipt, undefined)
    assert.is(node.sent.at(-1)?.nonce, nonce)
  }
})

test('stops waiting when it is told to stop', async () => {
  await using node = await fakeEvm({ mines: false })
  const stop = new AbortController()
  const sending = sendEvmTransaction({ ...request(node.url), signal: stop.signal })
  while (node.sent.length === 0) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  const outcome = await sending.then(
    () => 'done',
    (error: Error) => error.name,
  )
  assert.is(outcome, 'AbortError')
})

test('says what is lacking, gas included, before anything is sent', async () => {
  await using node = await fakeEvm({ balance: WEI })
  const error = await fails('wallet/notEnough', () => sendEvmTransaction(request(node.url)))
  assert.match(error.message, '1.000021')
  assert.is(node.sent.length, 0)
})

test('says that a transaction was undone', async () => {
  await using node = await fakeEvm({ status: '0x0' })
  const error = await fails('wallet/reverted', () => sendEvmTransaction(request(node.url)))
  assert.is(error.exit, 'refused')
})

test('passes on why the node refuses', async () => {
  await using node = await fakeRpc({
    eth_chainId: () => '0x15',
    eth_getBlockByNumber: () => ({ hash: '0x01' }),
    anvil_nodeInfo: () => ({}),
    eth_getBalance: () => '0xffffffffffffffffffff',
    eth_getTransactionCount: () => '0x0',
    eth_gasPrice: () => '0x1',
    eth_estimateGas: () => {
      throw new FakeRefusal(3, 'execution reverted: no')
    },
  })
  const error = await fails('rpc/refused', () => sendEvmTransaction(request(node.url)))
  assert.match(error.message, 'execution reverted: no')
})

test('refuses to sign with a devnet key for a real network, by each of its marks', async () => {
  const escTestnet = '0x698e5ec133064dabb7c42eb4b2bdfa21e7b7c2326b0b719d5ab7f452ae8f5ee4'
  const strangers: readonly Traits[] = [
    { engine: false },
    { chainId: 1n },
    { chainId: 23n },
    { genesis: escTestnet },
  ]
  for (const traits of strangers) {
    await using node = await fakeEvm(traits)
    const error = await fails('wallet/foreignNetwork', () => sendEvmTransaction(request(node.url)))
    assert.is(error.exit, 'refused')
    assert.is(node.sent.length, 0)
  }
})

test('signs for any network with a key that is not public, but only for the chain meant', async () => {
  const own = accountOf(new Uint8Array(32).fill(7), 0).evm.privateKey
  await using node = await fakeEvm({ engine: false, chainId: 20n })
  await fails('wallet/wrongChainId', () =>
    sendEvmTransaction({ ...request(node.url), privateKey: own }),
  )
  await sendEvmTransaction({ ...request(node.url), privateKey: own, chainId: 20 })
  assert.is(node.sent.length, 1)
})

test('tells a node that talks nonsense from one that refuses', async () => {
  await using node = await fakeRpc({ eth_getBalance: () => 12 })
  await fails('wallet/unexpectedReply', () => evmBalance(node.url, bob.evm.address))
})

test.run()
