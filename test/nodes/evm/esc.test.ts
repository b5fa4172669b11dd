import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex } from '../../../src/base/bytes-text.ts'
import { esc } from '../../../src/nodes/esc/kind.ts'
import { parseReport } from '../../../src/nodes/report.ts'
import { addressOf, ask, get, post, signed } from '../../support/evm.ts'
import { until } from '../../support/fails.ts'
import { startNode, type TestNode } from '../../support/node.ts'

const test = suite<{ node: TestNode; url: string }>('ESC')

test.before(async (context) => {
  context.node = await startNode(esc)
  context.url = String(context.node.entry['rpc'])
})
test.after(async ({ node }) => {
  await node[Symbol.asyncDispose]()
})

/** Emits LOG1 with topic 7 and data 32 × 0 whenever it is called. */
const EMITTER = fromHex('6009600c60003960096000f3' + '600760206000a1' + '0000')

async function mined(url: string, hash: string) {
  return until(`receipt of ${hash}`, async () => {
    return (await get(url, 'eth_getTransactionReceipt', [hash])) ?? undefined
  })
}

async function send(url: string, nonce: number, given: Parameters<typeof signed>[1] = {}) {
  const { raw, hash } = signed(nonce, given)
  assert.is(await get(url, 'eth_sendRawTransaction', [raw]), hash)
  return mined(url, hash)
}

test('says what the session needs to know', ({ node }) => {
  const { rpc, ws, chainId } = node.entry
  assert.match(String(rpc), /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.match(String(ws), /^ws:\/\/127\.0\.0\.1:\d+$/)
  assert.is(chainId, 21)
})

test('answers the questions every client asks first', async ({ url }) => {
  assert.is(await get(url, 'eth_chainId'), '0x15')
  assert.is(await get(url, 'net_version'), '21')
  assert.is(await get(url, 'eth_gasPrice'), '0x3b9aca00')
  assert.is(await get(url, 'net_peerCount'), '0x0')
  assert.is(await get(url, 'net_listening'), true)
  assert.is(await get(url, 'eth_syncing'), false)
  assert.is(Object.keys(await get(url, 'rpc_modules')).join(' '), 'eth net rpc txpool web3')
  assert.equal(await get(url, 'eth_accounts'), [])
  assert.match(await get(url, 'web3_clientVersion'), /^Geth\/v1\.9\.7\.0-v1\.12\.0-/)
  assert.ok(BigInt(await get(url, 'eth_getBalance', [addressOf(0), 'latest'])) > 10n ** 18n)
})

test('gives blocks, transactions, receipts and logs exactly the keys of the real node', async ({
  url,
}) => {
  const created = await send(url, 0, {
    to: undefined,
    value: 0n,
    gasLimit: 200_000n,
    data: EMITTER,
  })
  const to = created.contractAddress
  const called = await send(url, 1, { to, value: 0n, gasLimit: 100_000n })
  const receiptKeys =
    'blockHash blockNumber contractAddress cumulativeGasUsed from gasUsed logs logsBloom status to transactionHash transactionIndex'
  assert.is(Object.keys(called).join(' '), receiptKeys)
  assert.is(called.status, '0x1')
  assert.is(
    Object.keys(called.logs[0]).join(' '),
    'address topics data blockNumber transactionHash transactionIndex blockHash logIndex removed',
  )
  const transactionKeys =
    'blockHash blockNumber from gas gasPrice hash input nonce to transactionIndex value v r s'
  const transaction = await get(url, 'eth_getTransactionByHash', [called.transactionHash])
  assert.is(Object.keys(transaction).join(' '), transactionKeys)
  const block = await get(url, 'eth_getBlockByNumber', ['latest', true])
  assert.is(
    Object.keys(block).sort().join(' '),
    'difficulty extraData gasLimit gasUsed hash logsBloom miner mixHash nonce number parentHash receiptsRoot sha3Uncles size stateRoot timestamp totalDifficulty transactions transactionsRoot uncles',
  )
  assert.is(block.difficulty, '0x2')
  assert.is(Object.keys(block.transactions[0]).join(' '), transactionKeys)
  const brief = await get(url, 'eth_getBlockByHash', [block.hash, false])
  assert.equal(brief.transactions, [called.transactionHash])
  const header = await get(url, 'eth_getHeaderByNumber', ['latest'])
  assert.is(header.hash, block.hash)
  assert.not('transactions' in header)
  const logs = await get(url, 'eth_getLogs', [{ fromBlock: '0x0', address: to }])
  assert.equal(logs, called.logs)
  const details = await get(url, 'eth_getTransactionFeeDetails', [called.transactionHash])
  assert.is(details.minerFee, `${BigInt(called.gasUsed) * 1_000_000_000n}`)
})

test('has none of the methods and tags that came later', async ({ url }) => {
  const later = ['eth_feeHistory', 'eth_maxPriorityFeePerGas', 'eth_createAccessList']
  for (const method of [...later, 'eth_getBlockReceipts', 'constructor', 'no_such', 'ots_x']) {
    assert.equal((await ask(url, method, [])).error, {
      code: -32601,
      message: `the method ${method} does not exist/is not available`,
    })
  }
  assert.is((await ask(url, 'eth_getBlockByNumber', ['safe', false])).error?.code, -32602)
  assert.is((await ask(url, 'eth_getBalance', [addressOf(0), 'finalized'])).error?.code, -32602)
})

test('takes requests without jsonrpc and echoes any id', async ({ url }) => {
  const id = '3f0c5d8e9a7b4c1d2e6f708192a3b4c5'
  const body = JSON.stringify({ id, method: 'eth_chainId', params: [] })
  assert.equal(await post(url, body), { jsonrpc: '2.0', id, result: '0x15' })
  for (const other of [0, -1, 1.5, null, true, 2 ** 60, '', 'ü']) {
    const reply = await post(
      url,
      JSON.stringify({ jsonrpc: '2.0', id: other, method: 'net_version' }),
    )
    assert.equal(reply, { jsonrpc: '2.0', id: other, result: '21' })
  }
  assert.equal(await post(url, '{"jsonrpc":"2.0","method":"eth_chainId"}'), {})
})

test('refuses what is no request as the real node does', async ({ url }) => {
  const refusal = (code: number, message: string, id: unknown = null) => ({
    jsonrpc: '2.0',
    id,
    error: { code, message },
  })
  assert.equal(await post(url, '{'), refusal(-32700, 'parse error'))
  assert.equal(await post(url, '5'), refusal(-32600, 'invalid request'))
  assert.equal(await post(url, '{"id":7}'), refusal(-32600, 'invalid request', 7))
  assert.equal(
    await post(url, '{"id":{},"method":"eth_chainId"}'),
    refusal(-32600, 'invalid request'),
  )
  assert.equal(await post(url, '[]'), refusal(-32600, 'empty batch'))
  const wrong = await post(url, '{"id":1,"method":"eth_chainId","params":{}}')
  assert.equal(wrong, refusal(-32602, 'non-array args', 1))
  const subscribe = await ask(url, 'eth_subscribe', ['newHeads'])
  assert.is(subscribe.error?.message, 'notifications not supported')
})

test('answers batches in order, of 10,000 too, and no more', async ({ url }) => {
  const request = (id: number) => ({ id, method: id % 2 ? 'eth_chainId' : 'net_version' })
  const batch = Array.from({ length: 10_000 }, (_, id) => request(id))
  const replies = (await post(url, JSON.stringify(batch))) as unknown as { id: number }[]
  assert.equal(
    replies.map(({ id }) => id),
    batch.map(({ id }) => id),
  )
  const more = await post(url, JSON.stringify([...batch, request(1)]))
  assert.is(more.error?.code, -32600)
})

test('refuses transactions in the words of the real node', async ({ url }) => {
  const refused = async (raw: string) =>
    (await ask(url, 'eth_sendRawTransaction', [raw])).error?.message
  const next = Number(await get(url, 'eth_getTransactionCount', [addressOf(0), 'latest']))
  const listError = 'rlp: expected input list for types.txdata'
  for (const type of ['01', '02', '03', '04']) {
    assert.is(await refused(`0x${type}${signed(next).raw.slice(2)}`), listError)
  }
  assert.is(await refused(signed(next, { chainId: 20n }).raw), 'invalid sender')
  assert.is(await refused(signed(next, { gasPrice: 1n }).raw), 'gasPrice too low')
  assert.is(await refused(signed(next, { gasLimit: 8_000_001n }).raw), 'exceeds block gas limit')
  const long = { data: new Uint8Array(33_000), gasLimit: 7_000_000n }
  assert.is(await refused(signed(next, long).raw), 'oversized data')
  assert.is(await refused(signed(0).raw), 'nonce too low')
  assert.is(await refused(signed(next, { gasLimit: 20_000n }).raw), 'intrinsic gas too low')
  const fortune = 10n ** 40n
  assert.is(
    await refused(signed(next, { value: fortune }).raw),
    'insufficient funds for gas * price + value',
  )
  assert.is(await refused(`${signed(next).raw}00`), 'rlp: input contains more than one value')
  assert.is((await ask(url, 'eth_sendRawTransaction', [7])).error?.code, -32602)
  assert.is((await ask(url, 'eth_sendRawTransaction', ['0x0'])).error?.code, -32602)
})

test('takes transactions without a chain id', async ({ url }) => {
  const receipt = await send(url, 0, { from: 1, chainId: undefined })
  assert.is(receipt.from, addressOf(1))
})

test('mines all of many transactions that come in abreast', async ({ url }) => {
  const sent = Array.from({ length: 6 }, (_, at) =>
    Array.from({ length: 15 }, (_, nonce) => signed(nonce, { from: at + 3 })),
  )
  await Promise.all(
    sent.map(async (own) => {
      for (const { raw } of own) await get(url, 'eth_sendRawTransaction', [raw])
    }),
  )
  for (const { hash } of sent.flat()) assert.is((await mined(url, hash)).status, '0x1')
})

test('lets an impersonated account pay like in 2019, whatever its library thinks', async ({
  url,
}) => {
  const from = `0x${'ab'.repeat(20)}`
  const order = { from, to: addressOf(0), value: '0x1', maxFeePerGas: '0x77359400', type: '0x2' }
  assert.is((await ask(url, 'eth_sendTransaction', [order])).error?.message, 'unknown account')
  await get(url, 'anvil_setBalance', [from, '0xde0b6b3a7640000'])
  await get(url, 'anvil_impersonateAccount', [from])
  const hash = await get(url, 'eth_sendTransaction', [order])
  await mined(url, hash)
  const transaction = await get(url, 'eth_getTransactionByHash', [hash])
  assert.is(transaction.gasPrice, '0x77359400')
})

test('goes back to a snapshot', async ({ url }) => {
  const height = await get(url, 'eth_blockNumber')
  const id = await get(url, 'evm_snapshot')
  await get(url, 'anvil_setBalance', [`0x${'cd'.repeat(20)}`, '0x5'])
  await get(url, 'evm_mine')
  assert.is(await get(url, 'evm_revert', [id]), true)
  assert.is(await get(url, 'eth_blockNumber'), height)
  assert.is(await get(url, 'eth_getBalance', [`0x${'cd'.repeat(20)}`, 'latest']), '0x0')
})

test('tells its parent of blocks and of what is in them', async ({ node, url }) => {
  const nonce = Number(await get(url, 'eth_getTransactionCount', [addressOf(2), 'latest']))
  const { transactionHash, blockHash } = await send(url, nonce, {
    from: 2,
    value: 15n * 10n ** 17n,
  })
  const reports = () => node.lines.flatMap((line) => parseReport(line) ?? [])
  const said = await until('the report of the transaction', () =>
    reports().find((report) => report.report === 'transaction' && report.id === transactionHash),
  )
  assert.match(said.report === 'transaction' ? said.summary : '', /sends 1\.5 ELA to 0x353535…3535/)
  await until('the report of the block', () =>
    reports().find((report) => report.report === 'block' && report.hash === blockHash),
  )
})

test('mines on request through its door and says how high it is', async ({ node, url }) => {
  const signal = AbortSignal.timeout(5_000)
  const before = Number(await get(url, 'eth_blockNumber'))
  await esc.mine?.(node.entry, 3, signal)
  assert.is((await esc.health(node.entry, signal)).height, before + 3)
})

test('starts over when asked to', async ({ url }) => {
  assert.is((await ask(url, 'hardhat_reset', [{ forking: {} }])).error?.code, -32602)
  assert.is(await get(url, 'hardhat_reset'), null)
  assert.is(await get(url, 'eth_blockNumber'), '0x0')
  assert.ok(BigInt(await get(url, 'eth_getBalance', [addressOf(0), 'latest'])) > 10n ** 18n)
  await send(url, 0)
})

test.run()
