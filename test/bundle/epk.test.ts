import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import { readEpk } from '../../src/bundle/epk/epk.ts'
import { readZip, zipLimits } from '../../src/bundle/epk/zip.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { wholeDocumentText } from '../../src/protocol/did/document.ts'
import { publicKeyOf, signText } from '../../src/protocol/did/sign.ts'
import { verifyBytes } from '../../src/protocol/did/signature.ts'
import { app, kid, privateKey } from '../support/bundle.ts'
import { ela } from '../support/ela.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'
import { type ZipPart, zip } from '../support/zip.ts'

const test = suite('EPK')
const vectors = JSON.parse(
  readFileSync(new URL('../vectors/bundle/epk.json', import.meta.url), 'utf8'),
)
const bytesOf = (name: string) => Buffer.from(vectors[name], 'base64')
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

const manifest = {
  ...{ id: 'org.example.a', version: '1.0.0', name: 'A', start_url: 'index.html' },
}
const page = '<!doctype html>\n'
const web: readonly ZipPart[] = [
  { name: 'manifest.json', content: JSON.stringify(manifest) },
  { name: 'index.html', content: page },
]

/** The parts of a signature over these files, as the first form has them. */
function signed(parts: readonly ZipPart[], change: Readonly<Record<string, string>> = {}) {
  const list = parts
    .map(({ name, content = '' }) => `${sha256(content)} ${name}\n`)
    .sort((a, b) => (a.slice(65) < b.slice(65) ? -1 : 1))
    .join('')
  const digest = sha256(list)
  const sign = Buffer.from(signText(Buffer.from(digest, 'hex'), privateKey), 'base64url')
  const own = {
    'FILELIST.INF': list,
    'FILELIST.SHA': digest,
    'FILELIST.SIGN': sign.toString('hex'),
    'SIGN.PUB': Buffer.from(publicKeyOf(privateKey)).toString('hex'),
  }
  const texts = Object.entries({ ...own, ...change }).filter(([, text]) => text !== '-')
  return [...parts, ...texts.map(([name, content]) => ({ name: `EPK-SIGN/${name}`, content }))]
}

test('the signature of a file of the Trinity toolchain is by its key over its digest', () => {
  const { sha, sign, pub } = vectors.real
  const bytes = (hex: string) => Buffer.from(hex, 'hex')
  assert.ok(verifyBytes(bytes(sha), bytes(sign), bytes(pub)))
  assert.not.ok(verifyBytes(Buffer.from(sha), bytes(sign), bytes(pub)))
})

test('reads what Python’s zipfile wrote, unsigned and signed in both forms', () => {
  const unsigned = readEpk(bytesOf('unsigned'))
  assert.equal(
    [unsigned.signature, unsigned.digest, unsigned.manifest['name']],
    [undefined, vectors.digest, 'Hello'],
  )
  assert.equal(
    unsigned.files.map(({ path }) => path),
    ['img/a.png', 'index.html', 'js/été.js', 'manifest.json'],
  )
  for (const [name, version] of [['v1', 1] as const, ['v2', 2] as const]) {
    const { signature, digest } = readEpk(bytesOf(name))
    assert.equal([signature?.version, signature?.kid, digest], [version, kid, vectors.digest])
  }
})

test('refuses signatures with a part missing, strange, wrong or of other files', async () => {
  readEpk(zip(signed(web)))
  const other = Buffer.from(publicKeyOf(new Uint8Array(32).fill(7))).toString('hex')
  const changes: readonly Readonly<Record<string, string>>[] = [
    ...['FILELIST.INF', 'FILELIST.SHA', 'FILELIST.SIGN', 'SIGN.PUB'].map((name) => ({
      [name]: '-',
    })),
    { 'FILELIST.INF': `${sha256(page)} index.html\n` },
    { 'FILELIST.SHA': sha256('x') },
    { 'FILELIST.SHA': `${sha256('x').toUpperCase()}` },
    { 'FILELIST.SIGN': '00'.repeat(64) },
    { 'FILELIST.SIGN': 'xx' },
    { 'SIGN.PUB': other },
    { 'SIGN.PUB': `02${'00'.repeat(32)}` },
    { 'SIGN.DIDURL': kid },
    { MORE: 'x' },
  ]
  for (const change of changes) {
    const { exit } = await fails('epk/badSignature', () => readEpk(zip(signed(web, change))))
    assert.is(exit, 'notVerified')
  }
  const added = [...signed(web), { name: 'evil.js', content: 'x' }]
  await fails('epk/badSignature', () => readEpk(zip(added)))
  const removed = signed([...web, { name: 'a.js', content: 'x' }]).filter(
    (one) => one.name !== 'a.js',
  )
  await fails('epk/badSignature', () => readEpk(zip(removed)))
})

test('refuses flipped bits, or reads the same files', () => {
  // Times, versions and what else describes a file to a file manager mean nothing here.
  for (const name of ['v1', 'v2']) {
    const whole = bytesOf(name)
    const { files, signature } = readEpk(whole)
    const same = JSON.stringify([files, signature])
    let taken = 0
    for (let bit = 0; bit < whole.length * 8; bit += 5) {
      const copy = Buffer.from(whole)
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit % 8))
      try {
        const read = readEpk(copy)
        assert.is(JSON.stringify([read.files, read.signature]), same)
        taken += 1
      } catch (error) {
        if (!(error instanceof ElaError)) throw error
        assert.is(error.exit, 'notVerified', error.message)
      }
    }
    assert.ok(taken < whole.length / 2, `${taken} flips were taken`)
  }
})

const link = 0o120777 << 16
const big = Buffer.alloc(3 << 20)
const zip64 = Buffer.concat([Buffer.from([1, 0, 8, 0]), Buffer.alloc(8)])
const unicodeName = Buffer.concat([Buffer.from([0x75, 0x70, 5, 0]), Buffer.alloc(5)])
const file = (more: Partial<ZipPart>): readonly ZipPart[] => [
  { name: 'a', content: 'abc', ...more },
]

const attacks: Readonly<Record<string, readonly [code: string, bytes: Buffer]>> = {
  ...Object.fromEntries(
    ['../evil', '/evil', 'a/../evil', '..\\evil', 'c:/evil', 'CON', 'x\0y', 'GIT~1', '.git/x'].map(
      (name) => [`the name ${JSON.stringify(name)}`, ['epk/badPath', zip(file({ name }))]],
    ),
  ),
  'one name twice': ['epk/badPath', zip([...file({}), ...file({})])],
  'two cases of a name': ['epk/badPath', zip([...file({}), ...file({ name: 'A' })])],
  'a file that is a folder': ['epk/badPath', zip([...file({}), ...file({ name: 'a/b' })])],
  'a file beside a folder of its name': [
    'epk/badPath',
    zip([...file({}), { name: 'a/', method: 0 }]),
  ],
  'a folder of another case': [
    'epk/badPath',
    zip([...file({ name: 'd/a' }), { name: 'D/', method: 0 }]),
  ],
  'a folder with content': ['epk/badZip', zip([{ name: 'a/', content: 'x' }])],
  'a link': ['epk/badZip', zip(file({ attributes: link }))],
  'another name before the data': ['epk/badZip', zip(file({ localName: 'b' }))],
  'another size before the data': ['epk/badZip', zip(file({ localSize: 4 }))],
  'a wrong checksum': ['epk/badZip', zip(file({ crc: 1 }))],
  'a size too small': ['epk/badZip', zip(file({ size: 2 }))],
  'a size too large': ['epk/badZip', zip(file({ size: 4 }))],
  'a stored size too large': ['epk/badZip', zip(file({ method: 0, size: 4 }))],
  'an encrypted file': ['epk/badZip', zip(file({ flags: 1 }))],
  'a patched file': ['epk/badZip', zip(file({ flags: 0x20 }))],
  'a method nobody has': ['epk/badZip', zip(file({ method: 12 }))],
  'a 64-bit size': ['epk/badZip', zip(file({ extra: zip64 }))],
  'a second name': ['epk/badZip', zip(file({ extra: unicodeName }))],
  'a damaged extra field': ['epk/badZip', zip(file({ extra: Buffer.from([1, 2, 9, 9]) }))],
  'bytes behind deflated data': ['epk/badZip', zip(file({ tail: Buffer.from('more') }))],
  'a name that is no UTF-8': [
    'epk/badZip',
    zip(file({ name: Buffer.from([0xff, 0x41]), flags: 0x800 })),
  ],
  'a name that does not say it is UTF-8': ['epk/badZip', zip(file({ name: 'é' }))],
  'a comment of a file': ['epk/badZip', zip(file({ comment: 'x' }))],
  'a comment': ['epk/badZip', zip(file({}), { comment: 'x' })],
  'bytes before it': ['epk/badZip', zip(file({}), { before: Buffer.from('MZ') })],
  'bytes before the list': ['epk/badZip', zip(file({}), { between: Buffer.from('x') })],
  'bytes behind it': ['epk/badZip', zip(file({}), { after: Buffer.from('x') })],
  'a second archive behind it': ['epk/badZip', zip(file({}), { after: zip(file({ name: 'b' })) })],
  'fewer files than it has': ['epk/badZip', zip(file({}), { count: 0 })],
  'more files than it has': ['epk/badZip', zip(file({}), { count: 2 })],
  'two files in one place': ['epk/badZip', zip([...file({}), ...file({ name: 'b', offset: 0 })])],
  'wrong sizes behind the data': [
    'epk/badZip',
    zip(file({ flags: 8, descriptor: Buffer.alloc(12) })),
  ],
  'a file that unpacks to far more': ['epk/tooLarge', zip(file({ content: big }))],
  'a size of gigabytes': ['epk/tooLarge', zip(file({ size: 0xffffffff }))],
  'too many files': [
    'epk/tooLarge',
    zip(Array.from({ length: zipLimits.entries + 1 }, (_, n) => ({ name: `${n}`, method: 0 }))),
  ],
  nothing: ['epk/badZip', Buffer.alloc(0)],
  'no archive': ['epk/badZip', Buffer.from('PK\u0003\u0004 and no more than that')],
  'no manifest': ['epk/badManifest', zip(file({}))],
  'a manifest that is no JSON': ['epk/badManifest', zip(file({ name: 'manifest.json' }))],
  'a manifest without a start': [
    'epk/badManifest',
    zip(file({ name: 'manifest.json', content: '{"id":"a","version":"1","name":"A"}' })),
  ],
  'a manifest that is a list': [
    'epk/badManifest',
    zip(file({ name: 'manifest.json', content: '[]' })),
  ],
}
for (const [what, [code, bytes]] of Object.entries(attacks)) {
  test(`refuses ${what}`, async () => {
    const { exit } = await fails(code, () => readEpk(bytes))
    assert.is(exit, 'notVerified')
  })
}

test('takes stored files, folders, and sizes behind the data in both ways of writing them', () => {
  const content = Buffer.from('abcabcabcabc')
  const words = [crc32(content), deflateRawSync(content).length, content.length]
  const long = Buffer.alloc(16)
  for (const [n, word] of [0x08074b50, ...words].entries()) long.writeUInt32LE(word, n * 4)
  const parts: readonly ZipPart[] = [
    { name: 'd/', method: 0, attributes: 0o040755 << 16 },
    { name: 'd/stored', content, method: 0 },
    { name: 'd/long', content, flags: 8, descriptor: long },
    { name: 'd/short', content, flags: 8, descriptor: long.subarray(4) },
  ]
  const files = readZip(zip(parts))
  assert.equal(
    files.map(({ name }) => name),
    ['d/stored', 'd/long', 'd/short'],
  )
  for (const one of files) assert.ok(one.read().equals(content))
})

test('whatever comes, it is read or refused, never anything else', () => {
  const whole = bytesOf('v2')
  const change = fc.record({
    at: fc.nat({ max: whole.length }),
    gone: fc.nat({ max: 40 }),
    with: fc.uint8Array({ maxLength: 40 }),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let bytes = whole
      for (const { at, gone, with: put } of changes) {
        bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)])
      }
      try {
        assert.is(readEpk(bytes).digest, vectors.digest)
      } catch (error) {
        if (!(error instanceof ElaError)) throw error
        assert.is(error.exit, 'notVerified')
      }
    }),
    { numRuns: 600 },
  )
})

test('`ela verify` says who signed an EPK, and whether it is who should have', async () => {
  using folder = temporaryFolder()
  for (const name of ['v1', 'v2', 'unsigned']) writeFileSync(folder.join(name), bytesOf(name))
  const time = Math.floor(Date.now() / 1000)
  const document = newDocument({ privateKey, time, services: [] })
  writeFileSync(folder.join('app.json'), wholeDocumentText(document))
  const run = async (line: string) => {
    const { code, stdout } = await ela(`${line} --json`, { cwd: folder.path })
    const { schema, data, error } = JSON.parse(stdout)
    return { code, schema, data, error: error?.code }
  }
  for (const name of ['v1', 'v2']) {
    const alone = await run(`verify ${name}`)
    assert.equal([alone.code, alone.schema, alone.data.kid], [0, 'ela/verify-epk@1', kid])
    assert.equal([alone.data.proof, alone.data.unchecked.length], ['key', 1])
    const offline = await run(`verify ${name} --by ${app} --offline`)
    assert.is(offline.data.proof, 'default-key')
    const known = await run(`verify ${name} --by ${app} --with app.json`)
    assert.equal([known.data.proof, known.data.unchecked], ['listed', []])
    const other = `verify ${name} --by did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y --offline`
    assert.equal((({ code, error }) => [code, error])(await run(other)), [7, 'epk/otherSigner'])
  }
  assert.is((await run('verify unsigned')).error, 'epk/notSigned')
  assert.is((await run('verify v1 --to x')).error, 'bundle/notForEpk')
  const inspected = await run('inspect v1')
  assert.equal([inspected.data.format, inspected.data.files], ['epk/1', 4])
})

test('`ela import` makes a project that packs, and says what it left behind', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('hello.epk'), bytesOf('v1'))
  const at = { cwd: folder.path }
  const { code, stdout } = await ela('import hello.epk --json', at)
  const { data } = JSON.parse(stdout)
  assert.equal([code, data.name, data.version, data.signedBy], [0, 'hello', '1.2.0', kid])
  assert.is(data.lost.length, 2)
  const config = JSON.parse(readFileSync(folder.join('hello/ela.config.json'), 'utf8'))
  assert.equal(config.bundle.capabilities, { net: { hosts: ['https://api.example.org'] } })
  assert.equal([config.bundle.icon, config.bundle.x.epk.signedBy], ['img/a.png', kid])
  const packed = await ela(`pack hello --app ${app} --out . --json`, at)
  assert.equal([packed.code, JSON.parse(packed.stdout).data.files], [0, 4])
  const again = await ela('import hello.epk --json', at)
  assert.is(JSON.parse(again.stdout).error.code, 'bundle/targetExists')
})

async function importing(start: string, files: readonly string[], more: object = {}) {
  using folder = temporaryFolder()
  const content = JSON.stringify({ ...manifest, start_url: start, ...more })
  const parts = files.map((name) => ({ name, content: page }))
  writeFileSync(folder.join('a.epk'), zip([{ name: 'manifest.json', content }, ...parts]))
  const { stdout } = await ela('import a.epk to --name aa --json', { cwd: folder.path })
  const index = folder.join('to/public/index.html')
  const text = existsSync(index) ? readFileSync(index, 'utf8') : ''
  return { ...JSON.parse(stdout), text, left: readdirSync(folder.path).sort() }
}

test('a start elsewhere is led to, and one that is not there is refused', async () => {
  const led = await importing(`./www/it's & here.html?x=1`, [`www/it's & here.html`])
  assert.ok(led.text.includes('url=www/it%27s%20%26%20here.html"'), led.text)
  for (const [start, files, code, more] of [
    ['index.html', ['other.html'], 'epk/noStart', {}],
    ['www/a.html', ['www/a.html', 'index.html'], 'epk/twoStarts', {}],
    ['https://example.org/', ['index.html'], 'epk/notPackaged', {}],
    ['index.html', ['index.html'], 'epk/notPackaged', { type: 'url' }],
  ] as const) {
    const { error, left } = await importing(start, files, more)
    assert.equal([error.code, left], [code, ['a.epk']])
  }
})

test.run()
