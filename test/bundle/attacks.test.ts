/**
 * Archives that tar readers were fooled by. Each is the vector bundle with something put into it,
 * or beside it, so that a reader who trusts a header would write where it should not.
 */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { crc32, deflateRawSync, gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import { encodeList, type ListedFile, summaryOf } from '../../src/bundle/file-list.ts'
import { GZIP_HEADER } from '../../src/bundle/gzip-file.ts'
import { bundleIdOf, encodeSignatures } from '../../src/bundle/signature-file.ts'
import { verifyFile } from '../../src/bundle/verify.ts'
import { canonicalJson, type Json } from '../../src/protocol/did/canonical-json.ts'
import { app, packFiles, signVector, vectorFiles } from '../support/bundle.ts'
import { temporaryFolder } from '../support/folder.ts'
import { entry, type Header, header, pax } from '../support/tar.ts'

const test = suite('attacks')
const END = Buffer.alloc(1024)
const world = { lookup: undefined, time: 0 }
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const vector = await (async () => {
  using folder = temporaryFolder()
  const { file } = await packFiles(folder)
  return gunzipSync(readFileSync(file))
})()
/** Before the first file, behind the last, and each file with its header. */
const HEAD = vector.subarray(0, 3072)
const FILES = vector.subarray(3072, vector.length - 1024)
const EMPTY = FILES.subarray(0, 512)
const INDEX = FILES.subarray(512, 1536)
const SCRIPT = FILES.subarray(1536)

function gzip(tar: Buffer): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(tar), 0)
  trailer.writeUInt32LE(tar.length % 2 ** 32, 4)
  return Buffer.concat([GZIP_HEADER, deflateRawSync(tar), trailer])
}

/** The archive must be refused with exit code 7, and nothing may be anywhere. */
async function refused(tar: Buffer, code?: string): Promise<void> {
  using folder = temporaryFolder()
  const file = folder.join('attack.dapp.tgz')
  mkdirSync(folder.join('jail'))
  writeFileSync(file, gzip(tar))
  let thrown: unknown
  try {
    await verifyFile(file, { world, target: folder.join('jail/out') })
  } catch (error) {
    thrown = error
  }
  assert.instance(thrown, ElaError)
  const error = thrown as ElaError
  assert.is(error.exit, 'notVerified', error.message)
  if (code !== undefined) assert.is(error.code, code)
  assert.equal(readdirSync(folder.path).sort(), ['attack.dapp.tgz', 'jail'])
  assert.equal(readdirSync(folder.join('jail')), [])
  assert.not.ok(existsSync('/tmp/ela-attack') || existsSync('/tmp/evil'))
}

const evil = 'evil'
const negative = Buffer.alloc(12, 0xff)
const huge = Buffer.from('800000000000000100000000', 'hex')
const long = `${'d/'.repeat(2_000)}x`
/** GNU's long name: type L holds the name of the entry that follows. */
const gnuLong = (name: string) =>
  Buffer.concat([
    entry({ name: '././@LongLink', type: 'L' }, `${name}\0`),
    entry({ name: 'x' }, evil),
  ])
const both = (...parts: readonly Buffer[]) => Buffer.concat(parts)
const link = (name: string, to: string, type = '2') => entry({ name, type, link: to })
const named = (name: string | Buffer, more: Partial<Header> = {}) => entry({ name, ...more }, evil)

/** Put in the place of the first file, before it, between files and behind the last. */
const insertions: Readonly<Record<string, Buffer>> = {
  'a path upwards': named('../evil'),
  'a path up through a folder': named('a/../../evil'),
  'a backslash upwards': named('..\\evil'),
  'an absolute path': named('/tmp/ela-attack'),
  'two slashes before a path': named('//tmp/ela-attack'),
  'a drive': named('c:\\evil'),
  'a drive-relative path': named('c:../evil'),
  'a drive-relative folder': named('c:evil/x'),
  'GNU long name upwards': gnuLong('../evil'),
  'GNU long name deep': gnuLong(long),
  'GNU long link': both(entry({ name: '././@LongLink', type: 'K' }, '../evil\0'), link('x', 'y')),
  'pax path upwards': both(pax({ path: '../evil' }), named('x')),
  'pax absolute path': both(pax({ path: '/tmp/ela-attack' }), named('x')),
  'pax path with NUL': both(pax({ path: 'ok\0evil' }), named('x')),
  'pax path of digits': both(pax({ path: '123' }), named('x')),
  'pax link path': both(pax({ linkpath: '../evil' }), link('x', 'y')),
  'pax size': both(pax({ size: '1024' }), named('x')),
  'pax size beside a GNU long name': both(pax({ size: '512' }), gnuLong('../evil')),
  'pax header of two megabytes': both(pax({ comment: 'x'.repeat(2 << 20), path: 'y' }), named('x')),
  'pax that ends nowhere': both(entry({ name: 'PaxHeader', type: 'x' }, '99 path=x\n'), named('x')),
  'pax global header': both(pax({ path: 'evil' }, 'g'), named('x')),
  'Solaris extended header': both(pax({ path: '../evil' }, 'X'), named('x')),
  'a symlink outwards': both(link('out', '/tmp'), named('out/evil')),
  'a symlink within': both(link('in', 'data'), named('in/evil')),
  'a symlink below its own path': link('etc', 'etc/passwd'),
  'a symlink to itself': link('self', 'self'),
  'a chain of symlinks': both(link('a', 'b'), link('b', '..'), named('a/evil')),
  'a symlink named like a folder with a slash': both(link('dir/', '..'), named('dir/evil')),
  'a symlink with a drive': link('x', 'c:../evil'),
  'a folder turned into a symlink': both(
    entry({ name: 'd/', type: '5' }),
    link('d', '..'),
    named('d/evil'),
  ),
  'a symlink of another case': both(link('Dir', '..'), named('dir/evil')),
  'a symlink of another Unicode form': both(link('\u00e9', '..'), named('e\u0301/evil')),
  'a symlink beside its sharp s': both(link('stra\u00dfe', '..'), named('strasse/evil')),
  'a hard link upwards': link('hard', '../evil', '1'),
  'an absolute hard link': link('hard', '/etc/passwd', '1'),
  'a hard link through a symlink': both(link('s', '..'), link('h', 's/evil', '1'), named('h')),
  'a hard link onto a signed file': both(
    link('index.html', 'src/app.js', '1'),
    named('index.html'),
  ),
  'a character device': entry({ name: 'dev', type: '3' }),
  'a block device': entry({ name: 'dev', type: '4' }),
  'a fifo': entry({ name: 'pipe', type: '6' }),
  'a folder': entry({ name: 'folder/', type: '5' }),
  'a contiguous file': named('x', { type: '7' }),
  'a sparse file': named('x', { type: 'S' }),
  'an old type flag': named('x', { type: '\0' }),
  'a type nobody knows': named('x', { type: 'Z' }),
  'a multi-volume part': named('x', { type: 'M' }),
  'a volume label': entry({ name: 'label', type: 'V' }),
  'a file again': INDEX,
  'a file with a dot before it': named('./index.html'),
  'a file of another case': named('INDEX.HTML'),
  'a file as a folder': named('index.html/evil'),
  'a NUL in a name': named(Buffer.from('ok\0evil')),
  'a name that is no UTF-8': named(Buffer.from([0xff, 0xfe, 0x41])),
  'an empty name': named(''),
  'a device name': named('CON'),
  'a device name with an extension': named('aux.txt'),
  'a name that ends with a space': named('trail. '),
  'a short name of Windows': named('GIT~1/config'),
  'a negative size': header({ name: 'x', sizeField: negative }),
  'a size in base 256': header({ name: 'x', sizeField: huge }),
  'a size with spaces': header({ name: 'x', sizeField: Buffer.from('        4 \0\0') }),
  'a set-uid file': named('x', { mode: '0004755' }),
  'a file nobody may read': named('x', { mode: '0000000' }),
  'a wrong checksum': named('x', { checksum: '000000\0 ' }),
  'a signed checksum': named('x', { checksum: '777777\0 ' }),
  'an old format': named('x', { magic: '\0\0\0\0\0\0\0\0' }),
  'a GNU format': named('x', { magic: 'ustar  \0' }),
  'a time': named('x', { mtime: '14000000000' }),
  'a prefix upwards': named('evil', { prefix: '..' }),
  'an absolute prefix': named('ela-attack', { prefix: '/tmp' }),
  'an end': END,
  'half an end': Buffer.alloc(512),
  'an archive': vector,
  garbage: Buffer.alloc(512, 0x41),
  'a thousand folders deep': named('d/'.repeat(50), { prefix: 'd/'.repeat(70) }),
}

/** Advisories on the tar reader of npm → what above is that class of attack. */
const advisories: Readonly<Record<string, readonly (keyof typeof insertions)[]>> = {
  'CVE-2018-20834': ['a hard link onto a signed file', 'a hard link through a symlink'],
  'CVE-2021-32803': ['a folder turned into a symlink'],
  'CVE-2021-32804': ['an absolute path', 'two slashes before a path', 'an absolute prefix'],
  'CVE-2021-37701': ['a backslash upwards', 'a symlink named like a folder with a slash'],
  'CVE-2021-37712': ['a symlink of another Unicode form', 'a short name of Windows'],
  'CVE-2021-37713': ['a drive-relative path', 'a drive-relative folder'],
  'CVE-2024-28863': ['a thousand folders deep', 'GNU long name deep'],
  'CVE-2025-64118': ['half an end', 'a negative size'],
  'CVE-2026-23745': ['a symlink outwards', 'an absolute hard link'],
  'CVE-2026-23950': ['a symlink beside its sharp s'],
  'CVE-2026-24842': ['a hard link upwards'],
  'CVE-2026-26960': ['a chain of symlinks', 'a hard link through a symlink'],
  'CVE-2026-29786': ['a drive-relative path'],
  'CVE-2026-31802': ['a symlink with a drive'],
  'GHSA-vmf3-w455-68vh': ['pax size beside a GNU long name'],
  'CVE-2026-59871': ['pax path of digits'],
  'CVE-2026-59873': ['pax header of two megabytes'],
  'CVE-2026-59874': ['a negative size'],
  'CVE-2026-59875': ['pax path with NUL'],
}

test('holds every class of attack that tar readers had an advisory for', () => {
  const named = Object.values(advisories).flat()
  assert.equal(
    named.filter((one) => !Object.hasOwn(insertions, one)),
    [],
  )
  assert.ok(Object.keys(insertions).length >= 40)
})

for (const [what, attack] of Object.entries(insertions)) {
  test(`attack 17: refuses ${what}, wherever it stands`, async () => {
    await refused(both(attack, vector))
    await refused(both(HEAD, attack, FILES, END), 'bundle/wrongHeader')
    await refused(both(HEAD, attack, INDEX, SCRIPT, END), 'bundle/wrongHeader')
    await refused(both(HEAD, EMPTY, attack, INDEX, SCRIPT, END), 'bundle/wrongHeader')
    await refused(both(HEAD, FILES, attack, END))
    await refused(both(vector, attack), 'bundle/bytesAfterEnd')
  })
}

test('attack 21: refuses files that are missing or in another order', async () => {
  await refused(both(HEAD, EMPTY, INDEX, END), 'bundle/wrongHeader')
  await refused(both(HEAD, EMPTY, SCRIPT, INDEX, END), 'bundle/wrongHeader')
  await refused(both(HEAD, FILES), 'bundle/cutOff')
  await refused(both(HEAD, FILES, Buffer.alloc(512)), 'bundle/cutOff')
  await refused(both(FILES, HEAD, END), 'bundle/wrongHeader')
})

interface Forged {
  readonly list?: Buffer
  readonly files?: readonly ListedFile[]
  readonly change?: (manifest: Record<string, Json>) => void
  readonly manifest?: Buffer
  readonly signatures?: (made: Buffer) => Buffer
  readonly data?: Buffer
}

/** A bundle signed by its own app, whose author means no good. */
async function forged({
  list,
  files,
  change,
  manifest,
  signatures,
  data,
}: Forged): Promise<Buffer> {
  const listed = files ?? vectorListed
  const bytes = list ?? encodeList(listed)
  const value: Record<string, Json> = {
    ...{ app, capabilities: {}, entry: 'index.html', kind: 'web', name: 'hello', publisher: app },
    ...{ schema: 'elastos.dapp/1', seq: 1, version: '1.0.0' },
    files: { ...summaryOf(listed, bytes) },
  }
  change?.(value)
  const text = manifest ?? Buffer.from(canonicalJson(value))
  const made = encodeSignatures(bundleIdOf(text), await signVector(text))
  return both(
    entry({ name: 'ela.json' }, text),
    entry({ name: 'ela.sig.json' }, signatures?.(made) ?? made),
    entry({ name: 'ela.files' }, bytes),
    data ?? FILES,
    END,
  )
}

const vectorListed: readonly ListedFile[] = Object.entries(vectorFiles).map(([path, content]) => ({
  path,
  mode: '644',
  size: content.length,
  sha256: sha256(Buffer.from(content)),
}))
const evilLine = (path: string): ListedFile => ({
  path,
  mode: '644',
  size: evil.length,
  sha256: sha256(Buffer.from(evil)),
})

test('takes a bundle made here when nothing is wrong with it', async () => {
  assert.ok((await forged({})).equals(vector))
})

const signedPaths = [
  ...[
    '../evil',
    '/tmp/ela-attack',
    'a/../b',
    './a',
    'a//b',
    'a/',
    '..',
    '.',
    'c:/evil',
    '..\\evil',
  ],
  ...['CON', 'aux.txt', 'trail. ', ' lead', 'x\u0000y', 'a\u202eb', 'e\u0301', 'GIT~1', 'ela.json'],
  ...['ELA.SIG.JSON', '.git/hooks/x', '.GIT/config', '.ela/x', 'node_modules/.cache/x', 'a|b'],
  ...[
    'INDEX.HTML',
    'Data/x',
    'index.html/x',
    '\ud800',
    'x'.repeat(101),
    'd/'.repeat(32).concat('x'),
  ],
]
for (const path of signedPaths) {
  test(`attack 19: refuses the path ${JSON.stringify(path).slice(0, 40)} even when it is signed`, async () => {
    const files = [...vectorListed, evilLine(path)].sort((a, b) =>
      Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
    )
    await refused(await forged({ files }))
  })
}

const forgeries: Readonly<Record<string, Forged>> = {
  'a list out of order': { files: [...vectorListed].reverse() },
  'a file listed twice': { files: [...vectorListed, ...vectorListed.slice(2)] },
  'a list without its last line end': { list: encodeList(vectorListed).subarray(0, -1) },
  'a list with an empty line': { list: both(encodeList(vectorListed), Buffer.from('\n')) },
  'a list with carriage returns': {
    list: Buffer.from(encodeList(vectorListed).toString().replaceAll('\n', '\r\n')),
  },
  'a mode that gives more': {
    list: Buffer.from(encodeList(vectorListed).toString().replace('644', '4755')),
  },
  'an upper-case digest': {
    list: Buffer.from(encodeList(vectorListed).toString().replace('e3b0c442', 'E3B0C442')),
  },
  'a size with a zero before it': {
    list: Buffer.from(encodeList(vectorListed).toString().replace(' 34 ', ' 034 ')),
  },
  'an empty list': { list: Buffer.from('\n') },
  'another number of files': { change: (one) => Object.assign(one['files'] ?? {}, { count: 2 }) },
  'another size': { change: (one) => Object.assign(one['files'] ?? {}, { bytes: 1 }) },
  'another Merkle root': {
    change: (one) => Object.assign(one['files'] ?? {}, { root: `sha256:${'0'.repeat(64)}` }),
  },
  'an entry that is not there': { change: (one) => Object.assign(one, { entry: 'x.html' }) },
  'an entry outside': { change: (one) => Object.assign(one, { entry: '../index.html' }) },
  'a schema to come': { change: (one) => Object.assign(one, { schema: 'elastos.dapp/2' }) },
  'a member nobody knows': { change: (one) => Object.assign(one, { setuid: true }) },
  'a wish to run programs': {
    change: (one) => Object.assign(one, { capabilities: { exec: true } }),
  },
  'a manifest with spaces': { manifest: Buffer.from(`{ "app":"${app}"}`) },
  'a manifest that is no JSON': { manifest: Buffer.from('{') },
  'a manifest nested a thousand deep': {
    manifest: Buffer.from(`${'['.repeat(1_000)}${']'.repeat(1_000)}`),
  },
  'a manifest of 65 KiB': { manifest: Buffer.alloc(66_560, 0x20) },
  'signatures with a member more': {
    signatures: (made) => Buffer.from(made.toString().replace('{"alg"', '{"age":1,"alg"')),
  },
  'another algorithm': {
    signatures: (made) => Buffer.from(made.toString().replace('ES256', 'none')),
  },
  'no signature': {
    signatures: (made) => Buffer.from(made.toString().replace(/\[.*\]/, '[]')),
  },
  'one key that signs twice': {
    signatures: (made) => Buffer.from(made.toString().replace(/\[(.*)\]/, '[$1,$1]')),
  },
  'the signature of somebody else': {
    signatures: (made) =>
      Buffer.from(
        made.toString().replaceAll(app, 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y'),
      ),
  },
  'signatures of another bundle': {
    signatures: (made) => Buffer.from(made.toString().replace(/sha256:..../, 'sha256:0000')),
  },
}
for (const [what, forgery] of Object.entries(forgeries)) {
  test(`refuses ${what}`, async () => refused(await forged(forgery)))
}

test('refuses a duplicate member in a manifest', async () => {
  const text = vector.subarray(512, 512 + 424).toString()
  await refused(await forged({ manifest: Buffer.from(`{"app":"x",${text.slice(1)}`) }))
})

test('attack 20: refuses content that unpacks to far more than the file, however well it is signed', async () => {
  const zeros = Buffer.alloc(20 << 20)
  const bomb = { path: 'zeros', mode: '644' as const, size: zeros.length, sha256: sha256(zeros) }
  const data = both(FILES, entry({ name: 'zeros' }, zeros))
  await refused(await forged({ files: [...vectorListed, bomb], data }), 'bundle/tooLarge')
})

test.run()
