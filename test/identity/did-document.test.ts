import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex } from '../../src/base/bytes-text.ts'
import { ElaError } from '../../src/base/errors.ts'
import { changedDocument, newDocument, signDocument } from '../../src/identity/did-document.ts'
import { createRequest } from '../../src/identity/did-request.ts'
import { didOf, encodeKey, isKeyDid, parseDid } from '../../src/protocol/did/did.ts'
import { wholeDocumentText } from '../../src/protocol/did/document.ts'
import { parseRequest, requestBytes, requestText } from '../../src/protocol/did/request.ts'
import { publicKeyOf, signText } from '../../src/protocol/did/sign.ts'
import { verifyBytes } from '../../src/protocol/did/signature.ts'
import { fails } from '../support/fails.ts'

interface Phrase {
  readonly keys: readonly {
    readonly privateKeyHex: string
    readonly publicKeyBase58: string
    readonly did: string
  }[]
}

const TIME = Date.UTC(2026, 10, 23) / 1000
const secret = new Uint8Array(32).fill(3)
const test = suite('documents and requests of own DIDs')

test('makes the DIDs of the vectors', () => {
  const file = new URL('../vectors/did/keys.json', import.meta.url)
  const { mnemonics } = JSON.parse(readFileSync(file, 'utf8')) as { mnemonics: readonly Phrase[] }
  const keys = mnemonics.flatMap((one) => one.keys)
  assert.is(keys.length, 20)
  for (const { privateKeyHex, publicKeyBase58, did } of keys) {
    const key = publicKeyOf(fromHex(privateKeyHex))
    assert.is(encodeKey(key), publicKeyBase58)
    assert.is(didOf(key), did)
    assert.ok(isKeyDid(did))
    assert.is(parseDid(did.slice('did:elastos:'.length)), did)
  }
})

test('knows a DID with a wrong letter', async () => {
  assert.not.ok(isKeyDid('did:elastos:iW3HU8fTmwkENeVT9UCEvvg3ddUD5oCxYB'))
  assert.not.ok(isKeyDid('did:elastos:alice'))
  await fails('did/notADid', () => parseDid('did:elastos:'))
  await fails('did/notADid', () => parseDid('did:example:abc'))
})

test('signs the same document and request every time', () => {
  const build = () =>
    requestText(createRequest(newDocument({ privateKey: secret, time: TIME }), secret))
  assert.is(build(), build())
})

test('changes services and the end, and keeps the rest', () => {
  const service = (endpoint: string) => ({ fragment: '#a', type: 'T', endpoint })
  const before = newDocument({ privateKey: secret, time: TIME, services: [service('x:1')] })
  const wish = { privateKey: secret, time: TIME + 5, services: [service('x:2')] }
  const after = changedDocument(before, wish)
  assert.equal(after.service, [{ id: `${before.id}#a`, type: 'T', serviceEndpoint: 'x:2' }])
  assert.is(after.expires, before.expires)
  assert.equal(after.publicKey, before.publicKey)
  assert.is.not(wholeDocumentText(after), wholeDocumentText(before))
})

test('signs no text that the node would read differently', async () => {
  const services = [{ fragment: 'a', type: 'T', endpoint: 'https://a.example/?b=1&c=2' }]
  const { message } = await fails('did/unsafeCharacter', () =>
    newDocument({ privateKey: secret, time: TIME, services }),
  )
  assert.match(message, 'document.service[0].serviceEndpoint')
  const escaped = [{ fragment: 'a', type: 'T', endpoint: 'https://a.example/?b=1%26c=2' }]
  newDocument({ privateKey: secret, time: TIME, services: escaped })
})

test('signs no document of somebody else, and with no number that is no key', async () => {
  const other = newDocument({ privateKey: new Uint8Array(32).fill(4), time: TIME })
  await fails('did/notTheKeyOf', () => signDocument(other, secret, TIME))
  for (const bad of [
    new Uint8Array(32),
    new Uint8Array(31).fill(1),
    new Uint8Array(32).fill(255),
  ]) {
    await fails('did/badPrivateKey', () => newDocument({ privateKey: bad, time: TIME }))
  }
})

test('verifies nothing but the right signature', () => {
  const message = Buffer.from('message')
  const key = publicKeyOf(secret)
  const signature = new Uint8Array(Buffer.from(signText(message, secret), 'base64url'))
  assert.ok(verifyBytes(message, signature, key))
  fc.assert(
    fc.property(fc.nat(511), (bit) => {
      const changed = signature.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return !verifyBytes(message, changed, key)
    }),
  )
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.uint8Array({ maxLength: 40 }),
      (bytes, other) => {
        return !verifyBytes(message, bytes, other)
      },
    ),
  )
})

test('reads a request as it was written, and any other text without crashing', () => {
  const request = createRequest(newDocument({ privateKey: secret, time: TIME }), secret)
  const text = requestText(request)
  assert.equal(parseRequest(text), request)
  assert.ok(requestBytes(request).length > request.payload.length)
  fc.assert(
    fc.property(fc.nat(text.length), fc.string(), (at, part) => {
      try {
        parseRequest(text.slice(0, at) + part)
      } catch (error) {
        assert.instance(error, ElaError)
      }
    }),
  )
})

test.run()
