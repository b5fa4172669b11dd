/** The rules for transactions that the recorded exchanges do not show, one by one. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import type { Coin } from '../../../src/nodes/mainchain/coins.ts'
import { TransactionRefusal } from '../../../src/nodes/mainchain/refusal.ts'
import { prepareSchnorr } from '../../../src/nodes/mainchain/schnorr-gate.ts'
import { checkPrograms } from '../../../src/nodes/mainchain/validate-programs.ts'
import { decode } from '../../../src/protocol/codec.ts'
import { Prefix, parseAddress, programHashOf } from '../../../src/protocol/ela/address.ts'
import { ELA_ASSET_ID } from '../../../src/protocol/ela/genesis.ts'
import { displayHash, parseDisplayHash } from '../../../src/protocol/ela/hash.ts'
import { publicKeyOf } from '../../../src/protocol/ela/keys.ts'
import { arbiterCode, multisigCode, parseCode } from '../../../src/protocol/ela/script.ts'
import { signMultisig, signTransaction } from '../../../src/protocol/ela/sign.ts'
import {
  type Output,
  type Transaction,
  transactionCodec,
  transactionId,
} from '../../../src/protocol/ela/transaction.ts'
import {
  GENESIS_COIN,
  labKey,
  startMainchain,
  type TestNode,
  transfer,
} from '../../support/mainchain.ts'

const test = suite('mainchain/validation')

const ESC_TESTNET = parseAddress('XWCiyXM1bQyGTawoaYKx9PjRkMUGGocWub')
const arbiters = [1, 2, 3, 4, 5].map((position) => labKey(position).privateKey)

interface Live {
  readonly name: string
  readonly raw: string
}

const file = path.resolve(import.meta.dirname, '../../vectors/ela/transactions.json')
const { transactionsLive } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly transactionsLive: readonly Live[]
}

/** The message a transaction is refused with, `accepted` when it is not. */
async function verdict(node: TestNode, transaction: Transaction): Promise<string> {
  await prepareSchnorr([transaction])
  try {
    node.mempool.add(transaction)
    return 'accepted'
  } catch (error) {
    if (error instanceof TransactionRefusal) return error.message
    throw error
  }
}

/** A node whose first key may spend the genesis coin. */
async function readyNode(): Promise<TestNode> {
  const node = await startMainchain()
  for (let blocks = 0; blocks < 11; blocks += 1) node.miner.mine()
  return node
}

/** Spends the genesis coin into one output each, unsigned parts changed by `edit`, then signed. */
function spendGenesis(
  outputs: readonly Partial<Output>[],
  edit: (transaction: Transaction) => Transaction = (same) => same,
): Transaction {
  const plain = transfer({
    from: labKey(0),
    coins: [GENESIS_COIN],
    to: outputs.map(() => [labKey(0), 100_000_000n] as const),
  })
  const changed = {
    ...plain,
    outputs: plain.outputs.map((output, at) => ({ ...output, ...outputs[at] })),
    programs: [],
  }
  return signTransaction(edit(changed), [labKey(0).privateKey])
}

function coinAt(transaction: Transaction, index: number) {
  const txid = displayHash(transactionId(transaction))
  return { txid, index, value: transaction.outputs[index]?.value ?? 0n }
}

/** Coins that belong to whom the programs of a transaction speak for. */
function coinsFor({ programs, payload }: Transaction): readonly Coin[] {
  return programs.map(({ code }, index) => {
    const kind = parseCode(code)?.kind
    const prefix = kind === 'multisig' ? Prefix.multisig : Prefix.standard
    const isWithdrawal = payload.kind === 'withdrawFromSideChain'
    const programHash = isWithdrawal ? ESC_TESTNET : programHashOf(code, prefix)
    return {
      txid: '00'.repeat(32),
      index,
      output: {
        assetId: ELA_ASSET_ID,
        value: 1n,
        outputLock: 0,
        programHash,
        type: 0,
        payload: { kind: 'none' },
      },
      txType: 2,
      txVersion: 9,
      txLockTime: 0,
      height: 1,
    }
  })
}

test('accepts the signatures of all transactions the real node accepted, and none changed', async () => {
  for (const { name, raw } of transactionsLive) {
    const transaction = decode(transactionCodec, fromHex(raw))
    await prepareSchnorr([transaction])
    const coins = coinsFor(transaction)
    checkPrograms(transaction, coins)
    const changed = { ...transaction, lockTime: transaction.lockTime + 1 }
    assert.throws(
      () => checkPrograms(changed, coins),
      (error: unknown) => error instanceof TransactionRefusal,
      name,
    )
  }
  assert.is(transactionsLive.length, 10)
})

test('holds locked outputs until their height and asks for the unlocking sequence', async () => {
  await using node = await readyNode()
  const lock = spendGenesis([{ outputLock: 14, programHash: labKey(1).programHash }])
  assert.is(await verdict(node, lock), 'accepted')
  node.miner.mine()
  const plain = transfer({ from: labKey(1), coins: [coinAt(lock, 0)], to: [[labKey(2), 5n]] })
  const prefix = 'transaction validate error: using locked UTXO'
  assert.is(await verdict(node, plain), `${prefix}:Invalid input sequence`)
  const edited = (lockTime: number) => {
    const inputs = plain.inputs.map((input) => ({ ...input, sequence: 0xffff_fffe }))
    return signTransaction({ ...plain, inputs, lockTime, programs: [] }, [labKey(1).privateKey])
  }
  assert.is(await verdict(node, edited(13)), `${prefix}:UTXO output locked`)
  const late = edited(14)
  assert.is(await verdict(node, late), 'accepted')
  node.miner.mine()
  node.miner.mine()
  assert.is(node.mempool.size, 1, 'not final before height 15')
  node.miner.mine()
  assert.is(node.mempool.size, 0)
})

test('lets nobody spend from the destroy address, nor pay to a deposit address', async () => {
  await using node = await readyNode()
  const deposit = Uint8Array.of(Prefix.deposit, ...labKey(1).programHash.subarray(1))
  assert.match(
    await verdict(node, spendGenesis([{ programHash: deposit }])),
    'only the address that CR or Producer registered can have the deposit UTXO',
  )
  const destroy = parseAddress('ELANULLXXXXXXXXXXXXXXXXXXXXXYvs3rr')
  const burn = spendGenesis([{ programHash: destroy }])
  assert.is(await verdict(node, burn), 'accepted')
  node.miner.mine()
  const back = transfer({ from: labKey(1), coins: [coinAt(burn, 0)], to: [[labKey(1), 5n]] })
  assert.match(await verdict(node, back), 'cannot use utxo from the destruction address')
})

test('spends from a multisig address with enough signatures of different keys only', async () => {
  await using node = await readyNode()
  const keys = [1, 2, 3].map((position) => labKey(position).privateKey)
  const code = multisigCode(2, keys.map(publicKeyOf))
  const fund = spendGenesis([{ programHash: programHashOf(code, Prefix.multisig) }])
  assert.is(await verdict(node, fund), 'accepted')
  node.miner.mine()
  const unsigned = {
    ...transfer({ from: labKey(1), coins: [coinAt(fund, 0)], to: [[labKey(2), 5n]] }),
    programs: [],
  }
  const one = signMultisig(unsigned, code, keys.slice(0, 1))
  const prefix = 'transaction validate error: signature invalid'
  assert.is(await verdict(node, one), `${prefix}:invalid signatures, not enough signatures`)
  const [program] = one.programs
  const twice = {
    ...one,
    programs: [
      { code, parameter: Buffer.concat([program?.parameter ?? code, program?.parameter ?? code]) },
    ],
  }
  assert.is(await verdict(node, twice), `${prefix}:duplicated signatures`)
  const wrong = signMultisig({ ...unsigned, lockTime: 3 }, code, keys.slice(0, 2))
  assert.is(
    await verdict(node, { ...unsigned, programs: wrong.programs }),
    `${prefix}:matched signatures not enough`,
  )
  const all = signMultisig(unsigned, code, keys)
  const four = {
    code,
    parameter: Buffer.concat([all.programs[0]?.parameter ?? code, program?.parameter ?? code]),
  }
  assert.is(
    await verdict(node, { ...all, programs: [four] }),
    `${prefix}:invalid signatures, too many signatures`,
  )
  assert.is(await verdict(node, signMultisig(unsigned, code, keys.slice(1))), 'accepted')
})

test('asks everybody named by a script attribute for a program', async () => {
  await using node = await readyNode()
  const named = spendGenesis([{}], (plain) => ({
    ...plain,
    attributes: [...plain.attributes, { usage: 0x20, data: labKey(1).programHash }],
  }))
  assert.match(
    await verdict(node, named),
    'the number of data hashes is different with number of programs',
  )
  const both = signTransaction(named, [labKey(1).privateKey])
  assert.is(await verdict(node, both), 'accepted')
})

test('refuses votes, because nobody can be voted for', async () => {
  await using node = await readyNode()
  const candidate = publicKeyOf(labKey(1).privateKey)
  const vote = (version: number, voteType: number) =>
    spendGenesis([
      {
        type: 1,
        payload: {
          kind: 'vote',
          version,
          contents: [{ voteType, candidates: [{ candidate, ...(version > 0 && { votes: 1n }) }] }],
        },
      },
    ])
  assert.is(
    await verdict(node, vote(0, 0)),
    `transaction validate error: output invalid:invalid vote output payload producer candidate: ${toHex(candidate)}`,
  )
  assert.is(
    await verdict(node, vote(1, 0)),
    'transaction validate error: height version invalid:not support VoteProducerAndCRVersion before CRVotingStartHeight',
  )
})

test('takes records and assets, and no coinbase', async () => {
  await using node = await readyNode()
  const record = spendGenesis([{}], (plain) => ({
    ...plain,
    type: 3,
    payload: { kind: 'record', type: 'memo', content: Buffer.from('hi') },
  }))
  assert.is(await verdict(node, record), 'accepted')
  const coinbase = node.chain.block(node.chain.tip).transactions[0]
  assert.match(
    await verdict(node, { ...(coinbase ?? record), lockTime: 99 }),
    'block validate error: coinbase transaction is invalid',
  )
})

test('lets go of what pays least when the pool is full', async () => {
  await using node = await readyNode()
  const outputs = Array.from({ length: 3 }, (_, n) => [labKey(1), 1_000_000n + BigInt(n)] as const)
  const split = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: outputs })
  assert.is(await verdict(node, split), 'accepted')
  node.miner.mine()
  const [cheap, dear, cheapest] = [200n, 900n, 100n].map((fee, index) =>
    transfer({
      from: labKey(1),
      coins: [coinAt(split, index)],
      to: [[labKey(2), 5n]],
      fee,
      nonce: '1',
    }),
  )
  assert.ok(cheap && dear && cheapest)
  // Room for one and a half of them.
  Object.assign(node.chain.params, { maxPoolBytes: 450 })
  assert.is(await verdict(node, cheap), 'accepted')
  assert.match(await verdict(node, cheapest), 'over capacity')
  assert.is(await verdict(node, dear), 'accepted')
  assert.equal(
    node.mempool.entries().map(({ fee }) => fee),
    [900n],
  )
})

/** A node with 10 ELA locked for ESC. */
async function lockedNode(): Promise<{ readonly node: TestNode; readonly lock: Transaction }> {
  const node = await readyNode()
  const lock = spendGenesis(
    [
      {
        value: 1_000_010_000n,
        programHash: ESC_TESTNET,
        type: 3,
        payload: {
          kind: 'crossChain',
          version: 0,
          targetAddress: '0x4d2851618957E63A1CF40D816773447816C455f4',
          targetAmount: 1_000_000_000n,
          targetData: new Uint8Array(),
        },
      },
      { value: 1_000n },
    ],
    (plain) => ({
      ...plain,
      ...lessChange(plain),
      type: 8,
      payloadVersion: 1,
      payload: { kind: 'transferCrossChainAsset' },
    }),
  )
  assert.is(await verdict(node, lock), 'accepted')
  node.miner.mine()
  return { node, lock }
}

/** The change is what the other outputs leave, less a fee. */
function lessChange({ outputs }: Transaction): { outputs: readonly Output[] } {
  const others = outputs.slice(0, -1)
  const paid = others.reduce((sum, { value }) => sum + value, 10_000n)
  const last = outputs.at(-1)
  assert.ok(last)
  return { outputs: [...others, { ...last, value: GENESIS_COIN.value - paid }] }
}

function withdrawal(lock: Transaction, sideTransaction: string, sign: boolean): Transaction {
  const base = transfer({
    from: labKey(6),
    coins: [coinAt(lock, 0)],
    to: [[labKey(6), 500_000_000n]],
  })
  const unsigned: Transaction = {
    ...base,
    type: 7,
    payloadVersion: 1,
    payload: { kind: 'withdrawFromSideChain' },
    outputs: base.outputs.map((output, at) =>
      at > 0
        ? { ...output, programHash: ESC_TESTNET }
        : {
            ...output,
            type: 4,
            payload: {
              kind: 'withdraw',
              version: 0,
              genesisBlockAddress: 'XWCiyXM1bQyGTawoaYKx9PjRkMUGGocWub',
              sideChainTransactionHash: fromHex(sideTransaction),
              targetData: new Uint8Array(),
            },
          },
    ),
    programs: [],
  }
  const code = arbiterCode(4, arbiters.map(publicKeyOf))
  return sign
    ? signMultisig(unsigned, code, arbiters.slice(0, 4))
    : signMultisig(unsigned, code, arbiters.slice(0, 3))
}

test('pays out locked coins to arbiters once for each side chain transaction', async () => {
  const { node, lock } = await lockedNode()
  await using _ = node
  const id = 'ab'.repeat(32)
  assert.is(await node.call('getexistwithdrawtransactions', { txs: [id] }), null)
  assert.match(
    await verdict(node, withdrawal(lock, id, false)),
    'signature invalid:invalid signatures, not enough signatures',
  )
  const good = withdrawal(lock, id, true)
  const [program] = good.programs
  const ownCode = arbiterCode(
    4,
    [1, 2, 3, 4, 6].map((at) => publicKeyOf(labKey(at).privateKey)),
  )
  assert.match(
    await verdict(node, {
      ...good,
      programs: [{ code: ownCode, parameter: program?.parameter ?? ownCode }],
    }),
    'payload content invalid:invalid cross chain arbitrators',
  )
  assert.is(await verdict(node, good), 'accepted')
  assert.equal(await node.call('getexistwithdrawtransactions', { txs: [id] }), [id])
  assert.is(
    await verdict(node, withdrawal(lock, id, true)),
    'slot SidechainTxHashes verify tx error',
  )
  node.miner.mine()
  assert.equal(await node.call('getexistwithdrawtransactions', { txs: [id] }), [id])
  const rest = withdrawal(lock, id, true)
  const again = {
    ...rest,
    inputs: [{ txid: transactionId(good), index: 1, sequence: 0 }],
    programs: [],
  }
  const code = arbiterCode(4, arbiters.map(publicKeyOf))
  assert.match(
    await verdict(node, signMultisig(again, code, arbiters.slice(0, 4))),
    'Duplicate side chain transaction hash in output paylod',
  )
})

test('does not pay out a side chain transaction twice in one withdrawal', async () => {
  const { node, lock } = await lockedNode()
  await using _ = node
  const once = withdrawal(lock, 'ee'.repeat(32), true)
  const outputs = once.outputs.map((output) => ({ ...output, value: 200_000_000n }))
  const [first] = outputs
  assert.ok(first)
  const twice = { ...once, outputs: [first, ...outputs], programs: [] }
  const code = arbiterCode(4, arbiters.map(publicKeyOf))
  assert.match(
    await verdict(node, signMultisig(twice, code, arbiters.slice(0, 4))),
    'payload content invalid:Duplicate sidechain tx detected in a transaction',
  )
  // A withdrawal that no block may have would keep every later block from being made.
  node.miner.mine()
})

test('lets no other transaction take locked coins, whoever signs', async () => {
  const { node, lock } = await lockedNode()
  await using _ = node
  const theft = withdrawal(lock, 'cd'.repeat(32), true)
  const plain: Transaction = {
    ...theft,
    type: 2,
    payloadVersion: 0,
    payload: { kind: 'transferAsset' },
    outputs: theft.outputs.map((output) => ({ ...output, type: 0, payload: { kind: 'none' } })),
    programs: [],
  }
  const code = arbiterCode(4, arbiters.map(publicKeyOf))
  assert.match(
    await verdict(node, signMultisig(plain, code, arbiters.slice(0, 4))),
    'only WithdrawFromSideChain and ReturnSideChainDepositCoin can spend CrossChain UTXOs',
  )
})

test('pays a deposit back to who made it, once, less the fee', async () => {
  const { node, lock } = await lockedNode()
  await using _ = node
  const ESC = 'XWCiyXM1bQyGTawoaYKx9PjRkMUGGocWub'
  const giveBack = (value: bigint, owner = labKey(0), sideChain = ESC): Transaction => {
    const base = transfer({ from: labKey(6), coins: [coinAt(lock, 0)], to: [[owner, value]] })
    const [first] = base.outputs
    assert.ok(first)
    const unsigned: Transaction = {
      ...base,
      type: 0x51,
      payload: { kind: 'returnSideChainDepositCoin' },
      outputs: [
        {
          ...first,
          type: 5,
          payload: {
            kind: 'returnSideChainDeposit',
            version: 0,
            genesisBlockAddress: sideChain,
            depositTransactionHash: parseDisplayHash(coinAt(lock, 0).txid),
          },
        },
      ],
      programs: [],
    }
    return signMultisig(unsigned, arbiterCode(4, arbiters.map(publicKeyOf)), arbiters.slice(0, 4))
  }
  const locked = coinAt(lock, 0).value
  assert.match(
    await verdict(node, giveBack(locked - 200n)),
    'payload content invalid:invalid output amount',
  )
  assert.match(await verdict(node, giveBack(locked - 100n, labKey(2))), 'invalid output address')
  assert.match(
    await verdict(node, giveBack(locked - 100n, labKey(0), 'nowhere')),
    'payload content invalid:[Uint168FromAddress] error, len != 34',
  )
  assert.is(await verdict(node, giveBack(locked - 100n)), 'accepted')
  node.miner.mine()
  const id = toHex(transactionId(lock))
  assert.equal(await node.call('getexistreturndeposittransactions', { txs: [id] }), [id])
})

test.run()
