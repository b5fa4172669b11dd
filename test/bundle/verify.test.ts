import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { crc32, deflateRawSync, gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import { sourceOf } from '../../src/bundle/byte-source.ts'
import { GZIP_HEADER } from '../../src/bundle/gzip-file.ts'
import { readFiles, readHead } from '../../src/bundle/read-bundle.ts'
import { verifyFile, verifySource } from '../../src/bundle/verify.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { lookupIn } from '../../src/identity/did-documents.ts'
import { packFiles, privateKey, vectorFiles } from '../support/bundle.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('verify a bundle')
const time = Math.floor(Date.now() / 1000)
const document = newDocument({ privateKey, time, services: [] })
/** With the document at hand: OpenSSL checks a signature far faster than a key is found from it. */
const known = { lookup: lookupIn([document]), time }
const offline = { lookup: undefined, time }

/** Manifest, signatures and list of the vector, each a header and a block. */
const HEAD_BYTES = 6 * 512

async function readWhole(tar: Buffer): Promise<void> {
  const source = sourceOf(tar)
  await readFiles(source, await readHead(source))
}

async function vectorTar(): Promise<Buffer> {
  using folder = temporaryFolder()
  const { file } = await packFiles(folder)
  return gunzipSync(readFileSync(file))
}

test('takes the vector, with and without the document of its app', async () => {
  const tar = await vectorTar()
  for (const [world, proof] of [
    [known, 'listed'],
    [offline, 'default-key'],
  ] as const) {
    const { trust, bundle } = await verifySource(sourceOf(tar), { world })
    assert.equal(
      trust.signatures.map((one) => one.proof),
      [proof],
    )
    assert.is(bundle.manifest.name, 'hello')
  }
})

test('attack 21: refuses every single flipped bit of the vector', async () => {
  const tar = await vectorTar()
  const taken: number[] = []
  const codes = new Map<string, number>()
  for (let bit = 0; bit < tar.length * 8; bit += 1) {
    const mask = 1 << (bit % 8)
    const at = bit >> 3
    tar[at] = (tar[at] ?? 0) ^ mask
    try {
      // Behind the head nothing is signed again: asking who signed would only take time.
      if (at < HEAD_BYTES) await verifySource(sourceOf(tar), { world: known })
      else await readWhole(tar)
      taken.push(bit)
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
      assert.is(error.exit, 'notVerified')
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
    }
    tar[at] = (tar[at] ?? 0) ^ mask
  }
  assert.equal(taken, [])
  assert.is(
    [...codes.values()].reduce((sum, one) => sum + one, 0),
    53_248,
  )
  assert.ok((codes.get('bundle/wrongSignature') ?? 0) > 300, 'no flip reached the signature')
})

test('refuses every length but the right one', async () => {
  const tar = await vectorTar()
  for (let length = 0; length < tar.length; length += 64) {
    const { exit } = await fails('bundle/cutOff', () =>
      verifySource(sourceOf(tar.subarray(0, length)), { world: known }),
    )
    assert.is(exit, 'notVerified')
  }
  for (const more of [Buffer.alloc(1), Buffer.alloc(512), tar]) {
    await fails('bundle/bytesAfterEnd', () =>
      verifySource(sourceOf(Buffer.concat([tar, more])), { world: known }),
    )
  }
})

test('takes flipped bits of the file only where they mean the same content', async () => {
  using folder = temporaryFolder()
  const { file } = await packFiles(folder)
  const packed = readFileSync(file)
  const damaged = folder.join('damaged.dapp.tgz')
  let taken = 0
  for (let bit = 0; bit < packed.length * 8; bit += 7) {
    const copy = Buffer.from(packed)
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit % 8))
    writeFileSync(damaged, copy)
    try {
      await verifyFile(damaged, { world: known })
      assert.ok(gunzipSync(copy).equals(gunzipSync(packed)))
      taken += 1
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
      assert.is(error.exit, 'notVerified')
    }
  }
  // Deflate can say one thing in several ways; what is signed is what it says.
  assert.ok(taken < packed.length / 50, `${taken} flips were taken`)
})

function gzip(...parts: readonly Buffer[]): Buffer {
  const tar = Buffer.concat(parts)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(tar), 0)
  trailer.writeUInt32LE(tar.length, 4)
  return Buffer.concat([GZIP_HEADER, deflateRawSync(tar), trailer])
}

test('refuses gzip files that hold more than one stream', async () => {
  using folder = temporaryFolder()
  const tar = await vectorTar()
  const good = gzip(tar)
  const file = folder.join('x.dapp.tgz')
  const named = Buffer.concat([
    Buffer.from('1f8b08080000000000ff', 'hex'),
    Buffer.from('x\0'),
    good.subarray(10),
  ])
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['a second member', Buffer.concat([good, gzip(Buffer.from('more'))]), 'bundle/bytesAfterEnd'],
    ['an empty second member', Buffer.concat([good, gzip()]), 'bundle/bytesAfterEnd'],
    ['a byte more', Buffer.concat([good, Buffer.of(0)]), 'bundle/bytesAfterEnd'],
    ['a file name', named, 'bundle/notGzip'],
    ['no gzip', tar, 'bundle/notGzip'],
    ['nothing', Buffer.alloc(0), 'bundle/notGzip'],
    ['half', good.subarray(0, good.length >> 1), 'bundle/notGzip'],
    ['zeros', gzip(Buffer.alloc(64 << 20)), 'bundle/wrongHeader'],
  ]
  writeFileSync(file, good)
  await verifyFile(file, { world: known })
  for (const [, bytes, code] of cases) {
    writeFileSync(file, bytes)
    await fails(code, () => verifyFile(file, { world: known, target: folder.join('out') }))
    assert.equal(readdirSync(folder.path), ['x.dapp.tgz'])
  }
})

test('unpacks all files, or makes nothing', async () => {
  using folder = temporaryFolder()
  const { file } = await packFiles(folder)
  const target = folder.join('deep/out')
  await verifyFile(file, { world: known, target })
  for (const [name, content] of Object.entries(vectorFiles)) {
    assert.is(readFileSync(folder.join('deep/out', name), 'utf8'), content)
  }
  assert.equal(readdirSync(folder.join('deep')), ['out'])
  assert.is(statSync(target).mode & 0o777, 0o777 & ~process.umask())
  await fails('bundle/targetExists', () => verifyFile(file, { world: known, target }))
})

test('writes nothing before the signatures are believed, and leaves nothing when a file is wrong', async () => {
  using folder = temporaryFolder()
  const { file } = await packFiles(folder)
  const tar = gunzipSync(readFileSync(file))
  const target = folder.join('place/out')
  mkdirSync(folder.join('place'))
  const places: string[][] = []
  const world = {
    time,
    lookup: {
      ...known.lookup,
      did: (did: string) => {
        places.push(readdirSync(folder.join('place')))
        return known.lookup.did(did)
      },
    },
  }
  const last = tar.indexOf('export default')
  tar[last] = 0x45
  await fails('bundle/wrongDigest', () => verifySource(sourceOf(tar), { world, target }))
  assert.equal(places, [[]])
  assert.equal(readdirSync(folder.join('place')), [])
  assert.not.ok(existsSync(target))
})

test('says that a folder or a file cannot be written', async () => {
  using folder = temporaryFolder()
  const { file } = await packFiles(folder)
  writeFileSync(folder.join('file'), '')
  await fails('bundle/unwritable', () =>
    verifyFile(file, { world: known, target: folder.join('file/out') }),
  )
  const out = folder.join('nowhere/x.dapp.tgz')
  await fails('bundle/unwritable', () => packFiles(folder, vectorFiles, { file: out }))
  await fails('bundle/unreadable', () => verifyFile(folder.join('none'), { world: known }))
  await fails('bundle/unreadable', () => verifyFile(folder.path, { world: known }))
})

test('refuses a bundle other than the one that was asked for', async () => {
  const tar = await vectorTar()
  const expect = `sha256:${'0'.repeat(64)}`
  const { exit } = await fails('bundle/unexpected', () =>
    verifySource(sourceOf(tar), { world: known, expect }),
  )
  assert.is(exit, 'notVerified')
})

test.run()
