/** The three files before the files: whatever they hold, they are read rightly or refused. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import { encodeList, merkleRoot, parseList, summaryOf } from '../../src/bundle/file-list.ts'
import { encodeManifest, parseManifest } from '../../src/bundle/manifest.ts'
import { faultOfPath } from '../../src/bundle/path-grammar.ts'
import {
  encodeSignatures,
  lowForm,
  messageFor,
  parseSignatures,
} from '../../src/bundle/signature-file.ts'
import { headerOf, sizeIn, splitPath } from '../../src/bundle/ustar.ts'
import { signVector, vectorFiles, vectorManifest } from '../support/bundle.ts'

const test = suite('bundle formats')
const runs = { numRuns: 400 }
const listed = Object.entries(vectorFiles).map(([name, content]) => ({
  path: name,
  mode: '644' as const,
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
}))
const list = encodeList(listed)
const manifest = encodeManifest(vectorManifest, summaryOf(listed, list))
const bundle = `sha256:${createHash('sha256').update(manifest).digest('hex')}`
const signatures = encodeSignatures(bundle, await signVector(manifest))

/** Reads, or throws a refusal; what is read is written again as the same bytes. */
function readOrRefuse<T>(bytes: Buffer, read: (bytes: Buffer) => T, write: (value: T) => Buffer) {
  let value: T
  try {
    value = read(bytes)
  } catch (error) {
    if (!(error instanceof ElaError) || error.exit !== 'notVerified') throw error
    return
  }
  assert.ok(write(value).equals(bytes))
}

const readers: Readonly<Record<string, readonly [Buffer, (bytes: Buffer) => void]>> = {
  'a list': [list, (bytes) => readOrRefuse(bytes, parseList, encodeList)],
  'a manifest': [
    manifest,
    (bytes) =>
      readOrRefuse(bytes, parseManifest, ({ value }) => {
        const { files, schema: _, ...rest } = value
        return encodeManifest(rest as never, files as never)
      }),
  ],
  'a signature file': [
    signatures,
    (bytes) =>
      readOrRefuse(
        bytes,
        (one) => parseSignatures(one, bundle),
        (one) => encodeSignatures(bundle, one),
      ),
  ],
}
for (const [what, [good, read]] of Object.entries(readers)) {
  test(`reads ${what} that is damaged rightly or not at all`, () => {
    read(good)
    for (let length = 0; length < good.length; length += 1) read(good.subarray(0, length))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => read(Buffer.from(bytes))),
      runs,
    )
    const place = fc.nat(good.length - 1)
    fc.assert(
      fc.property(place, fc.uint8Array({ maxLength: 6 }), fc.nat(4), (at, more, gone) => {
        read(Buffer.concat([good.subarray(0, at), more, good.subarray(at + gone)]))
      }),
      runs,
    )
  })
}

test('a path that is allowed stays in its folder and fits a header', () => {
  const piece = fc.oneof(
    fc.constantFrom('..', '.', '', 'a', 'b.txt', 'Ä', 'con', '~', ' ', '\\', 'x'.repeat(60)),
    fc.string({ unit: 'binary', maxLength: 12 }),
  )
  let allowed = 0
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      const name = pieces.join('/')
      if (faultOfPath(name) !== undefined) return
      allowed += 1
      assert.is(path.join('/jail', name), `/jail/${name}`)
      const split = splitPath(name)
      assert.ok(split)
      const { prefix, name: last } = split
      const whole = prefix.length === 0 ? `${last}` : `${prefix}/${last}`
      assert.is(whole, name)
    }),
    { numRuns: 3_000 },
  )
  assert.ok(allowed > 100, `${allowed} paths were allowed`)
})

test('a header says its size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 ** 11 - 1 }), (size) => {
      assert.is(sizeIn(headerOf({ path: 'x', mode: '755', size })), size)
    }),
    runs,
  )
})

test('the Merkle root has the shape of RFC 6962', () => {
  const hash = (...parts: readonly (string | Buffer)[]) =>
    createHash('sha256')
      .update(Buffer.concat(parts.map((one) => Buffer.from(one as string))))
      .digest()
  const leaf = (text: string) => hash('\0', text)
  const node = (left: Buffer, right: Buffer) => hash('\u0001', left, right)
  const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(leaf) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ]
  assert.equal(merkleRoot(['a']), a)
  assert.equal(merkleRoot(['a', 'b', 'c']), node(node(a, b), c))
  const five = node(node(node(a, b), node(c, d)), e)
  assert.equal(merkleRoot(['a', 'b', 'c', 'd', 'e']), five)
})

test('the two forms of a signature have one low form', () => {
  const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: order - 1n }), (s) => {
      const form = (number: bigint) =>
        Buffer.from(`${'11'.repeat(32)}${number.toString(16).padStart(64, '0')}`, 'hex')
      assert.ok(lowForm(form(s)).equals(lowForm(form(order - s))))
    }),
    runs,
  )
  assert.is(messageFor(manifest).length, 64)
})

test.run()
