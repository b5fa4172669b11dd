/** viem, unmodified, against ESC: it knows nothing of Elastos but an id and two addresses. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Abi,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  parseEther,
  webSocket,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { toHex } from '../../src/base/bytes-text.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { esc } from '../../src/nodes/esc/kind.ts'
import { get } from '../support/evm.ts'
import { until } from '../support/fails.ts'
import { startNode, type TestNode } from '../support/node.ts'

const test = suite<{ node: TestNode; chain: ReturnType<typeof chainOf> }>('viem against ESC')

test.before(async (context) => {
  context.node = await startNode(esc)
  context.chain = chainOf(context.node)
})
test.after(async ({ node }) => {
  await node[Symbol.asyncDispose]()
})

function chainOf({ entry }: TestNode) {
  const ends = { http: [String(entry['rpc'])], webSocket: [String(entry['ws'])] }
  const nativeCurrency = { name: 'ELA', symbol: 'ELA', decimals: 18 }
  return defineChain({
    id: Number(entry['chainId']),
    name: 'ESC',
    nativeCurrency,
    rpcUrls: { default: ends },
  })
}

function accountOf(at: number) {
  const account = devnetAccounts()[at]
  assert.ok(account)
  return privateKeyToAccount(`0x${toHex(account.evm.privateKey)}`)
}

/** The fixture compiled for the chains' Shanghai EVM. */
function compiled(): { readonly abi: Abi; readonly bytecode: Hex } {
  const require = createRequire(import.meta.url)
  const solc = require('solc') as { compile(input: string): string }
  const file = path.join(import.meta.dirname, '../fixtures/Counter.sol')
  const input = {
    language: 'Solidity',
    sources: { 'Counter.sol': { content: readFileSync(file, 'utf8') } },
    settings: {
      evmVersion: 'shanghai',
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    contracts: {
      'Counter.sol': { Counter: { abi: Abi; evm: { bytecode: { object: string } } } }
    }
  }
  const { abi, evm } = output.contracts['Counter.sol'].Counter
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

test('deploys, calls, reads, and watches events over WebSocket, with legacy gas', async ({
  node,
  chain,
}) => {
  const account = accountOf(0)
  const reader = createPublicClient({ chain, transport: http(), pollingInterval: 20 })
  const wallet = createWalletClient({ account, chain, transport: http() })
  const watcher = createPublicClient({ chain, transport: webSocket() })
  const { abi, bytecode } = compiled()

  const deployed = await wallet.deployContract({ abi, bytecode, args: [40n] })
  const { contractAddress: address, status } = await reader.waitForTransactionReceipt({
    hash: deployed,
  })
  assert.is(status, 'success')
  assert.ok(address)
  const { type, gasPrice } = await reader.getTransaction({ hash: deployed })
  // viem offers a fifth more than the node suggests.
  assert.is(gasPrice, 1_200_000_000n)
  assert.ok(type === undefined || type === 'legacy')

  const seen: unknown[] = []
  const errors: unknown[] = []
  const unwatch = watcher.watchContractEvent({
    abi,
    address,
    eventName: 'Counted',
    onLogs: (logs) => seen.push(...logs.map((log) => (log as { args?: unknown }).args)),
    onError: (error) => errors.push(error),
  })
  const heads: bigint[] = []
  const unwatchHeads = watcher.watchBlockNumber({ onBlockNumber: (height) => heads.push(height) })
  // viem does not tell when it has subscribed; a block that it hears of does.
  await until('the first block number', async () => {
    await get(String(node.entry['rpc']), 'evm_mine')
    return heads.length > 0
  })

  const { request, result } = await reader.simulateContract({
    account,
    abi,
    address,
    functionName: 'add',
    args: [2n],
  })
  assert.is(result, 42n)
  const hash = await wallet.writeContract(request)
  await reader.waitForTransactionReceipt({ hash })
  assert.is(await reader.readContract({ abi, address, functionName: 'count' }), 42n)
  await until('the event', () => seen.length > 0)
  assert.equal(seen, [{ by: account.address, count: 42n }])
  assert.equal(errors, [])
  const seed = await reader.readContract({ abi, address, functionName: 'seed' })
  assert.equal(seed, [21n, 0n])
  const logs = await reader.getContractEvents({ abi, address, fromBlock: 0n })
  assert.is(logs.length, 1)

  unwatch()
  unwatchHeads()
  const client = await watcher.transport.getRpcClient()
  client.close()
})

test('says why a call reverts', async ({ chain }) => {
  const account = accountOf(1)
  const reader = createPublicClient({ chain, transport: http(), pollingInterval: 20 })
  const wallet = createWalletClient({ account, chain, transport: http() })
  const { abi, bytecode } = compiled()
  const deployed = await wallet.deployContract({ abi, bytecode, args: [0n] })
  const { contractAddress } = await reader.waitForTransactionReceipt({ hash: deployed })
  assert.ok(contractAddress)
  const address = contractAddress
  const call = { account, abi, address, functionName: 'add', args: [0n] } as const
  const thrown = await reader.simulateContract(call).catch((error: Error) => error)
  assert.match(String(thrown), 'nothing to add')
})

test('moves coins, in batches of requests too', async ({ chain }) => {
  const transport = http(undefined, { batch: true })
  const reader = createPublicClient({ chain, transport, pollingInterval: 20 })
  const wallet = createWalletClient({ account: accountOf(2), chain, transport })
  const to = `0x${'77'.repeat(20)}` as const
  const hash = await wallet.sendTransaction({ to, value: parseEther('1.5') })
  await reader.waitForTransactionReceipt({ hash })
  const [balance, height, id, block] = await Promise.all([
    reader.getBalance({ address: to }),
    reader.getBlockNumber(),
    reader.getChainId(),
    reader.getBlock(),
  ])
  assert.is(balance, parseEther('1.5'))
  assert.is(id, 21)
  assert.is(block.number, height)
  assert.is(block.baseFeePerGas, null)
})

test('is told that it must not send what ESC does not know', async ({ chain }) => {
  const wallet = createWalletClient({ account: accountOf(3), chain, transport: http() })
  const to = `0x${'77'.repeat(20)}` as const
  const fees = { maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 1n }
  const thrown = await wallet
    .sendTransaction({ type: 'eip1559', to, value: 1n, ...fees })
    .catch((error: Error) => error)
  assert.match(String(thrown), 'rlp: expected input list for types.txdata')
})

test.run()
