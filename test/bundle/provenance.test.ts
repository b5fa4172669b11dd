import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import {
  encodeProvenance,
  parseProvenance,
  provenanceMessage,
} from '../../src/bundle/provenance.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { canonicalJson, type JsonObject } from '../../src/protocol/did/canonical-json.ts'
import { wholeDocumentText } from '../../src/protocol/did/document.ts'
import { publicKeyOf, signText } from '../../src/protocol/did/sign.ts'
import { verifyBytes } from '../../src/protocol/did/signature.ts'
import { app, kid, packFiles, privateKey } from '../support/bundle.ts'
import { ela } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('provenance')
const FILE = 'hello-1.0.0.dapp.tgz'
const STATEMENT = 'hello-1.0.0.provenance.json'
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A key service that holds the key of the app. */
const SIGNER = `
import { readFileSync } from 'node:fs'
import { createPrivateKey, createECDH, sign } from 'node:crypto'
const pair = createECDH('prime256v1')
pair.setPrivateKey(process.argv[2], 'hex')
const [x, y] = [pair.getPublicKey().subarray(1, 33), pair.getPublicKey().subarray(33)]
const text = (bytes) => bytes.toString('base64url')
const jwk = { kty: 'EC', crv: 'P-256', d: text(pair.getPrivateKey()), x: text(x), y: text(y) }
const key = createPrivateKey({ key: jwk, format: 'jwk' })
const { message } = JSON.parse(readFileSync(0, 'utf8'))
console.log(JSON.stringify({ sig: text(sign('sha256', Buffer.from(message, 'hex'), key)) }))
`

async function run(folder: TemporaryFolder, line: string, env: Record<string, string> = {}) {
  const words = [...line.split(' '), '--json']
  const home = { HOME: folder.join('home'), PATH: process.env['PATH'] ?? '' }
  const { code, stdout } = await ela(words, { cwd: folder.path, env: { ...home, ...env } })
  const { data, error } = JSON.parse(stdout)
  return { code, data, error: error?.code }
}

async function attested(env: Record<string, string> = {}) {
  const folder = temporaryFolder()
  await packFiles(folder)
  writeFileSync(folder.join('sign.mjs'), SIGNER)
  const time = Math.floor(Date.now() / 1000)
  const document = newDocument({ privateKey, time, services: [] })
  writeFileSync(folder.join('app.json'), wholeDocumentText(document))
  const signer = `exec:node '${folder.join('sign.mjs')}' ${Buffer.from(privateKey).toString('hex')}`
  const line = ['attest', FILE, '--signer', signer, '--json']
  const home = { HOME: folder.join('home') }
  const { code, stdout } = await ela(line, { cwd: folder.path, env: { ...home, ...env } })
  const { data, error } = JSON.parse(stdout)
  return { folder, code, data, error: error?.code }
}

const github = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'a/shop',
  GITHUB_WORKFLOW_REF: 'a/shop/.github/workflows/ela.yml@refs/tags/v1',
  GITHUB_RUN_ID: '17',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_SHA: '0123456789012345678901234567890123456789',
}

test('is an in-toto statement with SLSA provenance, signed over its own domain', async () => {
  const { folder, code, data } = await attested(github)
  using _ = folder
  assert.equal(
    [code, data.commit, data.source, data.kid],
    [0, github.GITHUB_SHA, 'git+https://github.com/a/shop', kid],
  )
  const envelope = JSON.parse(readFileSync(folder.join(STATEMENT), 'utf8'))
  assert.is(envelope.payloadType, 'application/vnd.in-toto+json')
  const payload = Buffer.from(envelope.payload, 'base64')
  const statement = JSON.parse(payload.toString())
  assert.is(statement._type, 'https://in-toto.io/Statement/v1')
  assert.is(statement.predicateType, 'https://slsa.dev/provenance/v1')
  assert.equal(statement.subject[0], {
    name: FILE,
    digest: { sha256: sha256(readFileSync(folder.join(FILE))) },
  })
  const { buildDefinition, runDetails } = statement.predicate
  // What SLSA v1 requires: the type of the build, its parameters and who ran it, as URIs.
  for (const uri of [buildDefinition.buildType, runDetails.builder.id]) new URL(uri)
  assert.equal(buildDefinition.externalParameters.app, app)
  assert.equal(runDetails, {
    builder: {
      id: 'https://github.com/a/shop/.github/workflows/ela.yml@refs/tags/v1',
      version: { ela: runDetails.builder.version.ela },
    },
    metadata: { invocationId: 'https://github.com/a/shop/actions/runs/17/attempts/2' },
  })
  const message = Buffer.from(
    sha256(Buffer.from('elastos.dapp/1 provenance')) + sha256(payload),
    'hex',
  )
  const signature = Buffer.from(envelope.signatures[0].sig, 'base64url')
  assert.ok(verifyBytes(message, signature, publicKeyOf(privateKey)))
})

test('is checked with the bundle, before anything is unpacked', async () => {
  const { folder } = await attested()
  using _ = folder
  const verify = (words = '') => run(folder, `verify ${FILE} --with app.json --provenance${words}`)
  const good = await verify(' --to out')
  assert.equal([good.code, good.data.provenance.signatures[0].proof], [0, 'listed'])
  assert.is(good.data.provenance.builder, 'urn:x-elastos:ela:local')

  const text = readFileSync(folder.join(STATEMENT), 'utf8')
  const envelope = JSON.parse(text)
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString())
  const sealed = (change: JsonObject, signed: boolean): string => {
    const payload = Buffer.from(canonicalJson({ ...statement, ...change }))
    const sig = signed
      ? signText(provenanceMessage(payload), privateKey)
      : envelope.signatures[0].sig
    const signatures = [{ alg: 'ES256', kid, sig }]
    return canonicalJson({ ...envelope, payload: payload.toString('base64'), signatures })
  }
  const other = [{ name: FILE, digest: { sha256: '00'.repeat(32) } }]
  const cases: readonly (readonly [string, string])[] = [
    ['', 'bundle/badProvenance'],
    [`${text} `, 'bundle/badProvenance'],
    [text.replace('in-toto', 'in-toti'), 'bundle/badProvenance'],
    [text.replace('"schema":"elastos', '"schema":"elastic'), 'bundle/badProvenance'],
    [sealed({ _type: 'x' }, true), 'bundle/badProvenance'],
    [sealed({ predicateType: 'x' }, true), 'bundle/badProvenance'],
    [sealed({ subject: other }, true), 'bundle/otherSubject'],
    [sealed({ subject: 'x' }, true), 'bundle/otherSubject'],
    [sealed({ x: 1 }, false), 'bundle/wrongSignature'],
    [canonicalJson({ ...envelope, signatures: [] }), 'bundle/notSigned'],
  ]
  for (const [content, code] of cases) {
    writeFileSync(folder.join('changed.json'), content)
    const { code: exit, error } = await verify('=changed.json --to never')
    assert.equal([exit, error], [7, code], content)
    assert.not(existsSync(folder.join('never')))
  }
})

test('names the commit of git, and refuses files that differ from it', async () => {
  using repository = temporaryFolder()
  const git = (...words: string[]) => execFileSync('git', words, { cwd: repository.path })
  git('init', '-q')
  git('remote', 'add', 'origin', 'https://user:secret@example.org/a/shop.git')
  await packFiles(repository)
  writeFileSync(repository.join('ela.config.json'), '{"name":"hello","kind":"web"}')
  git('add', 'ela.config.json')
  git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'x')
  const made = await run(repository, `attest ${FILE} --as alice`)
  const commit = git('rev-parse', 'HEAD').toString().trim()
  assert.equal(
    [made.code, made.data.commit, made.data.source],
    [0, commit, 'git+https://example.org/a/shop.git'],
  )
  writeFileSync(repository.join('ela.config.json'), '{"name":"other","kind":"web"}')
  assert.is((await run(repository, `attest ${FILE} --as alice`)).error, 'bundle/dirtyTree')
  assert.is((await run(repository, `attest ${FILE} --as alice --dirty`)).code, 0)
})

test('whatever comes as a statement is read or refused', async () => {
  const { folder } = await attested()
  using _ = folder
  const whole = readFileSync(folder.join(STATEMENT))
  const change = fc.record({
    at: fc.nat({ max: whole.length }),
    gone: fc.nat({ max: 20 }),
    with: fc.uint8Array({ maxLength: 20 }),
  })
  fc.assert(
    fc.property(change, ({ at, gone, with: put }) => {
      const bytes = Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + gone)])
      try {
        const { statement, signatures } = parseProvenance(bytes)
        assert.is(statement['_type'], 'https://in-toto.io/Statement/v1')
        // One text for each statement: what was changed and read says something else.
        if (!bytes.equals(whole)) {
          assert.not.ok(encodeProvenance(parseProvenance(bytes).payload, signatures).equals(whole))
        }
      } catch (error) {
        if (!(error instanceof ElaError)) throw error
        assert.is(error.exit, 'notVerified')
      }
    }),
    { numRuns: 1_000 },
  )
})

test.run()
