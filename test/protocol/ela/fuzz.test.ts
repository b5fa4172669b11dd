/** Bytes from anywhere: they decode to what writes the same bytes again, or fail in words. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { ElaError } from '../../../src/base/errors.ts'
import { type Codec, decode, encode } from '../../../src/protocol/codec.ts'
import { addressOf, readAddress } from '../../../src/protocol/ela/address.ts'
import { formatEla, parseEla } from '../../../src/protocol/ela/amount.ts'
import { auxPowCodec, checkAuxPow } from '../../../src/protocol/ela/auxpow.ts'
import { blockCodec, dposBlockCodec } from '../../../src/protocol/ela/block.ts'
import { bitsOfTarget, meetsBits, targetOfBits } from '../../../src/protocol/ela/difficulty.ts'
import { headerCodec } from '../../../src/protocol/ela/header.ts'
import { verifySignature } from '../../../src/protocol/ela/keys.ts'
import { openKeystoreDat } from '../../../src/protocol/ela/keystore-dat.ts'
import { verifySchnorr } from '../../../src/protocol/ela/schnorr.ts'
import { parseCode } from '../../../src/protocol/ela/script.ts'
import { transactionCodec } from '../../../src/protocol/ela/transaction.ts'
import {
  list,
  varBytes,
  varString,
  varUint,
  varUint64,
} from '../../../src/protocol/ela/var-uint.ts'

const test = suite('main chain fuzz')

type Vectors = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>
function vectorsOf(name: string): Vectors {
  const url = new URL(`../../vectors/ela/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as Vectors
}
const samplesOf = (vectors: Vectors, group: string, field: string) =>
  (vectors[group] ?? []).flatMap((one) => one[field] ?? []).map(fromHex)

const transactions = vectorsOf('transactions')
const blocks = vectorsOf('blocks')
const transactionSamples = [
  ...samplesOf(vectorsOf('payloads'), 'entries', 'raw'),
  ...samplesOf(transactions, 'transactions', 'raw'),
  ...samplesOf(transactions, 'transactionsLive', 'raw'),
]
const blockSamples = [
  ...samplesOf(blocks, 'blocks', 'raw'),
  ...samplesOf(blocks, 'genesis', 'blockHex'),
]
const auxPowSamples = samplesOf(blocks, 'auxpow', 'auxpow')

/** Whether the bytes decoded; fails when they write differently or anything but an answer is thrown. */
function survives<T>(codec: Codec<T>, bytes: Uint8Array): boolean {
  let value: T
  try {
    value = decode(codec, bytes)
  } catch (error) {
    if (error instanceof ElaError) return false
    throw error
  }
  assert.is(toHex(encode(codec, value)), toHex(bytes))
  return true
}

/** A sample with a few bytes changed, cut out or put in. */
function damaged(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const sample = fc.constantFrom(...samples)
  const change = fc.tuple(
    fc.nat(),
    fc.nat(2),
    fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 253, 255)),
  )
  return fc
    .tuple(sample, fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([bytes, changes]) => {
      const damage = [...bytes]
      for (const [where, kind, byte] of changes) {
        const at = where % (damage.length + 1)
        if (kind === 0) damage[at] = byte
        else if (kind === 1) damage.splice(at, 1)
        else damage.splice(at, 0, byte)
      }
      return Uint8Array.from(damage)
    })
}

const targets: readonly (readonly [string, Codec<unknown>, readonly Uint8Array[], number])[] = [
  ['transactions', transactionCodec as Codec<unknown>, transactionSamples, 6000],
  ['blocks', blockCodec as Codec<unknown>, blockSamples, 1500],
  ['proofs of work', auxPowCodec as Codec<unknown>, auxPowSamples, 1500],
]

for (const [name, codec, samples, runs] of targets) {
  test(`survives damaged ${name}`, () => {
    let decoded = 0
    const property = fc.property(damaged(samples), (bytes) => {
      if (survives(codec, bytes)) decoded += 1
    })
    fc.assert(property, { numRuns: runs })
    assert.ok(decoded > runs / 50, `only ${decoded} of ${runs} decoded: the damage is too coarse`)
  })

  test(`refuses ${name} cut short at any byte`, () => {
    for (const sample of samples.slice(0, 12)) {
      for (let length = 0; length < sample.length; length += 1) {
        assert.not.ok(survives(codec, sample.subarray(0, length)), `${length} bytes`)
      }
    }
  })

  test(`survives random bytes as ${name}`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void survives(codec, bytes)),
    )
  })
}

test('survives random payloads of every type and version', () => {
  const property = fc.property(
    fc.nat(0x80),
    fc.nat(4),
    fc.uint8Array({ maxLength: 300 }),
    (type, version, rest) => {
      survives(transactionCodec, Uint8Array.from([9, type, version, ...rest]))
    },
  )
  fc.assert(property, { numRuns: 6000 })
})

test('survives random bytes after a genesis block', () => {
  const [genesis = new Uint8Array()] = samplesOf(blocks, 'genesis', 'blockHex')
  const property = fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
    survives(dposBlockCodec, Uint8Array.from([...genesis, ...rest]))
    survives(headerCodec, rest)
  })
  fc.assert(property)
})

test('writes and reads every number, length and list', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      assert.is(decode(varUint64, encode(varUint64, value)), value)
    }),
  )
  const edges = [
    0,
    0xfc,
    0xfd,
    0xffff,
    0x1_0000,
    0xffff_ffff,
    0x1_0000_0000,
    Number.MAX_SAFE_INTEGER,
  ]
  assert.equal(
    edges.map((value) => encode(varUint, value).length),
    [1, 1, 3, 3, 5, 5, 9, 9],
  )
  for (const value of edges) assert.is(decode(varUint, encode(varUint, value)), value)
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 70_000 }),
      fc.string({ unit: 'grapheme' }),
      (bytes, text) => {
        assert.equal(decode(varBytes(70_000), encode(varBytes(70_000), bytes)), bytes)
        assert.is(decode(varString(), encode(varString(), text)), text)
      },
    ),
  )
  const strings = list(varString())
  fc.assert(
    fc.property(fc.array(fc.string()), (texts) => {
      assert.equal(decode(strings, encode(strings, texts)), texts)
    }),
  )
})

test('survives any text as address, amount and wallet file', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 30, maxLength: 40, unit: 'binary' }), (text) => {
      const read = readAddress(text)
      if ('programHash' in read) assert.is(addressOf(read.programHash), text)
    }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (sela) => {
      assert.is(parseEla(formatEla(sela)), sela)
    }),
  )
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (value, account) => {
      const file = { Version: '1.0.0', ...(value as object), Account: [account] }
      assert.throws(
        () => openKeystoreDat(JSON.stringify(file), ''),
        (error: unknown) => error instanceof ElaError,
      )
    }),
  )
})

test('reads back every address', () => {
  const prefixes = fc.constantFrom(0x21, 0x12, 0x4b, 0x1f, 0x67, 0x3f, 0x1c)
  const hashes = fc.uint8Array({ minLength: 20, maxLength: 20 })
  fc.assert(
    fc.property(prefixes, hashes, (prefix, hash) => {
      const programHash = Uint8Array.from([prefix, ...hash])
      const read = readAddress(addressOf(programHash))
      assert.equal(read, { programHash })
      assert.match('EX8DSCi', addressOf(programHash)[0] ?? '-')
    }),
  )
})

test('never throws while it checks codes, signatures, proofs and targets', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), bytes(33), bytes(64), (code, key, signature) => {
      parseCode(code)
      const point = Uint8Array.from(key).fill(2, 0, 1)
      assert.not.ok(verifySignature(point, code, signature))
      assert.not.ok(verifySchnorr(point, point.subarray(1), signature))
    }),
  )
  fc.assert(
    fc.property(damaged(auxPowSamples), bytes(32), (damage, hash) => {
      try {
        assert.not.ok(checkAuxPow(decode(auxPowCodec, damage), hash))
      } catch (error) {
        if (!(error instanceof ElaError)) throw error
      }
    }),
  )
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), bytes(32), (bits, hash) => {
      const target = targetOfBits(bits)
      meetsBits(hash, bits)
      if (target > 0n && (bits & 0x007f_8000) !== 0 && bits >>> 24 > 2)
        assert.is(bitsOfTarget(target), bits)
    }),
  )
})

test.run()
