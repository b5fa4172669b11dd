import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../../src/base/errors.ts'
import { toBase64Url } from '../../../src/protocol/did/base64url.ts'
import { type Json, parseJson } from '../../../src/protocol/did/canonical-json.ts'
import { credentialText, wholeCredentialText } from '../../../src/protocol/did/credential.ts'
import { fullUrl, readCredential } from '../../../src/protocol/did/credential-form.ts'
import { readJwt } from '../../../src/protocol/did/jwt.ts'
import {
  presentationSignedText,
  presentationText,
  readPresentation,
} from '../../../src/protocol/did/presentation.ts'
import { fails } from '../../support/fails.ts'

interface Vectors {
  readonly credentials: readonly { source: string; credential: Json; signedText: string }[]
  readonly presentations: readonly { source: string; presentation: Json; signedText: string }[]
  readonly identityForms: { readonly jwt: { compact: string; claims: Json; header: Json } }
}

const test = suite('presentations, credentials in short form, tokens')
const file = new URL('../../vectors/did/presentations.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors

test('every credential, short or full, has the text its issuer signed', () => {
  assert.is(vectors.credentials.length, 15)
  for (const { source, credential, signedText } of vectors.credentials) {
    const holder = /(did:elastos:[a-zA-Z0-9]+)#/.exec(signedText)?.[1]
    assert.is(credentialText(readCredential(credential, holder)), signedText, source)
  }
})

test('every presentation has the text its holder signed', () => {
  assert.is(vectors.presentations.length, 15)
  for (const { source, presentation, signedText } of vectors.presentations) {
    const read = readPresentation(presentation)
    const { realm, nonce } = read.proof
    assert.is(presentationSignedText(read, realm, nonce), signedText, source)
  }
})

test('what is written can be read, and says the same', () => {
  for (const { presentation } of vectors.presentations) {
    const read = readPresentation(presentation)
    assert.equal(readPresentation(parseJson(presentationText(read), 'it')), read)
  }
  for (const { credential, signedText } of vectors.credentials) {
    const read = readCredential(credential, /(did:elastos:\w+)#/.exec(signedText)?.[1])
    assert.equal(readCredential(parseJson(wholeCredentialText(read), 'it')), read)
  }
})

test('a token of the DID library is taken apart', () => {
  const { compact, claims, header } = vectors.identityForms.jwt
  const read = readJwt(compact)
  assert.equal(read.claims, claims)
  assert.equal(read.header, header)
  assert.is(read.signature.length, 64)
})

test('what is no token is refused with the reason', async () => {
  await fails('did/badToken', () => readJwt('a.b'))
  await fails('did/badToken', () => readJwt(`${toBase64Url('[]')}.${toBase64Url('{}')}.`))
  await fails('did/notJson', () => readJwt(`${toBase64Url('{')}.${toBase64Url('{}')}.`))
  await fails('did/notBase64Url', () => readJwt('ä.b.c'))
  await fails('did/tooLong', () => readJwt('a'.repeat(300_000)))
})

test('what a library demands is demanded', async () => {
  const [first] = vectors.credentials
  const whole = first?.credential as Record<string, Json>
  for (const name of ['id', 'type', 'credentialSubject', 'issuanceDate', 'proof']) {
    const { [name]: _, ...rest } = whole
    await fails('did/malformed', () => readCredential(rest))
  }
  const presentation = vectors.presentations[0]?.presentation as Record<string, Json>
  for (const name of ['type', 'created', 'proof']) {
    const { [name]: _, ...rest } = presentation
    await fails('did/malformed', () => readPresentation(rest))
  }
  const proof = presentation['proof'] as Record<string, Json>
  for (const name of ['realm', 'nonce', 'signature', 'verificationMethod']) {
    const { [name]: _, ...rest } = proof
    await fails('did/malformed', () => readPresentation({ ...presentation, proof: rest }))
  }
  await fails('did/malformed', () =>
    readPresentation({ ...presentation, verifiableCredential: [whole, whole] }),
  )
})

test('ids are completed with the DID they belong to', async () => {
  assert.is(fullUrl('#a', 'did:elastos:x', 'id'), 'did:elastos:x#a')
  assert.is(fullUrl('a', 'did:elastos:x', 'id'), 'did:elastos:x#a')
  assert.is(fullUrl('did:elastos:y#a', 'did:elastos:x', 'id'), 'did:elastos:y#a')
  for (const bad of ['', '#', 'did:elastos:y', 'did:elastos:y#', 'did:web:y#a', '#a b', 'a#b#c']) {
    await fails('did/malformed', () => fullUrl(bad, 'did:elastos:x', 'id'))
  }
  await fails('did/malformed', () => fullUrl('#a', '', 'id'))
})

test('hostile JSON never crashes the readers', () => {
  const texts = vectors.presentations.map(({ presentation }) => JSON.stringify(presentation))
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(), fc.jsonValue(), (text, at, value) => {
      const names = [...text.matchAll(/"(\w+)":/g)].map(([, name = '']) => name)
      const name = names[at % names.length] ?? ''
      const broken = JSON.parse(text, (key, inner) => (key === name ? value : inner))
      try {
        readPresentation(broken as Json)
      } catch (error) {
        assert.ok(error instanceof ElaError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test.run()
