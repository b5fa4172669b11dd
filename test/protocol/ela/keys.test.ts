import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { didAddressOf } from '../../../src/protocol/did/did.ts'
import {
  addressOf,
  Prefix,
  parseAddress,
  programHashOf,
  readAddress,
} from '../../../src/protocol/ela/address.ts'
import { isPublicKey, publicKeyOf, verifySignature } from '../../../src/protocol/ela/keys.ts'
import { aggregateKeys, signSchnorr, verifySchnorr } from '../../../src/protocol/ela/schnorr.ts'
import {
  arbiterCode,
  crossChainCode,
  multisigCode,
  parseCode,
  schnorrCode,
  sortedByHex,
  sortedByX,
  standardCode,
} from '../../../src/protocol/ela/script.ts'
import { signDigest, verifyDigest } from '../../../src/protocol/ela/sign-digest.ts'
import { fails } from '../../support/fails.ts'

type Vector = Readonly<Record<string, string>>
interface Multisig {
  readonly m: number
  readonly pubkeys: readonly string[]
  readonly computedJsOrder: string
  readonly computedGoOrder: string
}
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/ela/keys.json', import.meta.url), 'utf8'),
) as Readonly<
  Record<
    | 'addressConstants'
    | 'publicKeyToAddress'
    | 'privateKeyToAddress'
    | 'signatures'
    | 'crossChainAddress'
    | 'schnorr',
    readonly Vector[]
  >
> & { readonly multisig: readonly Multisig[] }

const test = suite('main chain keys')

const addressIn = (code: Uint8Array, prefix: number) => addressOf(programHashOf(code, prefix))
const at = (vector: Vector | undefined, name: string) => fromHex(vector?.[name] ?? '')

test('turns program hashes into addresses and back', () => {
  assert.is(vectors.addressConstants.length, 10)
  for (const { address = '', programHash } of vectors.addressConstants) {
    assert.is(toHex(parseAddress(address)), programHash)
    assert.is(addressOf(parseAddress(address)), address)
  }
})

test('derives every address of a public key', () => {
  for (const vector of vectors.publicKeyToAddress) {
    const key = at(vector, 'publicKey')
    assert.ok(isPublicKey(key))
    const standard = standardCode(key)
    assert.is(addressIn(standard, Prefix.standard), vector['standard'])
    if (vector['deposit']) assert.is(addressIn(standard, Prefix.deposit), vector['deposit'])
    if (vector['stake']) assert.is(addressIn(standard, Prefix.stake), vector['stake'])
    if (vector['did']) assert.is(didAddressOf(key), vector['did'])
    if (vector['cid']) assert.is(addressIn(standard, Prefix.identity), vector['cid'])
  }
})

test('derives public key and address of a private key', () => {
  assert.is(vectors.privateKeyToAddress.length, 4)
  for (const vector of vectors.privateKeyToAddress) {
    const key = publicKeyOf(at(vector, 'privateKey'))
    assert.is(toHex(key), vector['publicKey'])
    assert.is(addressIn(standardCode(key), Prefix.standard), vector['address'])
  }
})

test('derives the X address of a side chain', () => {
  assert.is(vectors.crossChainAddress.length, 4)
  for (const { genesisHash = '', redeemScript, address } of vectors.crossChainAddress) {
    const code = crossChainCode(genesisHash)
    assert.is(toHex(code), redeemScript)
    assert.equal(crossChainCode(`0x${genesisHash}`), code)
    assert.is(addressIn(code, Prefix.crossChain), address)
  }
})

test('makes multisig addresses in the key order of either family of wallets', () => {
  assert.is(vectors.multisig.length, 3)
  for (const { m, pubkeys, computedJsOrder, computedGoOrder } of vectors.multisig) {
    const keys = pubkeys.map(fromHex)
    const javaScript = multisigCode(m, sortedByHex(keys))
    assert.is(addressIn(javaScript, Prefix.multisig), computedJsOrder)
    const go = multisigCode(m, sortedByX(keys))
    assert.is(addressIn(go, Prefix.multisig), computedGoOrder)
    assert.equal(parseCode(go), { kind: 'multisig', m, n: 4, publicKeys: sortedByX(keys) })
  }
})

test('knows the code kinds', () => {
  const [a = new Uint8Array(), b = new Uint8Array()] = vectors.privateKeyToAddress.map((vector) =>
    at(vector, 'publicKey'),
  )
  assert.equal(parseCode(standardCode(a)), { kind: 'standard', publicKey: a })
  assert.equal(parseCode(schnorrCode(a)), { kind: 'schnorr', publicKey: a })
  const arbiters = arbiterCode(1, [a, b])
  assert.equal(parseCode(arbiters), { kind: 'arbiters', m: 1, n: 2, publicKeys: [a, b] })
  const changed = (index: number, byte: number) => {
    const code = Uint8Array.from(arbiters)
    code[code.length + index] = byte
    return parseCode(code)
  }
  assert.is(changed(-arbiters.length, 0x53), undefined, 'more signatures than keys')
  assert.is(changed(-arbiters.length, 0x50), undefined, 'no signatures')
  assert.is(changed(-2, 0x53), undefined, 'another number of keys')
  assert.is(changed(-1, 0xad), undefined, 'another end')
  assert.is(changed(1 - arbiters.length, 0x20), undefined, 'something else than a key')
  assert.is(parseCode(crossChainCode('11'.repeat(32))), undefined)
  assert.is(parseCode(new Uint8Array()), undefined)
  assert.is(parseCode(new Uint8Array(35)), undefined)
})

test('refuses multisig codes nobody could spend with', async () => {
  const keys = Array.from({ length: 17 }, (_, index) => new Uint8Array(33).fill(index))
  const of = (m: number, count: number) => () => multisigCode(m, keys.slice(0, count))
  await fails('protocol/badMultisig', of(1, 1))
  await fails('protocol/badMultisig', of(0, 3))
  await fails('protocol/badMultisig', of(4, 3))
  await fails('protocol/badMultisig', of(1.5, 3))
  await fails('protocol/badMultisig', of(1, 17))
  const [key = new Uint8Array()] = keys
  await fails('protocol/badMultisig', () => multisigCode(1, [key, key]))
  await fails('protocol/badPublicKey', () => standardCode(new Uint8Array(32)))
})

test('refuses addresses in the words of the real node', async () => {
  const fault = (text: string) => {
    const read = readAddress(text)
    return 'fault' in read ? read.fault : undefined
  }
  const good = 'ERmHeitrDpZn2pbzFwDr5yeiyvidsUtC3v'
  assert.is(fault(good), undefined)
  assert.is(fault('abc'), '[Uint168FromAddress] error, len != 34')
  assert.is(fault(`${good}1`), '[Uint168FromAddress] error, len != 34')
  const verify = '[Uint168FromAddress]: decode address verify failed.'
  assert.is(fault('ERmHeitrDpZn2pbzFwDr5yeiyvidsUtC3w'), verify)
  assert.is(fault('1'.repeat(34)), verify)
  assert.is(fault('z'.repeat(34)), verify)
  const zero = `0${good.slice(1)}`
  assert.is(fault(zero), `invalid character '0' in decoding a base58 string "${zero}"`)
  await fails('protocol/badAddress', () => parseAddress('abc'))
})

test('gives the all-zero program hash the short text the real node gives it', () => {
  // Base58 of the four bytes of checksum alone, because a number has no leading zeros.
  const checksum = createHash('sha256')
    .update(createHash('sha256').update(new Uint8Array(21)).digest())
    .digest()
    .readUInt32BE(0)
  const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let text = ''
  for (let rest = checksum; rest > 0; rest = Math.floor(rest / 58)) text = letters[rest % 58] + text
  assert.is(addressOf(new Uint8Array(21)), text)
})

test('makes the very signature wallets make', () => {
  const [vector] = vectors.signatures
  const [key, digest, signature] = ['publicKey', 'digest', 'signature'].map((name) =>
    at(vector, name),
  )
  assert.ok(key && digest && signature)
  assert.ok(verifyDigest(key, digest, signature))
  assert.not.ok(
    verifyDigest(
      key,
      digest,
      signature.map((byte) => byte ^ 1),
    ),
  )
  assert.not.ok(verifyDigest(key.subarray(1), digest, signature))
  // The message of RFC 6979 A.2.5, "sample", with SHA-256; s there is in the upper half.
  const secret = fromHex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721')
  const sample = Buffer.from('sample')
  const made = signDigest(createHash('sha256').update(sample).digest(), secret)
  const r = 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716'
  const s = 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  assert.is(toHex(made), `${r}${(order - s).toString(16).padStart(64, '0')}`)
  // Go signs with either half, so both must pass.
  const publicKey = publicKeyOf(secret)
  assert.ok(verifySignature(publicKey, sample, made))
  assert.ok(verifySignature(publicKey, sample, fromHex(`${r}${s.toString(16)}`)))
})

test('refuses signatures and keys that are wrong, without throwing', () => {
  const secret = fromHex('11'.repeat(32))
  const key = publicKeyOf(secret)
  const message = randomBytes(50)
  const signature = signDigest(createHash('sha256').update(message).digest(), secret)
  assert.ok(verifySignature(key, message, signature))
  for (let bit = 0; bit < 512; bit += 37) {
    const bent = Uint8Array.from(signature)
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.not.ok(verifySignature(key, message, bent))
  }
  assert.not.ok(verifySignature(key, message, new Uint8Array(64)))
  assert.not.ok(verifySignature(key, message, signature.subarray(1)))
  assert.not.ok(verifySignature(key.subarray(1), message, signature))
  const noPoint = Uint8Array.from(key)
  noPoint.set([0x02, ...new Uint8Array(32).fill(0xff)])
  assert.not.ok(isPublicKey(noPoint))
  assert.not.ok(verifySignature(noPoint, message, signature))
  assert.not.ok(isPublicKey(Uint8Array.from([4, ...key.subarray(1)])))
})

test('refuses private keys outside the curve', async () => {
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
  for (const bad of ['00'.repeat(32), order, 'ff'.repeat(32), '11'.repeat(31), '']) {
    await fails('protocol/badPrivateKey', () => publicKeyOf(fromHex(bad)))
    await fails('protocol/badPrivateKey', () => signDigest(new Uint8Array(32), fromHex(bad)))
  }
})

test('verifies the Schnorr signatures of the real code', () => {
  assert.is(vectors.schnorr.length, 4)
  for (const vector of vectors.schnorr) {
    const [key, message, signature] = ['pub', 'msg', 'sig'].map((name) => at(vector, name))
    assert.ok(key && message && signature)
    assert.ok(verifySchnorr(key, message, signature))
    if (vector['address']) {
      assert.is(toHex(schnorrCode(key)), vector['code'])
      assert.is(addressIn(schnorrCode(key), Prefix.standard), vector['address'])
    }
    for (const at of [0, 31, 32, 63]) {
      const bent = Uint8Array.from(signature)
      bent[at] = (bent[at] ?? 0) ^ 1
      assert.not.ok(verifySchnorr(key, message, bent))
    }
    assert.not.ok(verifySchnorr(key, new Uint8Array(32), signature))
    assert.not.ok(verifySchnorr(key, message, new Uint8Array(64).fill(255)))
    assert.not.ok(verifySchnorr(key, message, new Uint8Array(64)))
  }
})

test('aggregates Schnorr keys as the real code does', () => {
  const vector = vectors.schnorr[3] as unknown as { aggregateOf: string[]; pub: string }
  assert.is(toHex(aggregateKeys(vector.aggregateOf.map(fromHex))), vector.pub)
})

test('signs with Schnorr, alone and together', async () => {
  const first = fromHex('11'.repeat(32))
  const second = fromHex('22'.repeat(32))
  for (let seed = 0; seed < 8; seed += 1) {
    const message = new Uint8Array(32).fill(seed)
    assert.ok(verifySchnorr(publicKeyOf(first), message, signSchnorr(message, [first])))
    const together = aggregateKeys([publicKeyOf(first), publicKeyOf(second)])
    assert.ok(verifySchnorr(together, message, signSchnorr(message, [first, second])))
    assert.not.ok(verifySchnorr(publicKeyOf(first), message, signSchnorr(message, [second])))
  }
  await fails('protocol/badPrivateKey', () => signSchnorr(new Uint8Array(32), []))
  await fails('protocol/badPublicKey', () => aggregateKeys([new Uint8Array(33)]))
})

test.run()
