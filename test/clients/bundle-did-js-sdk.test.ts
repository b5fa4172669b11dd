/** Signatures of bundles and the unmodified DID SDK: each side takes what the other made. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { messageFor } from '../../src/bundle/signature-file.ts'
import { execSigner, keySigner } from '../../src/bundle/signer.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { withKey } from '../../src/identity/document-edit.ts'
import { wholeDocumentText } from '../../src/protocol/did/document.ts'
import { publicKeyOf } from '../../src/protocol/did/sign.ts'
import { verifyBytes } from '../../src/protocol/did/signature.ts'
import { app, kid, privateKey } from '../support/bundle.ts'
import { temporaryFolder } from '../support/folder.ts'

interface EcdsaSigner {
  signData(privateKey: Buffer, ...data: readonly Buffer[]): Buffer
  verifyData(publicKey: Buffer, signature: Buffer, ...data: readonly Buffer[]): boolean
}

const test = suite('bundles and did-js-sdk')
const sdk = createRequire(import.meta.url)('@elastosfoundation/did-js-sdk') as {
  readonly EcdsaSigner: EcdsaSigner
  readonly DIDDocument: {
    parseAsync(text: string): Promise<{
      verify(id: string, signature: string, ...data: readonly Buffer[]): boolean
    }>
  }
}
const vector = JSON.parse(
  readFileSync(new URL('../vectors/bundle/hello.json', import.meta.url), 'utf8'),
)
const publicKey = Buffer.from(publicKeyOf(privateKey))
const messages = Array.from({ length: 8 }, (_, n) => messageFor(Buffer.from(`manifest ${n}`)))

test('the SDK verifies our signatures, and no others', async () => {
  for (const message of messages) {
    const { sig } = await keySigner(kid, privateKey).sign(message)
    const signature = Buffer.from(sig, 'base64url')
    assert.ok(sdk.EcdsaSigner.verifyData(publicKey, signature, message))
    const wrong = Buffer.from(message)
    wrong[63] = (wrong[63] ?? 0) ^ 1
    assert.not.ok(sdk.EcdsaSigner.verifyData(publicKey, signature, wrong))
  }
})

test('the SDK finds our signatures good by the document of the app, also those of a release key', async () => {
  const time = Math.floor(Date.now() / 1000)
  const ciKey = new Uint8Array(32).fill(7)
  const plain = newDocument({ privateKey, time, services: [] })
  const both = withKey(plain, { fragment: 'ci', publicKey: publicKeyOf(ciKey) })
  const document = await sdk.DIDDocument.parseAsync(wholeDocumentText(both))
  for (const message of messages) {
    for (const [id, key] of [
      [kid, privateKey],
      [`${app}#ci`, ciKey],
    ] as const) {
      const { sig } = await keySigner(id, key).sign(message)
      assert.ok(document.verify(id, sig, message))
      assert.not.ok(document.verify(id === kid ? `${app}#ci` : kid, sig, message))
      assert.not.ok(document.verify(id, sig, Buffer.concat([message, Buffer.of(0)])))
    }
  }
})

test('we verify signatures of the SDK, and a signer may use it', async () => {
  using folder = temporaryFolder()
  for (const message of messages) {
    const signature = sdk.EcdsaSigner.signData(privateKey, message)
    assert.ok(verifyBytes(message, signature, publicKey))
    writeFileSync(folder.join('answer'), JSON.stringify({ sig: signature.toString('base64url') }))
    const signer = execSigner(
      `exec:cat '${folder.join('answer')}'`,
      kid,
      new AbortController().signal,
    )
    // Both sign by RFC 6979, so their signatures differ in the form of s at most.
    assert.equal(await signer.sign(message), await keySigner(kid, privateKey).sign(message))
  }
  assert.is(vector.signature.slice(0, 64), vector.signatureOfSdk.slice(0, 64))
})

test.run()
