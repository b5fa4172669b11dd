/** Contracts at the addresses of native code, asked in calls and from a contract. */
import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hexToBytes, type PrivateKeyAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { callRpc } from '../../../src/base/json-rpc.ts'
import { eid } from '../../../src/nodes/eid/kind.ts'
import { esc } from '../../../src/nodes/esc/kind.ts'
import { KEY_VERIFY_CODE, P256_VERIFY_CODE } from '../../../src/nodes/evm/native-codes.ts'
import { mainchain } from '../../../src/nodes/mainchain/kind.ts'
import { DEV_ARBITERS } from '../../../src/nodes/mainchain/params.ts'
import { keccak256 } from '../../../src/protocol/evm/keccak.ts'
import { ask, get, signed } from '../../support/evm.ts'
import { until } from '../../support/fails.ts'
import { compileNatives } from '../../support/native-contracts.ts'
import { startNode, type TestNode } from '../../support/node.ts'

const test = suite<{ node: TestNode; url: string }>('native contracts of ESC')
const YES = `0x${'1'.padStart(64, '0')}`
const NO = `0x${'0'.repeat(64)}`
const at = (address: string) => `0x${address.padStart(40, '0')}`

test.before(async (context) => {
  context.node = await startNode(esc)
  context.url = String(context.node.entry['rpc'])
})
test.after(async ({ node }) => {
  await node[Symbol.asyncDispose]()
})

function call(url: string, address: string, ...parts: readonly Uint8Array[]) {
  const data = `0x${Buffer.concat(parts).toString('hex')}`
  return ask(url, 'eth_call', [{ to: at(address), data }, 'latest'])
}

const word = (value: bigint) => fromHex(value.toString(16).padStart(64, '0'))
const ignored = new Uint8Array(32).fill(7)

/** The answer of 0x3e9, `undefined` for a failed call. */
async function verifies(
  url: string,
  { key, data, signature }: Record<'key' | 'data' | 'signature', Uint8Array>,
): Promise<boolean | undefined> {
  const { result, error } = await call(url, '3e9', ignored, key, data, signature)
  if (error !== undefined) return undefined
  assert.ok(result === YES || result === NO)
  return result === YES
}

function openSsl(key: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  const point = p256.Point.fromHex(toHex(key)).toBytes(false)
  const [x, y] = [point.slice(1, 33), point.slice(33)].map((one) =>
    Buffer.from(one).toString('base64url'),
  )
  const jwk = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
  return verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
}

function signedBy(secret: Uint8Array, data = randomBytes(64)) {
  const key = p256.getPublicKey(secret, true)
  const point = p256.getPublicKey(secret, false)
  const part = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const [x, y, d] = [part(point.slice(1, 33)), part(point.slice(33)), part(secret)]
  const jwk = { kty: 'EC', crv: 'P-256', x, y, d }
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  const signature = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return { key, data, signature: new Uint8Array(signature) }
}

const { n, p } = p256.Point.CURVE()

test('are what the compiler makes of their source', () => {
  assert.equal(compileNatives(), {
    KeyVerify: KEY_VERIFY_CODE,
    Native: '0x',
    P256Verify: P256_VERIFY_CODE,
  })
})

test('verify P-256 signatures as OpenSSL does, also of unusual keys', async ({ url }) => {
  const secrets = [1n, 2n, 3n, n - 1n, n - 2n, (n + 1n) / 2n].map(word)
  for (const secret of [...secrets, randomBytes(32), randomBytes(32), randomBytes(32)]) {
    const good = signedBy(secret)
    assert.is(await verifies(url, good), true)
    const r = good.signature.slice(0, 32)
    const s = BigInt(`0x${toHex(good.signature.slice(32))}`)
    const mirrored = Uint8Array.of(...r, ...word(n - s))
    assert.is(await verifies(url, { ...good, signature: mirrored }), true)
    const otherKey = good.key.slice()
    otherKey[0] = otherKey[0] === 2 ? 3 : 2
    assert.is(await verifies(url, { ...good, key: otherKey }), false)
    for (const part of ['data', 'signature'] as const) {
      const changed = new Uint8Array(good[part])
      const bit = (randomBytes(1)[0] ?? 0) % 64
      changed[bit] = (changed[bit] ?? 0) ^ 1
      const wrong = { ...good, [part]: changed }
      assert.is(await verifies(url, wrong), openSsl(wrong.key, wrong.data, wrong.signature))
    }
  }
})

test('say no to numbers out of range and fail for what is no key', async ({ url }) => {
  const { key, data, signature } = signedBy(word(5n))
  const [r, s] = [signature.slice(0, 32), signature.slice(32)]
  const zero = word(0n)
  for (const wrong of [
    [zero, s],
    [r, zero],
    [word(n), s],
    [r, word(n)],
    [word(2n ** 256n - 1n), s],
  ]) {
    const both = new Uint8Array(Buffer.concat(wrong))
    assert.is(await verifies(url, { key, data, signature: both }), false)
  }
  const keyOf = (first: number, x: Uint8Array) => Uint8Array.of(first, ...x)
  const x = key.slice(1)
  for (const bad of [keyOf(4, x), keyOf(0, x), keyOf(2, word(p - 1n)), keyOf(3, word(1n))]) {
    const isPoint = [2, 3].includes(bad[0] ?? 0) && p256.utils.isValidPublicKey(bad, true)
    assert.is(await verifies(url, { key: bad, data, signature }), isPoint ? false : undefined)
  }
  assert.ok((await call(url, '3e9', ignored, key, data, signature, zero)).error)
  assert.ok((await call(url, '3e9')).error)
})

/** Forwards its call data without the first word to the address there; keeps success and answer. */
const FORWARDER =
  '60203603' + '60205f37' + '5f5f602036035f5f355afa' + '5f55' + '3d5f5f3e' + '5f51600155'

test('work inside contracts', async ({ url }) => {
  const size = (FORWARDER.length / 2).toString(16).padStart(2, '0')
  const creation = signed(0, {
    to: undefined,
    value: 0n,
    gasLimit: 300_000n,
    data: fromHex(`60${size}600a5f3960${size}5ff3${FORWARDER}`),
  })
  const receiptOf = async (hash: string) =>
    until('the receipt', async () => {
      return (await get(url, 'eth_getTransactionReceipt', [hash])) ?? undefined
    })
  await get(url, 'eth_sendRawTransaction', [creation.raw])
  const { contractAddress } = await receiptOf(creation.hash)
  const { key, data, signature } = signedBy(randomBytes(32))
  const address = fromHex('3e9'.padStart(64, '0'))
  const input = Uint8Array.of(...address, ...ignored, ...key, ...data, ...signature)
  const { raw, hash } = signed(1, {
    ...{ to: contractAddress, value: 0n, gasLimit: 1_000_000n, data: input },
  })
  await get(url, 'eth_sendRawTransaction', [raw])
  const receipt = await receiptOf(hash)
  assert.is(receipt.status, '0x1')
  const kept = (slot: string) => get(url, 'eth_getStorageAt', [contractAddress, slot, 'latest'])
  assert.equal([await kept('0x0'), await kept('0x1')], [YES, YES])
})

/** Asks 0x3ea: whether `account`'s signature of the digest is by the compressed key. */
async function signedMessage(url: string, account: PrivateKeyAccount, digest: Uint8Array) {
  const signature = await account.signMessage({ message: { raw: digest } })
  const point = hexToBytes(account.publicKey)
  const key = Uint8Array.of(2 + ((point[64] ?? 0) & 1), ...point.slice(1, 33))
  const bytes = hexToBytes(signature)
  const ask = (changed: Uint8Array, by = key) => call(url, '3ea', ignored, by, digest, changed)
  assert.is((await ask(bytes)).result, YES)
  const shifted = bytes.slice()
  shifted[64] = (bytes[64] ?? 0) - 27
  assert.is((await ask(shifted)).result, YES)
  assert.is((await ask(bytes, Uint8Array.of((key[0] ?? 0) ^ 1, ...key.slice(1)))).result, NO)
  assert.is((await ask(bytes, Uint8Array.of(4, ...key.slice(1)))).result, NO)
  shifted[64] = 7
  assert.ok((await ask(shifted)).error)
}

test('verify who signed a message, on EID too', async ({ url }) => {
  await using identity = await startNode(eid)
  for (const one of [url, String(identity.entry['rpc'])]) {
    for (const digest of [randomBytes(32), randomBytes(32)]) {
      const account = privateKeyToAccount(`0x${randomBytes(32).toString('hex')}`)
      await signedMessage(one, account, new Uint8Array(digest))
    }
  }
})

test('know the arbiters, and of no pledge bills', async ({ url }) => {
  const hashes = DEV_ARBITERS.map((key) => toHex(keccak256(fromHex(key)))).join('')
  assert.is((await call(url, '3e8')).result, `0x${hashes}`)
  for (const address of ['3eb', '3ec', '3ed', '3ee']) {
    assert.ok((await call(url, address, ignored, randomBytes(32))).error)
  }
})

test('follow the main chain, also when it begins anew', async () => {
  let main = await startNode(mainchain)
  const { ports } = main
  const rpc = String(main.entry['rpc'])
  await using node = await startNode(esc, { options: { mainchainRpc: rpc } })
  const url = String(node.entry['rpc'])
  const height = async () => Number((await call(url, '3f0')).result)
  const reaches = (wanted: number) =>
    until(`height ${wanted}`, async () => (await height()) === wanted, 15_000)
  await mainchain.mine?.(main.entry, 3, AbortSignal.timeout(5_000))
  const latest = Number(await callRpc(rpc, 'getblockcount', {})) - 1
  await reaches(latest)
  const reversed = (hash: string) => Buffer.from(hash, 'hex').reverse().toString('hex')
  for (const one of [0, 1, latest]) {
    const block = (await callRpc(rpc, 'getblockbyheight', { height: one })) as {
      readonly [name: string]: string
    }
    const expected = [
      reversed(String(block['previousblockhash'])),
      Number(block['bits']).toString(16).padStart(64, '0'),
      reversed(String(block['merkleroot'])),
      reversed(String(block['hash'])),
      one.toString(16).padStart(64, '0'),
    ]
    const { result } = await call(url, '3ef', ignored, word(BigInt(one)))
    assert.is(result, `0x${expected.join('')}`)
  }
  assert.ok((await call(url, '3ef', ignored, word(BigInt(latest + 1)))).error)

  for (let turn = 0; turn < 3; turn++) await get(url, 'hardhat_reset')
  await reaches(latest)

  await main[Symbol.asyncDispose]()
  main = await startNode(mainchain, { ports })
  const anew = Number(await callRpc(rpc, 'getblockcount', {})) - 1
  assert.ok(anew < latest)
  await reaches(anew)
  assert.ok((await call(url, '3ef', ignored, word(BigInt(latest)))).error)
  await main[Symbol.asyncDispose]()
})

test.run()
