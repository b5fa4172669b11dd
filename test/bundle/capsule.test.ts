import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type CapsuleWish,
  canonicalCapsule,
  GENERATIONS,
  wholeCapsule,
} from '../../src/bundle/capsule/manifest.ts'
import {
  capsuleKey,
  shortSigner,
  signCapsule,
  verifyCapsule,
} from '../../src/bundle/capsule/sign-capsule.ts'
import type { JsonObject } from '../../src/protocol/did/canonical-json.ts'
import { packFiles, vectorFiles, vectorManifest } from '../support/bundle.ts'
import { ela } from '../support/ela.ts'
import { fails } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('capsules')
const vectors = JSON.parse(
  readFileSync(new URL('../vectors/bundle/capsule.json', import.meta.url), 'utf8'),
)
const key = capsuleKey(vectors.seed, 'vector')
const entry = Buffer.from(vectors.entry)
const wish: CapsuleWish = { name: 'vec', version: '0.1.0', type: 'wasm', entrypoint: 'main.wasm' }
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')

test('reproduces the signatures of both generations', () => {
  assert.equal([key.publicKey, shortSigner(key.publicKey)], [vectors.publicKey, vectors.signer])
  for (const generation of ['a', 'b'] as const) {
    const capsule = wholeCapsule(wish, generation)
    const text = canonicalCapsule(capsule, generation)
    const { length, sha256: hash, signature, canonical = text } = vectors[generation]
    assert.equal([text, text.length, sha256(text)], [canonical, length, hash])
    assert.is(signCapsule(capsule, entry, key, generation), signature)
    const signed = { ...capsule, signature }
    assert.is(verifyCapsule(signed, entry, [vectors.publicKey], generation), vectors.publicKey)
  }
})

test('believes no signature of other content, of another key, or without a key to expect', async () => {
  const capsule = wholeCapsule(wish, 'b')
  const signature = signCapsule(capsule, entry, key, 'b')
  const good = { ...capsule, signature }
  const trusted = [vectors.publicKey]
  const check = (one: JsonObject, bytes = entry, keys = trusted) =>
    verifyCapsule(one, bytes, keys, 'b')
  for (const [name, value] of Object.entries(good)) {
    if (name === 'signature') continue
    const changed = { ...good, [name]: value === null ? 'x' : null }
    await fails('capsule/wrongSignature', () => check(changed))
  }
  await fails('capsule/wrongSignature', () => check(good, Buffer.from('hello worle')))
  await fails('capsule/wrongSignature', () => check(good, entry, ['00'.repeat(32)]))
  await fails('capsule/notTrusted', () => check(good, entry, []))
  for (const wrong of ['', `${signature} `, signature.slice(4), null]) {
    await fails('capsule/badManifest', () => check({ ...good, signature: wrong }))
  }
  // One manifest is signed otherwise in each generation.
  await fails('capsule/wrongSignature', () => verifyCapsule(good, entry, trusted, 'a'))
})

test('takes keys as hex and PEM, and nothing else', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  assert.match(capsuleKey(pem, 'x').publicKey, /^[0-9a-f]{64}$/)
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  for (const text of ['', 'ab', other.export({ format: 'pem', type: 'pkcs8' }).toString()]) {
    const { message } = await fails('capsule/badKey', () => capsuleKey(text, 'key.pem'))
    assert.match(message, 'key.pem')
  }
})

async function exporting(folder: TemporaryFolder, words: string) {
  const line = `export hello-1.0.0.dapp.tgz --json ${words}`
  const { code, stdout } = await ela(line, { cwd: folder.path })
  const { data, error } = JSON.parse(stdout)
  return { code, data, error: error?.code }
}

const SHAPES = {
  a: { type: 'data', role: undefined, execution: undefined },
  b: { type: 'wasm', role: 'app', execution: 'web-projection' },
  c: { type: 'web-projection', role: 'app', execution: 'web-projection' },
}

test('`ela export` writes folders and archives of each generation', async () => {
  using folder = temporaryFolder()
  await packFiles(folder)
  writeFileSync(folder.join('key'), vectors.seed)
  for (const generation of GENERATIONS) {
    const made = await exporting(
      folder,
      `--capsule ${generation} --to ${generation} --key-file key`,
    )
    assert.equal([made.code, made.data.publicKey], [0, vectors.publicKey])
    const capsule = JSON.parse(readFileSync(folder.join(generation, 'capsule.json'), 'utf8'))
    const { type, role, execution, signature, ...rest } = capsule
    assert.equal({ type, role, execution }, SHAPES[generation])
    assert.not.ok(Object.values(capsule).includes(null))
    // As a loader does: defaults for what is missing, then the signature over all of it.
    const filled = { ...wholeCapsule(wish, generation), ...rest, type, role, execution, signature }
    const page = Buffer.from(vectorFiles['index.html'] ?? '')
    const known = Object.fromEntries(
      Object.entries(filled).filter(([, value]) => value !== undefined),
    ) as JsonObject
    const ordered = Object.fromEntries(
      Object.keys(wholeCapsule(wish, generation)).map((name) => [name, known[name] ?? null]),
    )
    verifyCapsule(ordered, page, [vectors.publicKey], generation)
    for (const [name, content] of Object.entries(vectorFiles)) {
      assert.is(readFileSync(folder.join(generation, name), 'utf8'), content)
    }
    await exporting(folder, `--capsule ${generation} --to ${generation}.tgz`)
    const names = execFileSync('tar', ['-tzf', folder.join(`${generation}.tgz`)]).toString()
    assert.equal(
      names.trim().split('\n').sort(),
      [...Object.keys(vectorFiles), 'capsule.json'].sort(),
    )
  }
  assert.is((await exporting(folder, '--capsule a --to a')).error, 'bundle/targetExists')
})

test('refuses kinds that a generation does not have, and leaves nothing then', async () => {
  using folder = temporaryFolder()
  const entryOf = { main: 'src/app.js', runtime: 'node20' }
  const manifest = { ...vectorManifest, kind: 'service' as const, entry: entryOf }
  await packFiles(folder, vectorFiles, { manifest })
  for (const generation of GENERATIONS) {
    const { code, error } = await exporting(folder, `--capsule ${generation}`)
    assert.equal([code, error], [2, 'capsule/noSuchKind'])
  }
  await packFiles(folder, { ...vectorFiles, 'Capsule.json': '{}' })
  assert.is((await exporting(folder, '--capsule a')).error, 'capsule/taken')
  assert.not(existsSync(folder.join('hello-1.0.0.capsule')))
  assert.equal(readdirSync(folder.path).sort(), ['hello-1.0.0.dapp.tgz', 'project'])
})

test.run()
