import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashMessage, hashTypedData, verifyMessage, verifyTypedData } from 'viem'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { devnetAccounts } from '../../../src/identity/devnet-accounts.ts'
import { personalMessageHash, signHash } from '../../../src/protocol/evm/sign-message.ts'
import { parseTypedData, typedDataHash } from '../../../src/protocol/evm/typed-data.ts'
import { fails } from '../../support/fails.ts'

const test = suite('signatures of EVM wallets, against viem')
const [alice] = devnetAccounts()
assert.ok(alice)
const { address, privateKey } = alice.evm

const mail = {
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
    ],
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallets', type: 'address[]' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person[2]' },
      { name: 'contents', type: 'string' },
      { name: 'blob', type: 'bytes' },
      { name: 'tag', type: 'bytes4' },
      { name: 'level', type: 'int8' },
      { name: 'amount', type: 'uint256' },
      { name: 'urgent', type: 'bool' },
    ],
  },
  primaryType: 'Mail',
  domain: {
    name: 'Ether Mail',
    version: '1',
    chainId: 21,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
  },
  message: {
    from: { name: 'Cow', wallets: ['0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826'] },
    to: [
      { name: 'Bob', wallets: [] },
      { name: 'é', wallets: ['0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB'] },
    ],
    contents: 'Hello, Bob!',
    blob: '0x0102',
    tag: '0xdeadbeef',
    level: -5,
    amount: '115792089237316195423570985008687907853269984665640564039457584007913129639935',
    urgent: true,
  },
} as const

test('structured data is hashed as viem does, and recovered', async () => {
  const hash = typedDataHash(parseTypedData(mail))
  assert.is(`0x${toHex(hash)}`, hashTypedData(mail as never))
  const signature = signHash(hash, privateKey)
  assert.ok(await verifyTypedData({ ...(mail as object), address, signature } as never))
})

test('version 3 is the same without lists', async () => {
  const { domain, types } = mail
  const data = {
    domain,
    types: { EIP712Domain: types.EIP712Domain, Note: [{ name: 'text', type: 'string' }] },
    primaryType: 'Note',
    message: { text: 'hello' },
  }
  const parsed = parseTypedData(data)
  assert.equal(typedDataHash(parsed, 3), typedDataHash(parsed, 4))
  await fails('protocol/malformed', () => typedDataHash(parseTypedData(mail), 3))
})

test('messages are hashed as viem does, and recovered', async () => {
  for (const text of ['', 'hello', 'ü\u{1f600}', 'x'.repeat(1000)]) {
    const bytes = new TextEncoder().encode(text)
    const hash = personalMessageHash(bytes)
    assert.is(`0x${toHex(hash)}`, hashMessage({ raw: bytes }))
    const signature = signHash(hash, privateKey)
    assert.ok(await verifyMessage({ address, message: { raw: bytes }, signature }))
  }
})

test('values that do not fit their type are refused', async () => {
  const refused: readonly (readonly [keyof typeof mail.message, unknown])[] = [
    ['tag', '0xdead'],
    ['level', 128],
    ['level', 1.5],
    ['amount', -1],
    ['amount', `0x1${'0'.repeat(64)}`],
    ['urgent', 'yes'],
    ['blob', 'xyz'],
    ['contents', 5],
    ['to', []],
    ['from', 'Cow'],
  ]
  for (const [name, value] of refused) {
    const data = { ...mail, message: { ...mail.message, [name]: value } }
    await fails('protocol/malformed', () => typedDataHash(parseTypedData(data)))
  }
  for (const data of [null, {}, { ...mail, types: [] }, { ...mail, primaryType: 'toString' }]) {
    await fails('protocol/malformed', () => parseTypedData(data))
  }
  const loop = { EIP712Domain: [], A: [{ name: 'a', type: 'A' }] }
  let value = {}
  for (let n = 0; n < 100; n += 1) value = { a: value }
  const endless = { types: loop, primaryType: 'A', domain: {}, message: value }
  await fails('protocol/malformed', () => typedDataHash(parseTypedData(endless)))
})

test('numbers and bytes of every size agree with viem', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (number, bytes) => {
        const data = {
          types: {
            EIP712Domain: [],
            T: [
              { name: 'n', type: 'int256' },
              { name: 'b', type: 'bytes32' },
            ],
          },
          primaryType: 'T',
          domain: {},
          message: { n: number, b: `0x${toHex(bytes)}` },
        }
        const ours = toHex(typedDataHash(parseTypedData(data)))
        assert.equal(fromHex(ours), fromHex(hashTypedData(data as never)))
      },
    ),
    { numRuns: 100 },
  )
})

test.run()
