import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { decode, encode } from '../../../src/protocol/codec.ts'
import { Prefix, parseAddress, programHashOf } from '../../../src/protocol/ela/address.ts'
import { ELA_ASSET_ID } from '../../../src/protocol/ela/genesis.ts'
import { hash160, sha256d } from '../../../src/protocol/ela/hash.ts'
import { publicKeyOf, verifySignature } from '../../../src/protocol/ela/keys.ts'
import { parseSignatures, sortedPrograms } from '../../../src/protocol/ela/program.ts'
import { verifySchnorr } from '../../../src/protocol/ela/schnorr.ts'
import {
  multisigCode,
  parseCode,
  sortedByX,
  standardCode,
} from '../../../src/protocol/ela/script.ts'
import { signMultisig, signTransaction, signWithSchnorr } from '../../../src/protocol/ela/sign.ts'
import {
  type Program,
  type Transaction,
  transactionCodec,
  unsignedBytes,
} from '../../../src/protocol/ela/transaction.ts'
import { buildDeposit, buildTransfer, memoOf } from '../../../src/protocol/ela/transfer.ts'
import { fails } from '../../support/fails.ts'

interface Vectors {
  readonly transactionsLive: readonly { name: string; raw: string }[]
  readonly rawTransactions: readonly { raw: string; signatures: readonly (string | true)[] }[]
  readonly signingKeys: readonly { publicKey: string; privateKey: string }[]
}
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/ela/transactions.json', import.meta.url), 'utf8'),
) as Vectors
const privateKeyOf = new Map(
  vectors.signingKeys.map(({ publicKey, privateKey }) => [publicKey, fromHex(privateKey)]),
)

const test = suite('main chain signing')

for (const { name, raw } of vectors.transactionsLive) {
  const transaction = decode(transactionCodec, fromHex(raw))

  test(`finds the signatures of "${name}" right, which the real node accepted`, () => {
    assert.ok(transaction.programs.length > 0)
    const message = unsignedBytes(transaction)
    for (const { code, parameter } of transaction.programs) {
      const parsed = parseCode(code)
      assert.ok(parsed)
      if (parsed.kind === 'schnorr') {
        assert.ok(verifySchnorr(parsed.publicKey, sha256d(message), parameter))
        continue
      }
      const keys = 'publicKeys' in parsed ? parsed.publicKeys : [parsed.publicKey]
      const signatures = parseSignatures(parameter) ?? []
      const signers = signatures.map((one) =>
        keys.find((key) => verifySignature(key, message, one)),
      )
      assert.is(new Set(signers).size, 'm' in parsed ? parsed.m : 1)
      assert.not.ok(signers.includes(undefined))
    }
  })

  test(`makes the very bytes of "${name}"`, () => {
    let signed: Transaction = { ...transaction, programs: [] }
    for (const { code } of transaction.programs) {
      const parsed = parseCode(code)
      assert.ok(parsed)
      const isShared = 'publicKeys' in parsed
      const keys = (isShared ? parsed.publicKeys : [parsed.publicKey])
        .map((key) => privateKeyOf.get(toHex(key)))
        .filter((key) => key !== undefined)
      if (parsed.kind === 'schnorr') signed = signWithSchnorr(signed, keys)
      else if (isShared) signed = signMultisig(signed, code, signersOf(transaction, code, keys))
      else signed = signTransaction(signed, keys)
    }
    // Schnorr signatures depend on a free choice of nonce.
    if (name === 'schnorr transfer') return assert.is(signed.programs.length, 1)
    // The order of programs is free: one of these was sent in the other order on purpose.
    const sorted = sortedPrograms(transaction.programs)
    const programs = sorted.map(({ code, parameter }) => ({
      code,
      parameter: inLowerHalf(parameter),
    }))
    const expected = encode(transactionCodec, { ...transaction, programs })
    assert.is(toHex(encode(transactionCodec, signed)), toHex(expected))
  })
}

test('finds as many right signatures in the samples of documentation and tests as there are', () => {
  assert.is(vectors.rawTransactions.length, 17)
  for (const { raw, signatures } of vectors.rawTransactions) {
    const transaction = decode(transactionCodec, fromHex(raw))
    assert.equal(
      transaction.programs.map((program) => verdictOn(transaction, program)),
      signatures,
      raw.slice(0, 60),
    )
  }
})

/** In the words of the recorded verdicts. */
function verdictOn(transaction: Transaction, { code, parameter }: Program): string | true {
  const message = unsignedBytes(transaction)
  const parsed = parseCode(code)
  if (parsed === undefined || parsed.kind === 'arbiters') return 'n/a'
  if (parsed.kind === 'schnorr') {
    return verifySchnorr(parsed.publicKey, sha256d(message), parameter) || 'schnorr-bad'
  }
  const keys = 'publicKeys' in parsed ? parsed.publicKeys : [parsed.publicKey]
  const right = (parseSignatures(parameter) ?? []).filter((signature) =>
    keys.some((key) => verifySignature(key, message, signature)),
  )
  if ('m' in parsed) return `${right.length} valid of ${parsed.m} needed`
  if (parameter.length === 0) return 'unsigned'
  return right.length === 1 || 'bad'
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** Some were signed with an s in the upper half, whose twin in the lower half is as right. */
function inLowerHalf(parameter: Uint8Array): Uint8Array {
  const signatures = parseSignatures(parameter) ?? []
  const lowered = signatures.map((signature) => {
    const s = BigInt(`0x${toHex(signature.subarray(32))}`)
    const low = s > ORDER / 2n ? ORDER - s : s
    return `40${toHex(signature.subarray(0, 32))}${low.toString(16).padStart(64, '0')}`
  })
  return fromHex(lowered.join(''))
}

/** The private keys that signed, in the order in which they did. */
function signersOf(
  transaction: Transaction,
  code: Uint8Array,
  keys: readonly Uint8Array[],
): readonly Uint8Array[] {
  const message = unsignedBytes(transaction)
  const program = transaction.programs.find((one) => toHex(one.code) === toHex(code))
  return (parseSignatures(program?.parameter ?? new Uint8Array()) ?? []).flatMap((signature) =>
    keys.filter((key) => verifySignature(publicKeyOf(key), message, signature)),
  )
}

const keys = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte))
const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = keys
const owner = programHashOf(standardCode(publicKeyOf(first)), Prefix.standard)
const receiver = parseAddress('ERmHeitrDpZn2pbzFwDr5yeiyvidsUtC3v')
const coin = { txid: new Uint8Array(32).fill(7), index: 3, value: 500_000_000n }
const spending = { inputs: [coin], changeTo: owner, nonce: '42' }

test('builds a transfer with change and memo', () => {
  const transfer = buildTransfer({
    ...spending,
    outputs: [{ programHash: receiver, value: 200_000_000n }],
    memo: 'für dich',
  })
  assert.is(memoOf(transfer), 'für dich')
  const [nonce] = transfer.attributes
  assert.equal(nonce, { usage: 0, data: Buffer.from('42') })
  assert.equal(
    transfer.outputs.map(({ programHash, value, assetId }) => [programHash, value, assetId]),
    [
      [receiver, 200_000_000n, ELA_ASSET_ID],
      [owner, 299_990_000n, ELA_ASSET_ID],
    ],
  )
  assert.equal(transfer.inputs, [{ txid: coin.txid, index: 3, sequence: 0 }])
  assert.is(transfer.lockTime, 0)
  assert.equal(
    decode(transactionCodec, encode(transactionCodec, transfer)).outputs,
    transfer.outputs,
  )
})

test('leaves out change of nothing, and refuses what the inputs do not hold', async () => {
  const spend = (value: bigint, fee: bigint) =>
    buildTransfer({ ...spending, outputs: [{ programHash: receiver, value }], fee })
  assert.is(spend(499_999_900n, 100n).outputs.length, 1)
  assert.is(spend(499_999_899n, 100n).outputs.length, 2)
  await fails('protocol/notEnough', () => spend(499_999_901n, 100n))
})

test('makes every transfer another, unless told a nonce', () => {
  const { nonce: _, ...rest } = spending
  const make = () => buildTransfer({ ...rest, outputs: [{ programHash: receiver, value: 1n }] })
  assert.not.equal(make().attributes, make().attributes)
})

test('sets sequence and lock time for locked coins', () => {
  const inputs = [coin, { ...coin, index: 4, outputLock: 90 }]
  const outputs = [{ programHash: receiver, value: 1n }]
  const transfer = buildTransfer({ ...spending, inputs, outputs })
  assert.equal(
    transfer.inputs.map(({ sequence }) => sequence),
    [0, 0xffff_fffe],
  )
  assert.is(transfer.lockTime, 90)
})

test('builds a deposit that pays the fee of the side chain on top', () => {
  const deposit = buildDeposit({
    ...spending,
    lockTo: parseAddress('XWCiyXM1bQyGTawoaYKx9PjRkMUGGocWub'),
    targetAddress: '0x4d2851618957E63A1CF40D816773447816C455f4',
    amount: 100_000_000n,
  })
  assert.is(deposit.type, 8)
  assert.is(deposit.payloadVersion, 1)
  const [locked, change] = deposit.outputs
  assert.is(locked?.value, 100_010_000n)
  assert.is(locked?.type, 3)
  assert.is(locked?.payload.kind === 'crossChain' ? locked.payload.targetAmount : 0n, 100_000_000n)
  assert.is(change?.value, 500_000_000n - 100_010_000n - 10_000n)
})

test('lets multisig owners sign one after the other', async () => {
  const publicKeys = sortedByX(keys.map(publicKeyOf))
  const code = multisigCode(2, publicKeys)
  const bare = buildTransfer({ ...spending, outputs: [{ programHash: receiver, value: 1n }] })
  const once = signMultisig(bare, code, [first])
  assert.is(once.programs[0]?.parameter.length, 65)
  const twice = signMultisig(once, code, [first, second])
  assert.is(twice.programs.length, 1)
  assert.is(twice.programs[0]?.parameter.length, 130)
  assert.equal(twice, signMultisig(bare, code, [first, second]))
  await fails('protocol/notASigner', () =>
    signMultisig(bare, multisigCode(1, publicKeys.slice(0, 2)), [
      keys.find((key) => toHex(publicKeyOf(key)) === toHex(publicKeys[2] ?? third)) ?? third,
    ]),
  )
  await fails('protocol/badMultisig', () =>
    signMultisig(bare, standardCode(publicKeyOf(first)), [first]),
  )
})

test('replaces the program of an owner who signs again', () => {
  const bare = buildTransfer({ ...spending, outputs: [{ programHash: receiver, value: 1n }] })
  const signed = signTransaction(bare, [first, second])
  assert.is(signed.programs.length, 2)
  assert.equal(signTransaction(signed, [second, first]), signed)
  const lastBytes = signed.programs.map(({ code }) => hash160(code).at(-1) ?? 0)
  assert.equal(
    lastBytes,
    [...lastBytes].sort((a, b) => a - b),
  )
})

test.run()
