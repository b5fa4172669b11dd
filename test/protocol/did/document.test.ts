import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../../src/base/errors.ts'
import { fromBase64Url } from '../../../src/protocol/did/base64url.ts'
import {
  asGoWritesIt,
  canonicalJson,
  type Json,
  parseJson,
  refuseUnsafe,
} from '../../../src/protocol/did/canonical-json.ts'
import {
  credentialText,
  parseCredential,
  sortCredential,
} from '../../../src/protocol/did/credential.ts'
import { decodeKey, sameDidUrl } from '../../../src/protocol/did/did.ts'
import {
  documentText,
  parseDocument,
  sortDocument,
  wholeDocumentText,
} from '../../../src/protocol/did/document.ts'
import { verifyBytes } from '../../../src/protocol/did/signature.ts'
import { fails } from '../../support/fails.ts'

interface DocumentVector {
  readonly source: string
  readonly did: string
  readonly canonicalForm: 'as-written' | 'sdk-normalized'
  readonly document: Json
  readonly normalizedDocument?: Json
  readonly signedText: string
  readonly signedTextSha256: string
  readonly proofs: readonly {
    readonly creator?: string
    readonly signatureValue: string
    readonly valid: boolean
    readonly validOnNodeWithHtmlEscape: boolean
  }[]
}

interface CredentialVector {
  readonly source: string
  readonly normalized: Json
  readonly signedText: string
}

function vectors<T>(name: string, group: string): readonly T[] {
  const file = new URL(`../../vectors/did/${name}.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, readonly T[]>)[group] ?? []
}

const documents = vectors<DocumentVector>('documents', 'documents')
const test = suite('did documents')

test('writes every document of the vectors as it was signed', () => {
  assert.is(documents.length, 32)
  for (const vector of documents) {
    const written = vector.normalizedDocument ?? vector.document
    const text = documentText(sortDocument(parseDocument(written)))
    assert.is(text, vector.signedText, vector.source)
    assert.is(createHash('sha256').update(text).digest('hex'), vector.signedTextSha256)
  }
})

test('verifies every proof as marked, on the text and as the node rewrites it', () => {
  const parsed = documents.map((one) => parseDocument(one.normalizedDocument ?? one.document))
  const keys = parsed.flatMap(({ publicKey }) => publicKey)
  let verified = 0
  for (const [at, { signedText, proofs }] of documents.entries()) {
    for (const { creator, signatureValue, ...marked } of proofs) {
      const url = creator ?? `${parsed[at]?.id}#primary`
      const bytes = decodeKey(keys.find(({ id }) => sameDidUrl(id, url))?.publicKeyBase58 ?? '')
      assert.ok(bytes, url)
      const signature = fromBase64Url(signatureValue, 'signature')
      const holds = (text: string) => verifyBytes(Buffer.from(text), signature, bytes)
      assert.is(holds(signedText), marked.valid, url)
      assert.is(holds(asGoWritesIt(signedText)), marked.validOnNodeWithHtmlEscape, url)
      assert.not.ok(holds(`${signedText} `))
      verified += 1
    }
  }
  assert.is(verified, 40)
})

test('writes every credential of the vectors as it was signed', () => {
  const credentials = vectors<CredentialVector>('credentials', 'credentials')
  assert.is(credentials.length, 15)
  for (const { source, normalized, signedText } of credentials) {
    assert.is(credentialText(sortCredential(parseCredential(normalized))), signedText, source)
  }
})

test('keeps a document through writing and parsing', () => {
  for (const vector of documents) {
    const document = sortDocument(parseDocument(vector.normalizedDocument ?? vector.document))
    const again = parseDocument(parseJson(wholeDocumentText(document), 'document'))
    assert.equal(again, document)
  }
})

test('knows the text of the node from the text of the libraries', () => {
  const [trap] = vectors<{ readonly document: Json }>('html-escape', 'trap')
  assert.ok(trap)
  const document = parseDocument(trap.document)
  const plain = documentText(document)
  const escaped = asGoWritesIt(plain)
  const [key] = document.publicKey
  const [proof] = document.proofs
  assert.ok(key && proof)
  const publicKey = decodeKey(key.publicKeyBase58)
  assert.ok(publicKey)
  const signature = fromBase64Url(proof.signatureValue, 'signature')
  assert.match(escaped, 'Crypto \\u0026 NFT')
  assert.ok(verifyBytes(Buffer.from(plain), signature, publicKey))
  assert.not.ok(verifyBytes(Buffer.from(escaped), signature, publicKey))
})

test('writes text as the encoder of the node does', () => {
  const text = JSON.stringify('a<b>&\u2028\u2029\b\f\n\\b\\\\f\ud800\u007f')
  const wanted = String.raw`"a\u003cb\u003e\u0026\u2028\u2029\u0008\u000c\n\\b\\\\f${'\ufffd\u007f'}"`
  assert.is(asGoWritesIt(text), wanted)
})

test('sorts members by bytes, not by code units', () => {
  const names = { '\u{1f600}': 1, '\uff5e': 2, b: 3, B: 4, '10': 5, '9': 6 }
  assert.is(canonicalJson(names), '{"10":5,"9":6,"B":4,"b":3,"\uff5e":2,"\u{1f600}":1}')
})

test('refuses what node and libraries would sign differently, naming the place', async () => {
  const unsafe: Record<string, Json> = {
    '`&`': 'Crypto & NFT',
    '`<`': 'a<b',
    '`>`': 'a>b',
    'U+2028': 'a\u2028b',
    'U+000C': 'a\fb',
    'U+D800': 'a\ud800b',
    NFC: 'e\u0301',
  }
  for (const [named, value] of Object.entries(unsafe)) {
    const { message } = await fails('did/unsafeCharacter', () =>
      refuseUnsafe({ list: [{ endpoint: value }] }, 'service'),
    )
    assert.match(message, named)
    assert.match(message, 'service.list[0].endpoint')
  }
  await fails('did/unsafeKey', () => refuseUnsafe({ '10': 1 }, 'service'))
  await fails('did/unsafeKey', () => refuseUnsafe({ '\u{1f600}': 1 }, 'service'))
  refuseUnsafe({ plain: ['é', 'https://a.b/c?d=e%26f', 15, null, true] }, 'service')
})

test('says which member of a document is wrong', async () => {
  const wrong: Record<string, Json> = {
    document: [],
    id: { id: 1 },
    publicKey: { id: 'did:elastos:x', publicKey: {} },
    'publicKey.id': { publicKey: [{ id: 1 }] },
    authentication: { authentication: [1] },
    controller: { controller: 5 },
    'service.type': { service: [{ id: '#a' }] },
    'verifiableCredential.credentialSubject': { verifiableCredential: [{ id: '#a' }] },
    'proof.created': { proof: { created: {} } },
  }
  for (const [where, document] of Object.entries(wrong)) {
    const { message } = await fails('did/malformed', () => parseDocument(document))
    assert.match(message, `\`${where}\``)
  }
})

test('refuses JSON that is broken or nested too deep', async () => {
  await fails('did/notJson', () => parseJson('{', 'text'))
  await fails('did/tooDeep', () => parseJson('['.repeat(60_000) + ']'.repeat(60_000), 'text'))
})

test('answers any JSON with a document or an ElaError', () => {
  const members = ['id', 'publicKey', 'authentication', 'service', 'proof', 'controller', 'expires']
  const arbitrary = fc.dictionary(fc.constantFrom(...members), fc.jsonValue())
  fc.assert(
    fc.property(arbitrary, (value) => {
      try {
        documentText(sortDocument(parseDocument(value as Json)))
      } catch (error) {
        assert.instance(error, ElaError)
      }
    }),
  )
})

test.run()
