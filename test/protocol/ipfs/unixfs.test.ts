/** Content ids, against the reference importer and known ones. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../../src/base/errors.ts'
import { cidBytes, cidOfBytes, cidText, parseCid } from '../../../src/protocol/ipfs/cid.ts'
import { decodeDagPb, encodeDagPb } from '../../../src/protocol/ipfs/dag-pb.ts'
import { directoryDag } from '../../../src/protocol/ipfs/directory-dag.ts'
import {
  CLASSIC,
  type DagProfile,
  type DagRoot,
  FileDag,
  MODERN,
} from '../../../src/protocol/ipfs/file-dag.ts'
import { decodeUnixfs } from '../../../src/protocol/ipfs/unixfs.ts'
import { fails } from '../../support/fails.ts'

const test = suite('unixfs')

type Files = Readonly<Record<string, Uint8Array>>

const nowhere = () => undefined
const modern = { version: 1, take: nowhere } as const

function fileRoot(content: Uint8Array, profile: DagProfile, step = 65_521): DagRoot {
  const dag = new FileDag(profile, nowhere)
  for (let at = 0; at < content.length; at += step) dag.push(content.subarray(at, at + step))
  return dag.end()
}

function ours(files: Files, profile: DagProfile): string {
  const entries = Object.entries(files).map(([path, content]) => {
    return { path, file: fileRoot(content, profile) }
  })
  return cidText(directoryDag(entries, { version: profile.version, take: nowhere }).cid)
}

async function theirs(files: Files, profile: DagProfile): Promise<string> {
  const source = Object.entries(files).map(([path, content]) => ({ path: `top/${path}`, content }))
  const blocks = {
    put: async <T>(cid: T) => cid,
    get: () => assert.unreachable('the importer only writes'),
  }
  let root = ''
  const options = {
    cidVersion: profile.version,
    rawLeaves: profile.rawLeaves,
    leafType: 'file',
    reduceSingleLeafToSelf: true,
    chunker: fixedSize({ chunkSize: profile.chunkBytes }),
    layout: balanced({ maxChildrenPerNode: profile.width }),
  } as const
  for await (const { cid } of importer(source, blocks as never, options)) root = String(cid)
  return root
}

async function same(files: Files, profiles = [MODERN, CLASSIC]): Promise<void> {
  for (const profile of profiles) assert.is(ours(files, profile), await theirs(files, profile))
}

/** Bytes that look random and are the same every time. */
function noise(length: number, seed: string): Uint8Array {
  const hash = createHash('shake256', { outputLength: Math.max(length, 1) })
  return new Uint8Array(hash.update(seed).digest()).subarray(0, length)
}

const text = (content: string) => new TextEncoder().encode(content)

test('gives what everybody knows', () => {
  const empty = fileRoot(text(''), MODERN)
  assert.is(cidText(empty.cid), 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')
  const old = fileRoot(text(''), CLASSIC)
  assert.is(cidText(old.cid), 'QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH')
  const none = directoryDag([], { version: 0, take: nowhere })
  assert.is(cidText(none.cid), 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn')
  const two = { empty: text(''), 'h.txt': text('hello') }
  assert.is(ours(two, MODERN), 'bafybeihbfuh5ww2undwuwmcg5cu77z2h4p7ltkyu3jmcdtlcpubuumrsie')
  assert.is(ours(two, CLASSIC), 'QmeAajbUc6v9cnhS5mRAb94iWFefjwrAyiBTkRAjFbDnmS')
})

test('gives what the reference gives for one file, an empty one, and long ones', async () => {
  const chunk = MODERN.chunkBytes
  for (const length of [0, 1, 34, 262_144, 262_145, chunk - 1, chunk, chunk + 1, 3 * chunk + 7]) {
    await same({ 'a.bin': noise(length, `${length}`) })
  }
})

test('gives what the reference gives for files with nodes under nodes', async () => {
  const small: DagProfile = { version: 1, rawLeaves: true, chunkBytes: 16, width: 3 }
  const old: DagProfile = { ...small, version: 0, rawLeaves: false }
  const mixed: DagProfile = { ...small, version: 0 }
  for (const length of [48, 49, 144, 145, 433, 1_000, 4_321]) {
    await same({ f: noise(length, 'deep') }, [small, old, mixed])
  }
})

test('gives what the reference gives for deep trees and names of all scripts', async () => {
  const deep = `${'down/'.repeat(31)}here`
  const names = ['Z', 'a', '\u00e9', 'e\u0301', '😀', 'zz', 'a.b', 'a-b', 'ab', '￿', '\u{10000}']
  const files = Object.fromEntries(names.map((name) => [`x/${name}`, text(name)]))
  await same({ [deep]: text('bottom'), 'down/side': text('s'), ...files })
})

test('gives what the reference gives for 5,000 files', async () => {
  const files: Record<string, Uint8Array> = {}
  for (let at = 0; at < 5_000; at += 1) {
    files[`d${at % 7}/e${at % 50}/file-${at}.txt`] = noise((at * 37) % 300, `${at}`)
  }
  await same(files)
})

test('does not depend on the order of files or the length of parts', () => {
  const files: Files = { b: text('1'), a: text('2'), 'c/d': text('3') }
  const reversed = Object.fromEntries(Object.entries(files).reverse())
  assert.is(ours(files, MODERN), ours(reversed, MODERN))
  const content = noise(2_500_000, 'parts')
  for (const step of [999, 1_048_576, 2_500_000]) {
    assert.equal(fileRoot(content, MODERN, step), fileRoot(content, MODERN))
  }
})

test('refuses what one block cannot name, and paths that say two things', async () => {
  const file = fileRoot(text('x'), MODERN)
  const many = Array.from({ length: 5_000 }, (_, at) => ({ path: `all/file-${at}.txt`, file }))
  await fails('protocol/directoryTooLarge', () => directoryDag(many, modern))
  const twice = [
    { path: 'a', file },
    { path: 'a', file },
  ]
  await fails('protocol/samePathTwice', () => directoryDag(twice, modern))
  const both = [
    { path: 'a', file },
    { path: 'a/b', file },
  ]
  await fails('protocol/samePathTwice', () => directoryDag(both, modern))
  await fails('protocol/samePathTwice', () => directoryDag(both.reverse(), modern))
  for (const path of ['', '/a', 'a/', 'a//b', '../a', 'a/./b', 'a\0']) {
    await fails('protocol/badContentPath', () => directoryDag([{ path, file }], modern))
  }
})

test('reads ids as it writes them, and refuses all others', async () => {
  for (const root of [fileRoot(text('x'), MODERN), fileRoot(text('x'), CLASSIC)]) {
    assert.equal(parseCid(cidText(root.cid)), root.cid)
    assert.equal(cidOfBytes(cidBytes(root.cid)), root.cid)
  }
  const good = cidText(fileRoot(text('x'), MODERN).cid)
  const bad = [good.toUpperCase(), good.slice(0, -1), `${good}a`, `z${good.slice(1)}`, '', 'Qm0']
  for (const wrong of [...bad, `${good.slice(0, -1)}7`, `b${'a'.repeat(58)}`]) {
    await fails('protocol/badCid', () => parseCid(wrong))
  }
})

test('reads any bytes without a defect', () => {
  const block = encodeDagPb({
    links: [{ cid: fileRoot(text('x'), MODERN).cid, name: 'x', size: 1 }],
    data: Uint8Array.of(8, 1),
  })
  const onlyKnown = (read: () => unknown) => {
    try {
      read()
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
    }
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(), fc.nat(7), (bytes, at, bit) => {
      onlyKnown(() => decodeUnixfs(decodeDagPb(bytes).data))
      onlyKnown(() => decodeDagPb(block.subarray(0, at % block.length)))
      const flipped = block.slice()
      flipped[at % block.length] = (flipped[at % block.length] ?? 0) ^ (1 << bit)
      onlyKnown(() => decodeDagPb(flipped))
    }),
  )
  assert.equal(encodeDagPb(decodeDagPb(block)), block)
})

test.run()
