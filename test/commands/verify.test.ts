/** Every vector through `ela … verify`: what others signed, with the documents it hangs on. */
import { readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ela } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('ela did, credential and presentation verify')

interface Document {
  readonly source: string
  readonly did: string
  readonly document: { readonly expires: string; readonly proof: unknown }
}

interface Payload {
  readonly name: string
  readonly chainTime: string
  readonly payload: { readonly header: { readonly operation: string }; readonly payload: string }
}

function read<T>(name: string): T {
  const file = new URL(`../vectors/did/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

const { documents } = read<{ documents: readonly Document[] }>('documents')
const { payloads } = read<{ payloads: readonly Payload[] }>('requests')
const forms = read<{
  readonly credentials: readonly { readonly source: string; readonly credential: object }[]
  readonly presentations: readonly {
    readonly source: string
    readonly presentation: { readonly proof: { readonly nonce: string; readonly realm: string } }
  }[]
  readonly tickets: readonly { readonly source: string; readonly ticket: object }[]
}>('presentations')

/** All documents as files, by their number. */
const shelf = temporaryFolder()
for (const [at, { document }] of documents.entries()) save(shelf, String(at), document)
test.after(() => shelf[Symbol.dispose]())

/** When most of the vectors were valid. */
const THEN = '2022-06-01T00:00:00Z'

/** Signed as they stand, keys inside `authentication`: the node takes them, DID libraries do not. */
const NODE_ONLY = [
  'eid/core/vm/testdata/custdidmultyctrltest.json',
  'eid/core/vm/testdata/diddocpubkeytest.json',
  'eid/core/vm/testdata/jianbinctrl2.json',
  'eid/core/vm/testdata/jianbinctrl3.json',
]

/** `--with` for the documents beside a vector: same repository, same generation first. */
function near(source: string): readonly string[] {
  const repository = source.startsWith('eid') ? 'eid/' : 'didjs/'
  const version = /v1|v2\.2|v2/.exec(source)?.[0] ?? ''
  // A customized DID that was given away has other keys from then on; the other is no document.
  const all = documents.filter((one) => !/foobar\.new|jianbinctrl2/.test(one.source))
  const beside = all.filter((one) => one.source.startsWith(repository))
  const closest = beside.filter((one) => one.source.includes(`/${version}/`))
  return [...new Set([...closest, ...beside, ...all])].flatMap((one) => [
    '--with',
    shelf.join(`${documents.indexOf(one)}.json`),
  ])
}

function save(folder: TemporaryFolder, name: string, value: unknown): string {
  const file = folder.join(`${name}.json`)
  writeFileSync(file, JSON.stringify(value))
  return file
}

/** Exit code and, on failure, the error's code. */
async function verify(words: readonly string[], stdin?: string) {
  using folder = temporaryFolder()
  const { code, stdout } = await ela([...words, '--json'], {
    cwd: folder.path,
    ...(stdin === undefined ? {} : { stdin }),
  })
  const { ok, error, data } = JSON.parse(stdout)
  assert.is(ok, code === 0)
  return { code, error: error?.code as string | undefined, data }
}

test('takes the documents that DID libraries take, and no other', async () => {
  using folder = temporaryFolder()
  for (const { source, did, document } of documents) {
    const file = save(folder, 'document', document)
    const { code, data } = await verify(['did', 'verify', file, '--at', THEN, ...near(source)])
    assert.is(code, NODE_ONLY.includes(source) ? 7 : 0, source)
    if (code === 0) assert.equal([data.kind, data.id], ['document', did])
  }
})

test('takes no document of which a signature, an end or a proof was changed', async () => {
  using folder = temporaryFolder()
  for (const { source, document } of documents) {
    const proofs = [document.proof].flat() as { signatureValue: string }[]
    const withProof = (proof: unknown) => ({ ...document, proof })
    const flipped = proofs.map((proof) => ({
      ...proof,
      signatureValue: proof.signatureValue.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    }))
    const changes = {
      'another signature': withProof(flipped),
      'another end': { ...document, expires: '2039-01-01T00:00:00Z' },
      'no proof': withProof([]),
      'one proof twice': withProof([...proofs, ...proofs]),
    }
    for (const [what, changed] of Object.entries(changes)) {
      const file = save(folder, 'document', changed)
      const words = ['did', 'verify', file, '--at', THEN, ...near(source)]
      assert.is((await verify(words)).code, 7, `${source}: ${what}`)
    }
  }
})

test('knows that a document has ended', async () => {
  using folder = temporaryFolder()
  const [{ document } = { document: {} }] = documents
  const file = save(folder, 'document', document)
  assert.is((await verify(['did', 'verify', file, '--at', '2026-01-18T14:47:02Z'])).code, 0)
  assert.equal(await verify(['did', 'verify', file, '--at', '2026-01-18T14:47:03Z']), {
    code: 7,
    error: 'did/expired',
    data: undefined,
  })
})

test('says of documents in requests what DID libraries say', async () => {
  using folder = temporaryFolder()
  const verdicts: Record<string, number> = {}
  for (const { name, chainTime, payload } of payloads) {
    if (!['create', 'update'].includes(payload.header.operation)) continue
    const file = folder.join('document.json')
    writeFileSync(file, Buffer.from(payload.payload, 'base64url'))
    const at = name.startsWith('EID repo') ? THEN : chainTime
    verdicts[name] = (await verify(['did', 'verify', file, '--at', at])).code
  }
  assert.equal(
    Object.keys(verdicts).filter((name) => verdicts[name] !== 0),
    [
      'create document proof by wrong key',
      'create expired document',
      'duplicate public key ids',
      'ampersand in serviceEndpoint, signed over the Go-escaped text',
    ],
  )
})

test('takes every credential of other programs', async () => {
  using folder = temporaryFolder()
  for (const { source, credential } of forms.credentials) {
    const file = save(folder, 'credential', credential)
    const words = ['credential', 'verify', file, '--at', THEN, ...near(source)]
    const { code, error } = await verify(words)
    assert.equal([source, code, error], [source, 0, undefined])
  }
})

test('takes every presentation of other programs, for its question alone', async () => {
  using folder = temporaryFolder()
  for (const { source, presentation } of forms.presentations) {
    const file = save(folder, 'presentation', presentation)
    const { nonce, realm } = presentation.proof
    const words = ['presentation', 'verify', file, '--at', THEN, ...near(source)]
    const { code, error } = await verify([...words, '--nonce', nonce, '--realm', realm])
    assert.equal([source, code, error], [source, 0, undefined])
    assert.is((await verify([...words, '--nonce', 'other'])).error, 'did/wrongChallenge')
    assert.is((await verify([...words, '--realm', 'other'])).error, 'did/wrongChallenge')
  }
})

test('takes every ticket of other programs, and none for somebody else', async () => {
  using folder = temporaryFolder()
  for (const { source, ticket } of forms.tickets) {
    const words = ['did', 'verify', save(folder, 'ticket', ticket), '--at', THEN]
    const { code, error, data } = await verify([...words, ...near(source)])
    assert.equal([source, code, error], [source, 0, undefined])
    assert.is(data.kind, 'ticket')
    save(folder, 'ticket', { ...ticket, to: 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58z' })
    assert.is((await verify([...words, ...near(source)])).error, 'did/wrongSignature')
  }
})

test('reads from stdin, and names what is missing', async () => {
  const [first] = documents
  assert.ok(first)
  const text = JSON.stringify(first.document)
  assert.is((await verify(['did', 'verify', '-', '--at', THEN], text)).code, 0)
  const customized = documents.find(({ source }) => source.endsWith('v2/testdata/baz.id.json'))
  const alone = JSON.stringify(customized?.document)
  assert.equal(await verify(['did', 'verify', '-', '--at', THEN], alone), {
    code: 7,
    error: 'did/noDocumentAtHand',
    data: undefined,
  })
  for (const kind of ['did', 'credential', 'presentation']) {
    for (const broken of ['', '{', '[]', 'null', '{"id":1}', text.slice(0, -9)]) {
      const { code, error } = await verify([kind, 'verify', '-'], broken)
      assert.equal([kind, broken, code, error], [kind, broken, 7, 'did/unreadable'])
    }
    assert.is((await verify([kind, 'verify', 'none.json'])).error, 'file/unreadable')
    assert.is((await verify([kind, 'verify', '-', '--at', 'soon'], text)).error, 'did/badInstant')
  }
})

test.run()
