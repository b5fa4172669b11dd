/** Signatures of bundles and the unmodified DID SDK: each side takes what the other made. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { messageFor } from '../../src/bundle/signature-file.ts'
import { execSigner, keySigner } from '../../src/bundle/signer.ts'
import { publicKeyOf } from '../../src/protocol/did/sign.ts'
import { verifyBytes } from '../../src/protocol/did/signature.ts'
import { kid, privateKey } from '../support/bundle.ts'
import { temporaryFolder } from '../support/folder.ts'

interface EcdsaSigner {
  signData(privateKey: Buffer, ...data: readonly Buffer[]): Buffer
  verifyData(publicKey: Buffer, signature: Buffer, ...data: readonly Buffer[]): boolean
}

const test = suite('bundles and did-js-sdk')
const sdk = createRequire(import.meta.url)('@elastosfoundation/did-js-sdk') as {
  readonly EcdsaSigner: EcdsaSigner
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
