import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../../src/base/bytes-text.ts'
import type { BlockEntry } from '../../../src/nodes/mainchain/block-entry.ts'
import { Chain } from '../../../src/nodes/mainchain/chain.ts'
import { Mempool } from '../../../src/nodes/mainchain/mempool.ts'
import { Miner } from '../../../src/nodes/mainchain/miner.ts'
import { openNode } from '../../../src/nodes/mainchain/node.ts'
import { devnetParams } from '../../../src/nodes/mainchain/params.ts'
import { encode } from '../../../src/protocol/codec.ts'
import { mineAuxPow } from '../../../src/protocol/ela/auxpow.ts'
import type { Block } from '../../../src/protocol/ela/block.ts'
import { ELA_ASSET_ID } from '../../../src/protocol/ela/genesis.ts'
import { displayHash, parseDisplayHash } from '../../../src/protocol/ela/hash.ts'
import { type Header, headerHash } from '../../../src/protocol/ela/header.ts'
import { merkleRoot } from '../../../src/protocol/ela/merkle.ts'
import {
  type Output,
  type Transaction,
  transactionCodec,
  transactionId,
} from '../../../src/protocol/ela/transaction.ts'
import { fails } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'
import {
  GENESIS_COIN,
  labKey,
  optionsIn,
  startMainchain,
  transfer,
} from '../../support/mainchain.ts'

const test = suite('mainchain/chain')

const REWARD = 304_414_003n

/** A block on top of `parent`, whatever the tip is. */
function blockOn(
  parent: BlockEntry,
  others: readonly Transaction[] = [],
  changes: { readonly header?: Partial<Header>; readonly fees?: bigint } = {},
): Block {
  const foundation = labKey(0).programHash
  const reward = REWARD + (changes.fees ?? BigInt(others.length) * 100n)
  const third = (reward * 30n) / 100n
  const nonce = Buffer.alloc(8)
  nonce.writeUInt32LE(serial++)
  const coinbase: Transaction = {
    version: 0,
    type: 0,
    payloadVersion: 4,
    payload: { kind: 'coinbase', content: Buffer.from('test') },
    attributes: [{ usage: 0, data: nonce }],
    inputs: [{ txid: new Uint8Array(32), index: 0xffff, sequence: 0xffff_ffff }],
    outputs: [plain(foundation, third), plain(labKey(1).programHash, reward - third)],
    lockTime: parent.height + 1,
    programs: [],
  }
  const transactions = [coinbase, ...others]
  const header = {
    version: 0,
    previous: parseDisplayHash(parent.hash),
    merkleRoot: merkleRoot(transactions.map(transactionId)),
    time: parent.time + 1,
    bits: 0x207fffff,
    nonce: 0,
    height: parent.height + 1,
    ...changes.header,
  }
  return {
    header: {
      ...header,
      auxPow: mineAuxPow(headerHash(header as Header), 0x207fffff, header.time),
    },
    transactions,
  }
}

let serial = 0

function plain(programHash: Uint8Array, value: bigint): Output {
  const payload = { kind: 'none' } as const
  return { assetId: ELA_ASSET_ID, value, outputLock: 0, programHash, type: 0, payload }
}

/** Everything the ledger knows of some owners, to compare before and after. */
function stateOf({ ledger }: Chain): unknown {
  return [0, 1, 2].map((position) => {
    const { programHash } = labKey(position)
    const coins = ledger.coins.ownedBy(programHash).map(({ txid, index, output, height }) => ({
      coin: `${txid}:${index}`,
      value: output.value,
      height,
    }))
    return {
      coins: coins.sort((a, b) => a.coin.localeCompare(b.coin)),
      history: ledger.historyOf(programHash).map(({ entry, position: at }) => [entry.hash, at]),
    }
  })
}

test('reorganises to the branch with more work and back, losing nothing', async () => {
  await using node = await startMainchain()
  const { chain, mempool, miner } = node
  for (let blocks = 0; blocks < 11; blocks += 1) miner.mine()
  const fork = chain.tip
  const beforeFork = stateOf(chain)
  const spend = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(1), 5n]] })
  mempool.add(spend)
  const left = miner.mine()
  assert.is(mempool.size, 0)
  const stateLeft = stateOf(chain)
  const said: string[] = []
  chain.listen({
    connected: (_block, { height }) => said.push(`+${height}`),
    disconnected: (_block, { height }) => said.push(`-${height}`),
  })

  const right1 = chain.add(blockOn(fork))
  assert.is(chain.tip, left, 'a branch with equal work does not win')
  assert.equal(stateOf(chain), stateLeft)
  const right2 = chain.add(blockOn(right1))
  assert.is(chain.tip, right2)
  assert.equal(said, ['-12', '+12', '+13'])
  assert.is(mempool.size, 1, 'the transaction waits again')
  assert.is(chain.ledger.place(displayHash(transactionId(spend))), undefined)
  assert.ok(chain.ledger.coins.get(`${GENESIS_COIN.txid}:0`))

  let end = left
  for (let blocks = 0; blocks < 2; blocks += 1) end = chain.add(blockOn(end))
  assert.is(chain.tip, end)
  assert.is(mempool.size, 0)
  assert.is(chain.ledger.place(displayHash(transactionId(spend)))?.entry, left)
  assert.not.equal(stateOf(chain), beforeFork)
})

test('has the same chain and coins after a deep reorganisation and a restart', async () => {
  await using node = await startMainchain()
  const { chain, mempool, miner } = node
  for (let blocks = 0; blocks < 11; blocks += 1) miner.mine()
  const fork = chain.tip
  mempool.add(transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(1), 5n]] }))
  // More than the node keeps in memory, so that both branches are read back from the file.
  for (let blocks = 0; blocks < 300; blocks += 1) miner.mine()
  let end = fork
  const spend = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(2), 7n]] })
  for (let blocks = 0; blocks < 301; blocks += 1) {
    end = chain.add(blockOn(end, blocks === 40 ? [spend] : []))
  }
  assert.is(chain.tip, end)
  assert.is(chain.height, 312)
  const before = stateOf(chain)
  await node.stop()
  const again = openNode(optionsIn(node.folder), () => undefined)
  assert.is(again.chain.tip.hash, end.hash)
  assert.equal(stateOf(again.chain), before)
  assert.is(again.chain.ledger.place(displayHash(transactionId(spend)))?.entry.height, 52)
  again.close()
})

test('keeps the chain it has when a heavier branch turns out invalid', async () => {
  await using node = await startMainchain()
  const { chain, miner } = node
  for (let blocks = 0; blocks < 11; blocks += 1) miner.mine()
  const fork = chain.tip
  miner.mine()
  const before = stateOf(chain)
  const tip = chain.tip
  const stranger = transfer({ from: labKey(2), coins: [GENESIS_COIN], to: [[labKey(2), 5n]] })
  const bad = chain.add(blockOn(fork, [stranger]))
  const refused = await fails('mainchain/blockRefused', () => chain.add(blockOn(bad)))
  assert.match(refused.message, 'the data hashes is different')
  assert.is(chain.tip, tip)
  assert.equal(stateOf(chain), before)
  const { hash } = miner.mine()
  assert.is(chain.tip.hash, hash, 'the chain goes on')
})

test('refuses blocks that break a rule, each with its words', async () => {
  await using node = await startMainchain()
  const { chain, miner } = node
  for (let blocks = 0; blocks < 11; blocks += 1) miner.mine()
  const tip = chain.tip
  const good = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(1), 5n]] })
  const rival = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(2), 5n]] })
  const later = { ...good, lockTime: 1_000 }
  const ok = blockOn(tip)
  const unsolved = { ...ok.header.auxPow, parentIndex: 1, parentBranch: [new Uint8Array(32)] }
  const cases: readonly (readonly [string, Block])[] = [
    ['aux pow', { ...ok, header: { ...ok.header, auxPow: unsolved } }],
    ['aux pow', { ...ok, header: { ...ok.header, nonce: 7 } }],
    ['too far in the future', blockOn(tip, [], { header: { time: tip.time + 8_000 } })],
    ['not after expected', blockOn(tip, [], { header: { time: tip.time - 1_000 } })],
    ['difficulty is not the expected', blockOn(tip, [], { header: { bits: 0x207ffffe } })],
    ['height', blockOn(tip, [], { header: { height: 40 } })],
    ['merkle root is invalid', blockOn(tip, [], { header: { merkleRoot: new Uint8Array(32) } })],
    ['parent block is unknown', blockOn({ ...tip, hash: '11'.repeat(32) })],
    ['Reward amount', blockOn(tip, [], { fees: 1n })],
    ['duplicate transaction', blockOn(tip, [good, good], { fees: 200n })],
    ['duplicate UTXO', blockOn(tip, [good, rival])],
    ['unfinalized', blockOn(tip, [later])],
    ['second coinbase', blockOn(tip, [ok.transactions[0] ?? good])],
    ['not a coinbase', { ...blockOn(tip, [good]), transactions: [good] }],
    ['Verify failed', blockOn(tip, [{ ...good, programs: tampered(good) }])],
  ]
  for (const [words, block] of cases) {
    const { message } = await fails('mainchain/blockRefused', () => chain.add(block))
    assert.match(message, words)
    assert.is(chain.tip, tip, words)
  }
  const [coinbase, ...rest] = ok.transactions
  const toOther = { ...ok, transactions: [paidToOther(coinbase ?? good), ...rest] }
  const wrongOwner = resolved(tip, toOther)
  const { message } = await fails('mainchain/blockRefused', () => chain.add(wrongOwner))
  assert.match(message, 'foundation address')
  assert.is(chain.add(ok).height, tip.height + 1)
  assert.is(chain.add(ok), chain.tip, 'a known block is no news')
  // Nothing ties a coinbase to its block: the same one could come again and bury its coins.
  const again = resolved(chain.tip, { ...blockOn(chain.tip), transactions: ok.transactions })
  const repeated = await fails('mainchain/blockRefused', () => chain.add(again))
  assert.match(repeated.message, 'transaction already exist')
})

function tampered(transaction: Transaction): Transaction['programs'] {
  return transaction.programs.map(({ code, parameter }) => {
    const changed = parameter.slice()
    changed[40] = (changed[40] ?? 0) ^ 1
    return { code, parameter: changed }
  })
}

function paidToOther(coinbase: Transaction): Transaction {
  const outputs = coinbase.outputs.map((one) => ({ ...one, programHash: labKey(1).programHash }))
  return { ...coinbase, outputs }
}

/** The same transactions under a root and a proof of work of their own. */
function resolved(parent: BlockEntry, { header, transactions }: Block): Block {
  const changed = { ...header, merkleRoot: merkleRoot(transactions.map(transactionId)) }
  assert.is(displayHash(changed.previous), parent.hash)
  const auxPow = mineAuxPow(headerHash(changed), changed.bits, changed.time)
  return { header: { ...changed, auxPow }, transactions }
}

test('mines what pays most for its bytes first and leaves what is not final', async () => {
  await using node = await startMainchain()
  const { chain, mempool, miner } = node
  for (let blocks = 0; blocks < 11; blocks += 1) miner.mine()
  const parts = [1n, 2n, 3n].map((n) => [labKey(1), n * 10_000_000_000n] as const)
  mempool.add(transfer({ from: labKey(0), coins: [GENESIS_COIN], to: parts }))
  miner.mine()
  const coins = chain.ledger.coins
    .ownedBy(labKey(1).programHash)
    .map(({ txid, index, output }) => ({ txid, index, value: output.value }))
  const fees = [200n, 900n, 500n]
  const sent = coins.map((coin, at) =>
    transfer({
      from: labKey(1),
      coins: [coin],
      to: [[labKey(2), 5n]],
      fee: fees[at] ?? 0n,
      nonce: `${at}`,
    }),
  )
  for (const transaction of sent) mempool.add(transaction)
  const block = chain.block(miner.mine())
  const order = block.transactions.slice(1).map((one) => toHex(encode(transactionCodec, one)))
  const hexes = sent.map((one) => toHex(encode(transactionCodec, one)))
  assert.equal(order, [hexes[1], hexes[2], hexes[0]])
  const total = block.transactions[0]?.outputs.reduce((sum, { value }) => sum + value, 0n)
  assert.is(total, REWARD + 1_600n)
})

test('mines each transaction at once in auto mode, so that scripts can send twice in a row', async () => {
  await using node = await startMainchain({ mining: { mode: 'auto' } })
  await node.call('discretemining', { count: 11 })
  let coin = GENESIS_COIN
  for (let round = 0; round < 3; round += 1) {
    const spend = transfer({ from: labKey(0), coins: [coin], to: [[labKey(1), 1_000n]] })
    const data = toHex(encode(transactionCodec, spend))
    const txid = String(await node.call('sendrawtransaction', { data }))
    coin = { txid, index: 1, value: coin.value - 1_100n }
  }
  assert.is(node.chain.height, 14)
  assert.is(await node.call('getreceivedbyaddress', [labKey(1).address]), '0.00003000')
  assert.is(await node.call('togglemining', { mining: false }), 'mining stopped')
  const spend = transfer({ from: labKey(0), coins: [coin], to: [[labKey(1), 1_000n]] })
  await node.call('sendrawtransaction', { data: toHex(encode(transactionCodec, spend)) })
  assert.is(node.chain.height, 14)
  assert.is(node.mempool.size, 1)
})

test('never mines so far ahead of the clock that its own blocks are refused', () => {
  using folder = temporaryFolder()
  const now = () => 1_900_000_000
  const { address, programHash } = labKey(0)
  const params = { ...devnetParams({ foundation: address }), maxFutureSeconds: 4 }
  const chain = new Chain({ params, file: folder.join('blocks.dat'), now })
  const mempool = new Mempool(chain)
  const mining = { mode: 'none' } as const
  const miner = new Miner({ chain, mempool, payTo: programHash, minerInfo: '', mining, now })
  for (let blocks = 0; blocks < 100; blocks += 1) miner.mine()
  assert.is(chain.height, 100)
  assert.ok(chain.tip.time > now(), 'blocks in a row run ahead a little')
  chain.close()
})

test('makes 200 blocks by one call and tells how long it took', async () => {
  await using node = await startMainchain()
  const began = performance.now()
  const hashes = await node.call('discretemining', { count: 200 })
  const ms = Math.round(performance.now() - began)
  process.stdout.write(`  200 blocks by RPC in ${ms} ms\n`)
  assert.is(new Set(hashes as string[]).size, 200)
  assert.is(node.chain.height, 200)
  assert.is(node.chain.tip.hash, (hashes as string[])[199])
})

test.run()
