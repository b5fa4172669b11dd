import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Hex, keccak256 as viemKeccak } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { ElaError } from '../../../src/base/errors.ts'
import { addressOfPrivateKey } from '../../../src/protocol/evm/address.ts'
import {
  decodeLegacyTransaction,
  encodeLegacyTransaction,
  type LegacyTransaction,
  senderOf,
  signLegacyTransaction,
} from '../../../src/protocol/evm/legacy-transaction.ts'
import { fails } from '../../support/fails.ts'

const test = suite('legacy transactions')

// The example of EIP-155.
const key = fromHex('46'.repeat(32))
const example: LegacyTransaction = {
  nonce: 9n,
  gasPrice: 20_000_000_000n,
  gasLimit: 21_000n,
  to: `0x${'35'.repeat(20)}`,
  value: 10n ** 18n,
  data: new Uint8Array(),
  chainId: 1n,
}
const signed =
  'f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83'

test('signs the example of EIP-155 byte for byte', () => {
  assert.is(toHex(signLegacyTransaction(example, key).raw), signed)
})

test('reads it back and finds its sender', () => {
  const read = decodeLegacyTransaction(fromHex(signed))
  assert.is(senderOf(read), addressOfPrivateKey(key))
  assert.is(senderOf(read), '0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f')
  const { v, r: _r, s: _s, ...content } = read
  assert.equal(content, example)
  assert.is(v, 37n)
})

const transactions = fc.record({
  nonce: fc.bigInt(0n, 2n ** 64n - 1n),
  gasPrice: fc.bigInt(0n, 2n ** 128n),
  gasLimit: fc.bigInt(0n, 2n ** 63n),
  to: fc.option(
    fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes): Hex => `0x${toHex(bytes)}`),
    { nil: undefined },
  ),
  value: fc.bigInt(0n, 2n ** 256n - 1n),
  data: fc.uint8Array({ maxLength: 300 }),
  chainId: fc.option(fc.constantFrom(20n, 21n, 22n, 23n, 2021n), { nil: undefined }),
})
const keys = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0) && (bytes[0] ?? 0) < 0xff)

test('signs what viem signs, and knows whose it is', async () => {
  await fc.assert(
    fc.asyncProperty(transactions, keys, async (transaction, privateKey) => {
      const account = privateKeyToAccount(`0x${toHex(privateKey)}`)
      const { raw, hash } = signLegacyTransaction(transaction, privateKey)
      const theirs = await account.signTransaction({
        type: 'legacy',
        nonce: Number(transaction.nonce % 2n ** 50n),
        gasPrice: transaction.gasPrice,
        gas: transaction.gasLimit,
        value: transaction.value,
        data: `0x${toHex(transaction.data)}`,
        ...(transaction.to === undefined ? {} : { to: transaction.to }),
        ...(transaction.chainId === undefined ? {} : { chainId: Number(transaction.chainId) }),
      })
      const ours = { ...transaction, nonce: transaction.nonce % 2n ** 50n }
      assert.is(`0x${toHex(signLegacyTransaction(ours, privateKey).raw)}`, theirs)
      assert.is(hash, viemKeccak(raw))
      const read = decodeLegacyTransaction(raw)
      assert.is(senderOf(read), account.address.toLowerCase())
      assert.equal(encodeLegacyTransaction(read), raw)
    }),
    { numRuns: 40 },
  )
})

test('refuses typed transactions, high s, and integers with leading zeros', async () => {
  await fails('protocol/trailing', () => decodeLegacyTransaction(fromHex(`02${signed}`)))
  const read = decodeLegacyTransaction(fromHex(signed))
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  await fails('protocol/malformed', () => senderOf({ ...read, s: order - read.s }))
  await fails('protocol/notCanonical', () =>
    decodeLegacyTransaction(fromHex('c9000000808000000000')),
  )
})

test('refuses damaged bytes with an error, never with a crash', () => {
  const raw = fromHex(signed)
  const read = (bytes: Uint8Array) => {
    try {
      senderOf(decodeLegacyTransaction(bytes))
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), read), { numRuns: 500 })
  fc.assert(
    fc.property(fc.nat(raw.length - 1), fc.nat(7), (at, bit) => {
      const flipped = raw.slice()
      flipped[at] = (raw[at] ?? 0) ^ (1 << bit)
      read(flipped)
      read(raw.subarray(0, at))
    }),
    { numRuns: 300 },
  )
})

test.run()
