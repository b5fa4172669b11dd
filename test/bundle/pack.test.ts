import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openArchive } from '../../src/bundle/byte-source.ts'
import { checkPacked } from '../../src/bundle/check-pack.ts'
import { readFiles, readHead } from '../../src/bundle/read-bundle.ts'
import { encodeSignatures, messageFor } from '../../src/bundle/signature-file.ts'
import { app, packFiles, vectorFiles, vectorManifest } from '../support/bundle.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('pack')
const vector = JSON.parse(
  readFileSync(new URL('../vectors/bundle/hello.json', import.meta.url), 'utf8'),
)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('reproduces the test vector', async () => {
  using folder = temporaryFolder()
  const packed = await packFiles(folder)
  assert.is(app, vector.did)
  assert.is(packed.bundleId, vector.bundleId)
  const source = await openArchive(packed.file)
  const { manifestBytes, listBytes, signatures, manifest } = await readHead(source)
  await source.close()
  assert.is(manifestBytes.length, vector.manifestBytes)
  assert.is(listBytes.length, vector.listBytes)
  assert.is(sha256(listBytes), vector.listSha256)
  assert.is(manifest.files.root, vector.root)
  assert.is(sha256(messageFor(manifestBytes)), vector.messageSha256)
  const [signature] = signatures
  assert.is(Buffer.from(signature?.sig ?? '', 'base64url').toString('hex'), vector.signature)
  assert.is(encodeSignatures(packed.bundleId, signatures).length, vector.signatureFileBytes)
  const tar = gunzipSync(readFileSync(packed.file))
  assert.is(tar.length, vector.tarBytes)
  assert.is(packed.tarBytes, vector.tarBytes)
  assert.is(sha256(tar), vector.tarSha256)
})

test('writes what GNU tar writes, also for paths that need the prefix', async () => {
  const long = `${'a'.repeat(60)}/${'b'.repeat(50)}/${'c'.repeat(70)}`
  using folder = temporaryFolder()
  const files = { ...vectorFiles, [long]: 'long', 'ä/ö.txt': 'ü', 'x.bin': Buffer.alloc(1_537, 7) }
  writeFileSync(folder.join('run'), '')
  const { file } = await packFiles(folder, files)
  const source = await openArchive(file)
  const { manifestBytes, listBytes, signatures, bundleId, files: listed } = await readHead(source)
  await source.close()
  const project = folder.join('project')
  writeFileSync(folder.join('project/ela.json'), manifestBytes)
  writeFileSync(folder.join('project/ela.sig.json'), encodeSignatures(bundleId, signatures))
  writeFileSync(folder.join('project/ela.files'), listBytes)
  const flags = ['--format=ustar', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
  const names = ['ela.json', 'ela.sig.json', 'ela.files', ...listed.map(({ path }) => path)]
  const gnu = execFileSync(
    'tar',
    [...flags, '--mode=0644', '--no-recursion', '-b', '1', '-cf', '-', ...names],
    { cwd: project },
  )
  assert.ok(gnu.equals(gunzipSync(readFileSync(file))))
})

test('gives the same bytes whatever the order, level, umask, zone and language', async () => {
  const ids: string[] = []
  const tars: string[] = []
  const { TZ: zone, LC_ALL: language } = process.env
  const worlds = [
    { names: ['data/empty', 'index.html', 'src/app.js'], level: 6, umask: 0o022 },
    { names: ['src/app.js', 'index.html', 'data/empty'], level: 1, umask: 0o077, TZ: 'Asia/Tokyo' },
    {
      names: ['index.html', 'src/app.js', 'data/empty'],
      level: 9,
      umask: 0,
      LC_ALL: 'tr_TR.UTF-8',
    },
    { names: ['index.html', 'data/empty', 'src/app.js'], level: 0, umask: 0o027 },
  ]
  for (const { names, level, umask, TZ, LC_ALL } of worlds) {
    using folder = temporaryFolder()
    const before = process.umask(umask)
    Object.assign(process.env, { ...(TZ && { TZ }), ...(LC_ALL && { LC_ALL }) })
    try {
      const files = Object.fromEntries(names.map((name) => [name, vectorFiles[name] ?? '']))
      const { bundleId, file } = await packFiles(folder, files, { level })
      ids.push(bundleId)
      tars.push(sha256(gunzipSync(readFileSync(file))))
    } finally {
      process.umask(before)
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
      if (language === undefined) delete process.env['LC_ALL']
      else process.env['LC_ALL'] = language
    }
  }
  assert.equal([...new Set(ids)], [vector.bundleId])
  assert.equal([...new Set(tars)], [vector.tarSha256])
})

test('keeps nothing of a mode but whether the owner may run it', async () => {
  using folder = temporaryFolder()
  await packFiles(folder)
  chmodSync(folder.join('project/index.html'), 0o600)
  chmodSync(folder.join('project/src/app.js'), 0o4711)
  const { file } = await packFiles(folder)
  const source = await openArchive(file)
  const { files } = await readHead(source)
  await source.close()
  assert.equal(
    files.map(({ path, mode }) => `${mode} ${path}`),
    ['644 data/empty', '644 index.html', '755 src/app.js'],
  )
})

test('writes large files of all kinds so that any gzip reads them', async () => {
  using folder = temporaryFolder()
  let noise = Buffer.alloc(32)
  const random = Buffer.concat(
    Array.from({ length: 120_000 }, () => {
      noise = createHash('sha256').update(noise).digest()
      return noise
    }),
  )
  const text = Buffer.from(
    Array.from({ length: 60_000 }, (_, n) => `line ${n * n} of a long text\n`).join(''),
  )
  const files = { 'index.html': '<p>', 'a.bin': random, 'b.txt': text, 'c.bin': random }
  const { file, tarBytes, archiveBytes } = await packFiles(folder, files)
  const tar = gunzipSync(readFileSync(file))
  assert.is(tar.length, tarBytes)
  assert.ok(archiveBytes < random.length * 2 + text.length / 2)
  execFileSync('gzip', ['-t', file.replace(/\.tgz$/, '.tgz')])
  await checkPacked(file)
  const source = await openArchive(file)
  await readFiles(source, await readHead(source))
})

test('refuses links, and leaves nothing behind', async () => {
  using folder = temporaryFolder()
  const { file } = await packFiles(folder)
  const before = readFileSync(file)
  symlinkSync('/etc/passwd', folder.join('project/link'))
  await fails('bundle/unpackable', () => packFiles(folder))
  assert.ok(readFileSync(file).equals(before))
  assert.equal(readdirSync(folder.path).sort(), ['hello-1.0.0.dapp.tgz', 'project'])
})

const badNames = [
  ...[
    'con',
    'aux.txt',
    'LPT1.js',
    'trail ',
    'dot.',
    ' lead',
    'a:b',
    'a|b',
    'q?',
    'star*',
    'back\\s',
  ],
  ...['PROGRA~1', 'a\u202eb', 'a\u200db', 'n\u0303', 'tab\t', 'line\nend', 'COM\u00b9', 'ELA.json'],
  ...['.ela\u00a0x/\u007f', 'x'.repeat(101), 'a/'.repeat(32).concat('b')],
]
for (const name of badNames) {
  test(`refuses the name ${JSON.stringify(name).slice(0, 40)}`, async () => {
    using folder = temporaryFolder()
    await fails('bundle/unpackable', () => packFiles(folder, { ...vectorFiles, [name]: '' }))
    assert.not.ok(existsSync(folder.join('hello-1.0.0.dapp.tgz')))
  })
}

const collisions = [
  ['A', 'a'],
  ['Dir/x', 'dir/y'],
  ['ss', '\u00df'],
  ['s', '\u017f'],
  ['K', '\u212a'],
  ['fi', '\ufb01'],
  ['I', '\u0131'],
] as const
for (const [one, other] of collisions) {
  test(`refuses ${one} beside ${other}`, async () => {
    using folder = temporaryFolder()
    const files = { ...vectorFiles, [one]: '1', [other]: '2' }
    await fails('bundle/unpackable', () => packFiles(folder, files))
  })
}

const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const secrets: Readonly<Record<string, string>> = {
  'a phrase': `const words = '${phrase}'`,
  'a phrase as a list': JSON.stringify(phrase.split(' '), undefined, 1),
  'a phrase among words': `here comes it ${phrase} that was it`,
  'a PEM key': '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n',
  'an extended key': `xprv${'9s21ZrQH143K3'.repeat(8)}`,
  'a key by its name': `PRIVATE_KEY=0x${'ab'.repeat(32)}`,
  'a wallet file': '{"crypto":{"ciphertext":"00","kdf":"scrypt"},"version":3}',
}
for (const [what, content] of Object.entries(secrets)) {
  test(`refuses ${what}, unless it is allowed`, async () => {
    using folder = temporaryFolder()
    const files = { ...vectorFiles, 'src/notes.txt': content }
    const { exit, message } = await fails('bundle/secretInside', () => packFiles(folder, files))
    assert.is(exit, 'refused')
    assert.ok(message.includes('src/notes.txt') && !message.includes('winner'))
    await packFiles(folder, files, { allowSecrets: ['src/notes.txt'] })
  })
}

const privateNames = [
  ...['.env', '.env.production', 'id_ed25519', 'store.p12', 'release.jks', 'keystore-1.dat'],
  ...['.netrc', 'deep/.env'],
]
for (const name of privateNames) {
  test(`refuses the file ${name}, unless it is allowed`, async () => {
    using folder = temporaryFolder()
    const files = { ...vectorFiles, [name]: 'A=1\n' }
    await fails('bundle/secretInside', () => packFiles(folder, files))
    await packFiles(folder, files, { allowSecrets: [name] })
  })
}

test('takes examples of settings, and a registry without a password', async () => {
  using folder = temporaryFolder()
  const registry = 'registry=https://npm.example/\n'
  await packFiles(folder, { ...vectorFiles, '.env.example': 'A=\n', '.npmrc': registry })
  const password = `${registry}//npm.example/:_authToken=abc\n`
  await fails('bundle/secretInside', () =>
    packFiles(folder, { ...vectorFiles, '.npmrc': password }),
  )
})

test('finds a key in a large file, also where two pieces of it meet', async () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMIG'
  for (const at of [(1 << 20) - 14, (9 << 20) - 40, 5 << 20]) {
    using folder = temporaryFolder()
    const large = Buffer.alloc(9 << 20, 'media, and not text of any kind; ')
    large.write(key, at)
    const files = { ...vectorFiles, 'large.bin': large }
    await fails('bundle/secretInside', () => packFiles(folder, files, { level: 0 }))
    await packFiles(folder, files, { level: 0, allowSecrets: ['large.bin'] })
  }
})

test('takes prose, word lists and digests for what they are', async () => {
  using folder = temporaryFolder()
  const words = phrase.split(' ').slice(0, 11).join(' ')
  const { wordlist } = await import('@scure/bip39/wordlists/english.js')
  const prose = 'this text does have more than twelve small words here but they make no phrase'
  await packFiles(folder, {
    ...vectorFiles,
    'a.txt': words,
    'b.txt': prose,
    'c.txt': wordlist.join('\n'),
    'd.json': `{"integrity":"${'0f'.repeat(32)}"}`,
  })
})

test('refuses a manifest that readers would refuse', async () => {
  using folder = temporaryFolder()
  const wrong = [
    { name: 'Hello' },
    { version: '1.0' },
    { seq: 0 },
    { seq: 1.5 },
    { app: 'hello' },
    { entry: 'nowhere.html' },
    { entry: { main: 'index.html' } },
    { kind: 'service' as const },
    { more: { colour: 'red' } },
    { more: { capabilities: { exec: true } } },
    { more: { description: 'e\u0301' } },
    { more: { x: { half: 0.5 } } },
    { more: { x: { ключ: 1 } } },
    { more: { prev: 'sha256:00' } },
  ]
  for (const change of wrong) {
    await fails('bundle/badManifest', () =>
      packFiles(folder, vectorFiles, { manifest: { ...vectorManifest, ...change } }),
    )
  }
})

test('refuses content that unpacks to far more than its size', async () => {
  using folder = temporaryFolder()
  const files = { ...vectorFiles, zeros: Buffer.alloc(16 << 20) }
  await fails('bundle/tooBig', () => packFiles(folder, files))
  assert.equal(readdirSync(folder.path), ['project'])
})

test.run()
