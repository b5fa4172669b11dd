import { createECDH, createPrivateKey, sign as opensslSign } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { signBundle } from '../../src/bundle/sign-bundle.ts'
import { execSigner, keySigner } from '../../src/bundle/signer.ts'
import { verifyFile } from '../../src/bundle/verify.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import type { KnownDid } from '../../src/identity/did-documents.ts'
import { withKey } from '../../src/identity/document-edit.ts'
import { didOf } from '../../src/protocol/did/did.ts'
import type { DidDocument } from '../../src/protocol/did/document.ts'
import { publicKeyOf } from '../../src/protocol/did/sign.ts'
import { app, kid, packFiles, privateKey, vectorFiles } from '../support/bundle.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('sign a bundle')
const time = 1_800_000_000
const signal = new AbortController().signal
const ciKey = new Uint8Array(32).fill(7)
const otherKey = new Uint8Array(32).fill(9)
const other = didOf(publicKeyOf(otherKey))
const ci = `${app}#ci`

const plain = newDocument({ privateKey, time, services: [] })
const withCi = withKey(plain, { fragment: 'ci', publicKey: publicKeyOf(ciKey) })

/** Release keys stand in the document without being able to change it. */
function withPolicy(threshold: string, keys: string): DidDocument {
  const service = {
    id: `${app}#ela-release`,
    type: 'ElaRelease',
    serviceEndpoint: 'elareg:',
    threshold,
    keys,
  }
  return { ...withCi, authentication: plain.authentication, service: [service] }
}

function worldOf(...known: readonly (DidDocument | KnownDid)[]) {
  const all = known.map((one) => ('document' in one ? one : { document: one, deactivated: false }))
  return {
    time,
    lookup: {
      did: async (did: string) => all.find(({ document }) => document.id === did),
      isRevoked: async () => false,
    },
  }
}

const otherDocument = newDocument({ privateKey: otherKey, time, services: [] })
const signers = {
  own: keySigner(kid, privateKey),
  ci: keySigner(ci, ciKey),
  other: keySigner(`${other}#primary`, otherKey),
}

test('puts signatures into a file that was packed without, in the order of their keys', async () => {
  using folder = temporaryFolder()
  using second = temporaryFolder()
  const signed = await packFiles(folder)
  const { file, bundleId } = await packFiles(second, vectorFiles, { sign: async () => [] })
  await fails('bundle/notSigned', () => verifyFile(file, { world: worldOf(plain) }))
  await signBundle({ file, bundleId, signer: signers.own })
  assert.ok(readFileSync(file).equals(readFileSync(signed.file)))
  await signBundle({ file, bundleId, signer: signers.ci })
  const { signatures } = await signBundle({ file, bundleId, signer: signers.own })
  assert.equal(signatures.map((one) => one.kid).sort(), [ci, kid])
  const { trust, bundle } = await verifyFile(file, { world: worldOf(withCi) })
  assert.is(bundle.bundleId, bundleId)
  assert.equal(
    trust.signatures.map((one) => `${one.kid} ${one.proof}`),
    [`${ci} listed`, `${kid} listed`],
  )
  assert.equal(readdirSync(second.path).sort(), ['hello-1.0.0.dapp.tgz', 'project'])
})

test('signs no bundle but the one that was meant, and leaves a damaged one as it is', async () => {
  using folder = temporaryFolder()
  const { file, bundleId } = await packFiles(folder)
  const wrong = `sha256:${'0'.repeat(64)}`
  await fails('bundle/unexpected', () => signBundle({ file, bundleId: wrong, signer: signers.own }))
  const cut = readFileSync(file).subarray(0, -20)
  writeFileSync(file, cut)
  await fails('bundle/notGzip', () => signBundle({ file, bundleId, signer: signers.own }))
  assert.ok(readFileSync(file).equals(cut))
  assert.equal(readdirSync(folder.path).sort(), ['hello-1.0.0.dapp.tgz', 'project'])
})

/** A key service: it may answer r || s or ASN.1, and any s. */
const service = `
import { readFileSync } from 'node:fs'
import { createPrivateKey, sign } from 'node:crypto'
const { alg, message, kid } = JSON.parse(readFileSync(0, 'utf8'))
if (alg !== 'ES256' || message.length !== 128 || !kid.endsWith('#primary')) process.exit(9)
const key = createPrivateKey({ key: JSON.parse(process.argv[2]), format: 'jwk' })
const dsaEncoding = process.argv[3]
console.log(JSON.stringify({ sig: sign('sha256', Buffer.from(message, 'hex'), { key, dsaEncoding }).toString('base64') }))
`

function jwkOf(secret: Uint8Array): string {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(secret)
  const point = pair.getPublicKey()
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  return JSON.stringify({
    ...{ kty: 'EC', crv: 'P-256', d: text(secret) },
    ...{ x: text(point.subarray(1, 33)), y: text(point.subarray(33)) },
  })
}

test('takes signatures of a program that asks a key elsewhere, in both encodings', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('service.mjs'), service)
  const { file, bundleId } = await packFiles(folder, vectorFiles, { sign: async () => [] })
  for (const encoding of ['der', 'ieee-p1363']) {
    const copy = folder.join(`${encoding}.dapp.tgz`)
    copyFileSync(file, copy)
    const command = `'${process.execPath}' '${folder.join('service.mjs')}' '${jwkOf(privateKey)}' ${encoding}`
    const signer = execSigner(`exec:${command}`, kid, signal)
    await signBundle({ file: copy, bundleId, signer })
    await verifyFile(copy, { world: worldOf(plain) })
    await verifyFile(copy, { world: { lookup: undefined, time } })
  }
})

test('tells how a signer failed', async () => {
  const message = Buffer.alloc(64)
  for (const command of [
    'false',
    'echo hello',
    `echo '{}'`,
    `echo '{"sig":"AAAA"}'`,
    '/nowhere/x',
  ]) {
    await fails('bundle/signerFailed', () =>
      execSigner(`exec:${command}`, kid, signal).sign(message),
    )
  }
  for (const typed of ['exec:', 'kms', '']) {
    await fails('bundle/badSigner', () => execSigner(typed, kid, signal))
  }
  for (const id of ['primary', app, `${app}#`, 'did:example:x#primary']) {
    await fails('bundle/badKeyId', () => keySigner(id, privateKey))
  }
})

test('signs what OpenSSL signs and DER numbers of every length', async () => {
  const key = createPrivateKey({ key: JSON.parse(jwkOf(privateKey)), format: 'jwk' })
  using folder = temporaryFolder()
  // Short numbers come with fewer bytes, large ones with a zero before them.
  const lengths = new Set<number>()
  const message = Buffer.alloc(64, 3)
  for (let n = 0; n < 300 || lengths.size < 3; n += 1) {
    const der = opensslSign('sha256', message, { key, dsaEncoding: 'der' })
    if (lengths.has(der.length)) continue
    lengths.add(der.length)
    writeFileSync(folder.join('answer'), JSON.stringify({ sig: der.toString('base64url') }))
    const signer = execSigner(`exec:cat '${folder.join('answer')}'`, kid, signal)
    const { sig } = await signer.sign(message)
    assert.is(Buffer.from(sig, 'base64url').length, 64)
  }
})

async function check(names: readonly (keyof typeof signers)[], world: ReturnType<typeof worldOf>) {
  using folder = temporaryFolder()
  const { file, bundleId } = await packFiles(folder, vectorFiles, { sign: async () => [] })
  for (const name of names) await signBundle({ file, bundleId, signer: signers[name] })
  return (await verifyFile(file, { world })).trust
}

test('takes what the release policy of the app asks for, and nothing less', async () => {
  const two = withPolicy('2', '#primary,#ci')
  assert.is((await check(['own', 'ci'], worldOf(two))).threshold, 2)
  await fails('bundle/tooFewSigners', () => check(['own'], worldOf(two)))
  await fails('bundle/tooFewSigners', () => check(['ci'], worldOf(two)))
  // A key for releases alone: it is in the document, and cannot change it.
  await check(['ci'], worldOf(withPolicy('1', '#ci')))
  await fails('bundle/strangeSigner', () => check(['own'], worldOf(withPolicy('1', '#ci'))))
  const shared = withPolicy('2', `#ci,${other}#primary`)
  await check(['ci', 'other'], worldOf(shared, otherDocument))
  await fails('bundle/appUnpublished', () => check(['ci', 'other'], worldOf(shared)))
  for (const [threshold, keys] of [
    ['0', '#ci'],
    ['x', '#ci'],
    ['3', '#ci,#primary'],
    ['2', '#ci,#ci'],
    ['1', 'nonsense'],
  ] as const) {
    await fails('bundle/badPolicy', () => check(['ci'], worldOf(withPolicy(threshold, keys))))
  }
})

test('without a policy takes keys that may change the document, of the app or its controllers', async () => {
  await check(['ci'], worldOf(withCi))
  const listedOnly = { ...withCi, authentication: plain.authentication }
  await fails('bundle/strangeSigner', () => check(['ci'], worldOf(listedOnly)))
  await fails('bundle/strangeSigner', () => check(['ci'], worldOf(plain)))
  await fails('bundle/strangeSigner', () => check(['own', 'other'], worldOf(plain, otherDocument)))
  const controlled = { ...plain, controller: other }
  await check(['other'], worldOf(controlled, otherDocument))
})

test('believes no app that is gone', async () => {
  await fails('bundle/appUnpublished', () => check(['own'], worldOf()))
  await fails('bundle/appDeactivated', () =>
    check(['own'], worldOf({ document: plain, deactivated: true })),
  )
  const old = newDocument({ privateKey, time, expires: time - 1, services: [] })
  await fails('bundle/appExpired', () => check(['own'], worldOf(old)))
})

test('offline believes the default key of the app alone', async () => {
  const offline = { lookup: undefined, time }
  using folder = temporaryFolder()
  const { file, bundleId } = await packFiles(folder, vectorFiles, { sign: async () => [] })
  await signBundle({ file, bundleId, signer: signers.ci })
  await fails('bundle/nobodyKnown', () => verifyFile(file, { world: offline }))
  await signBundle({ file, bundleId, signer: signers.own })
  const { trust } = await verifyFile(file, { world: offline })
  assert.equal(
    trust.signatures.map((one) => one.proof),
    ['unknown', 'default-key'],
  )
  assert.ok(trust.unchecked.length > 0)
  // Another key under the name of the app's own.
  await signBundle({ file, bundleId, signer: keySigner(kid, otherKey) })
  await fails('bundle/wrongSignature', () => verifyFile(file, { world: offline }))
  await fails('bundle/wrongSignature', () => verifyFile(file, { world: worldOf(withCi) }))
})

test.run()
