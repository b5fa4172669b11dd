/** Transactions of the real chain and of the real code, byte for byte. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { decode, encode } from '../../../src/protocol/codec.ts'
import { displayHash } from '../../../src/protocol/ela/hash.ts'
import { blockReward, MAINNET_ISSUANCE, nftIdOf } from '../../../src/protocol/ela/issuance.ts'
import { TxType } from '../../../src/protocol/ela/payload/payload.ts'
import {
  type Transaction,
  transactionCodec,
  transactionId,
  transactionSize,
  unsignedBytes,
} from '../../../src/protocol/ela/transaction.ts'
import { memoOf } from '../../../src/protocol/ela/transfer.ts'
import { fails } from '../../support/fails.ts'

interface Entry {
  readonly name?: string
  readonly txid: string
  readonly raw?: string
  readonly type?: number
  readonly version?: number
  readonly payloadVersion?: number
  readonly note?: string
}

function entries(file: string, group: string): readonly Entry[] {
  const url = new URL(`../../vectors/ela/${file}.json`, import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as Record<string, Entry[]>)[group] ?? []
}

const test = suite('main chain transaction')

const groups = [
  ['transactions', 'transactions', 33],
  ['transactions', 'transactionsLive', 10],
  ['transactions', 'rawTransactions', 17],
  ['transactions', 'transactionsFromDocs', 7],
  ['payloads', 'entries', 212],
] as const

for (const [file, group, count] of groups) {
  // The documentation shows one transaction without its bytes.
  const all = entries(file, group).filter(({ raw }) => raw !== undefined)

  test(`has all of ${group}`, () => {
    assert.is(all.length, count)
  })

  for (const [index, entry] of all.entries()) {
    const { raw = '', txid, type, version, payloadVersion, note } = entry
    test(`reads and writes ${group} ${entry.name ?? index}`, () => {
      const transaction = decode(transactionCodec, fromHex(raw))
      assert.is(toHex(encode(transactionCodec, transaction)), raw)
      assert.is(transactionSize(transaction), raw.length / 2)
      // One sample of the documentation was edited by hand and does not have its own id.
      if (note === undefined) assert.is(displayHash(transactionId(transaction)), txid)
      assert.is(transaction.type, type ?? transaction.type)
      assert.is(transaction.version, version ?? transaction.version)
      assert.is(transaction.payloadVersion, payloadVersion ?? transaction.payloadVersion)
    })
  }
}

test('covers every type the chain has, in every version that differs', () => {
  const seen = new Set(entries('payloads', 'entries').map(({ type }) => type))
  const without: readonly number[] = [TxType.deploy, TxType.rechargeToSideChain]
  for (const [name, type] of Object.entries(TxType)) {
    assert.is(seen.has(type), !without.includes(type), name)
  }
})

test('gives the fields of a deposit', () => {
  const deposit = live('deposit V1 ESC testnet')
  assert.is(deposit.version, 9)
  assert.is(deposit.type, TxType.transferCrossChainAsset)
  assert.equal(deposit.payload, { kind: 'transferCrossChainAsset' })
  assert.equal(deposit.attributes, [{ usage: 0, data: new Uint8Array(Buffer.from('77')) }])
  const [locked, change] = deposit.outputs
  assert.is(locked?.value, 1_000_010_000n)
  assert.is(
    toHex(locked?.programHash ?? new Uint8Array()),
    '4bcece202b607106da2a1525d498bca302763cc2f7',
  )
  assert.equal(locked?.payload, {
    kind: 'crossChain',
    version: 0,
    targetAddress: '0x4d2851618957E63A1CF40D816773447816C455f4',
    targetAmount: 1_000_000_000n,
    targetData: new Uint8Array(),
  })
  assert.equal(change?.payload, { kind: 'none' })
  assert.is(deposit.programs[0]?.parameter.length, 65)
})

test('gives the memo wallets show', () => {
  assert.is(memoOf(live('transfer v9 memo')), 'hello devnet')
  assert.is(memoOf(live('transfer v0')), undefined)
})

test('gives an id that programs do not change', () => {
  const signed = live('transfer v9 memo')
  const bare = { ...signed, programs: [] }
  assert.equal(transactionId(bare), transactionId(signed))
  assert.equal(encode(transactionCodec, bare), concatBytes(unsignedBytes(signed), Uint8Array.of(0)))
})

const plain = '0902000000000000000000'

test('reads the smallest transaction there is', () => {
  const { programs: _, ...rest } = decode(transactionCodec, fromHex(plain + '00'.repeat(0)))
  assert.is(rest.lockTime, 0)
  assert.equal(rest.inputs, [])
})

test('refuses types that are not valid on the main chain', async () => {
  for (const type of ['04', '06', '16', '20', '7f', 'ff']) {
    await fails('protocol/malformed', () => read(`09${type}00${'00'.repeat(8)}`))
  }
})

test('refuses an attribute usage that does not exist', async () => {
  for (const usage of ['01', '30', '80', '93', 'ff']) {
    await fails('protocol/malformed', () => read(`09020001${usage}00${'00'.repeat(7)}`))
  }
  const transaction = { ...live('transfer v0'), attributes: [{ usage: 1, data: new Uint8Array() }] }
  await fails('protocol/malformed', () => encode(transactionCodec, transaction))
})

test('refuses an output type that does not exist', async () => {
  const output = `${'00'.repeat(32)}${'00'.repeat(8)}00000000${'00'.repeat(21)}`
  read(`0902000000 01${output}00 00000000 00`)
  await fails('protocol/malformed', () => read(`0902000000 01${output}08 00000000 00`))
})

test('refuses lengths that are not in their shortest form', async () => {
  await fails('protocol/notCanonical', () => read('090200 fd0000 00 00 00000000 00'))
  await fails('protocol/notCanonical', () => read('090200 fefcff0000 00 00 00000000 00'))
  await fails('protocol/notCanonical', () => read('090200 ff01000000 00000000 00 00 00000000 00'))
})

test('refuses bytes that are missing or left over', async () => {
  await fails('protocol/truncated', () => read(plain.slice(0, -2)))
  await fails('protocol/trailing', () => read(`${plain}00`))
  await fails('protocol/truncated', () => read('090200 ffffffffffffff1f00'))
  await fails('protocol/outOfRange', () => read('090200 ffffffffffffffffff'))
})

test('refuses what is longer than the chain allows, in both directions', async () => {
  const base = live('transfer v0')
  const program = (parameter: number, code: number) => ({
    ...base,
    programs: [{ parameter: new Uint8Array(parameter), code: new Uint8Array(code) }],
  })
  decode(transactionCodec, encode(transactionCodec, program(20_000, 10_000)))
  await fails('protocol/tooLong', () => encode(transactionCodec, program(20_001, 0)))
  await fails('protocol/tooLong', () => encode(transactionCodec, program(0, 10_001)))
  await fails('protocol/tooLong', () => read('090200 00 00 00 00000000 01 fd214e'))
  await fails('protocol/tooLong', () => read('0004fe01001000'))
  await fails('protocol/tooLong', () => read('090200 01 00 fe01000001'))
})

test('refuses to write payloads where they do not belong', async () => {
  const base = live('transfer v0')
  const wrong: Transaction[] = [
    { ...base, payload: { kind: 'exchangeVotes' } },
    { ...base, version: 5 },
    { ...base, type: TxType.exchangeVotes, payload: { kind: 'exchangeVotes' } },
    { ...base, version: 9, outputs: base.outputs.map((output) => ({ ...output, type: 3 })) },
    { ...base, outputs: base.outputs.map((output) => ({ ...output, type: 3 })) },
    {
      ...base,
      type: TxType.withdrawFromSideChain,
      payload: { kind: 'withdrawFromSideChain', blockHeight: 5 },
    },
  ]
  for (const transaction of wrong) {
    await fails('protocol/malformed', () => encode(transactionCodec, transaction))
  }
})

test('refuses text that is not UTF-8', async () => {
  await fails('protocol/malformed', () => read('090300 01ff 00 00 00 00 00000000 00'))
})

test('knows the reward of each era', () => {
  const reward = (height: number) => blockReward(MAINNET_ISSUANCE, height)
  const { at1051199, at1051200, at2102400, at919800, old } = misc(1)
  assert.equal(
    [919_799, 919_800, 1_051_199, 1_051_200, 2_102_400].map((height) => Number(reward(height))),
    [old, at919800, at1051199, at1051200, at2102400],
  )
})

test('knows the id of an NFT', () => {
  const { id, referKey, txHash } = misc(0)
  assert.is(toHex(nftIdOf(fromHex(`${referKey}`), fromHex(`${txHash}`))), id)
})

function misc(index: number): Readonly<Record<string, unknown>> {
  const entry = entries('transactions', 'misc')[index]
  assert.ok(entry)
  return entry as unknown as Readonly<Record<string, unknown>>
}

function live(name: string): Transaction {
  const raw = entries('transactions', 'transactionsLive').find((one) => one.name === name)?.raw
  return read(raw ?? '')
}

function read(hex: string): Transaction {
  return decode(transactionCodec, fromHex(hex.replaceAll(' ', '')))
}

test.run()
