/** ESC going on from the chain of another ESC, which answers in the shapes of the real nodes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { esc } from '../../../src/nodes/esc/kind.ts'
import { addressOf, ask, freePort, get, signed } from '../../support/evm.ts'
import { fails, until } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startNode, type TestNode } from '../../support/node.ts'

const test = suite('fork of a remote ESC')
const TARGET = `0x${'77'.repeat(20)}` as const
const urlOf = (node: TestNode) => String(node.entry['rpc'])
const balance = (url: string, block = 'latest') => get(url, 'eth_getBalance', [TARGET, block])

async function pay(url: string, nonce: number, chainId: bigint): Promise<string> {
  const { raw, hash } = signed(nonce, { to: TARGET, value: 5n, chainId })
  await get(url, 'eth_sendRawTransaction', [raw])
  await until('the receipt', async () => {
    return (await get(url, 'eth_getTransactionReceipt', [hash])) ?? undefined
  })
  return hash
}

test('goes on from the other chain under its own chain id, and leaves it alone', async () => {
  await using origin = await startNode(esc)
  const there = urlOf(origin)
  const old = await pay(there, 0, 21n)
  await get(there, 'anvil_mine', ['0x5'])
  const height = Number(await get(there, 'eth_blockNumber'))
  using folder = temporaryFolder()
  const options = { profile: 'local', dataDir: folder.path, options: { forkUrl: there } } as const
  let fork = await startNode(esc, options)
  const here = () => urlOf(fork)
  assert.is(await get(here(), 'eth_chainId'), '0x7e5')
  assert.is(Number(await get(here(), 'eth_blockNumber')), height)
  assert.is(await balance(here()), '0x5')
  for (const [method, params] of [
    ['eth_getTransactionReceipt', [old]],
    ['eth_getTransactionByHash', [old]],
    ['eth_getBlockByNumber', ['0x1', true]],
    ['eth_getLogs', [{ fromBlock: '0x0', toBlock: '0x1' }]],
  ] as const) {
    assert.equal(await get(here(), method, params), await get(there, method, params), method)
  }
  const own = await pay(here(), 1, 2021n)
  const receipt = await get(here(), 'eth_getTransactionReceipt', [own])
  assert.is(Number(receipt.blockNumber), height + 1)
  assert.is(await balance(here()), '0xa')
  assert.is(await balance(here(), '0x0'), '0x0')
  assert.is(await balance(there), '0x5')
  assert.is(await get(there, 'eth_getTransactionByHash', [own]), null)

  // Returns only when all blocks are in the journal; a block younger than that is made anew.
  await get(here(), 'evm_snapshot')
  // The other chain goes on meanwhile; the fork stays where it branched off.
  await pay(there, 1, 21n)
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    process.kill(fork.process.pid, signal)
    await fork.process.ended
    fork = await startNode(esc, options)
    assert.is(await balance(here()), '0xa')
    assert.equal(await get(here(), 'eth_getTransactionReceipt', [own]), receipt)
    assert.is(Number(await get(here(), 'eth_blockNumber')), height + 1)
  }
  const refused = await ask(here(), 'anvil_rollback', [1])
  assert.match(refused.error?.message ?? '', /not supported on a fork/)
  await get(here(), 'hardhat_reset')
  assert.is(await balance(here()), '0x5')
  await pay(here(), 1, 2021n)
  await fork.process.stop()

  const { options: _none, ...plain } = options
  await fails('supervisor/exitedEarly', () => startNode(esc, plain))
})

test('begins at a block of the past when told to', async () => {
  await using origin = await startNode(esc)
  const there = urlOf(origin)
  await pay(there, 0, 21n)
  await pay(there, 1, 21n)
  await using fork = await startNode(esc, { options: { forkUrl: there, forkBlock: 1 } })
  assert.is(await balance(urlOf(fork)), '0x5')
  assert.is(await get(urlOf(fork), 'eth_blockNumber'), '0x1')
  const funded = BigInt(await get(urlOf(fork), 'eth_getBalance', [addressOf(1), 'latest']))
  assert.ok(funded > 10n ** 18n)
})

test('refuses what is no address, and says when nobody answers there', async () => {
  const start = (options: object) => startNode(esc, { options: { ...options } })
  await fails('evm/badOption', () => start({ forkUrl: 'file:///etc/passwd' }))
  await fails('evm/badOption', () => start({ forkUrl: 7 }))
  await fails('evm/badOption', () => start({ forkBlock: 7 }))
  await fails('evm/badOption', () => start({ forkUrl: 'http://127.0.0.1:1', forkBlock: -1 }))
  await fails('evm/badOption', () => start({ forkurl: 'http://127.0.0.1:1' }))
  await fails('supervisor/exitedEarly', async () =>
    start({ forkUrl: `http://127.0.0.1:${await freePort()}` }),
  )
})

test.run()
