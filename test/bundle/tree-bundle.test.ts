/** A bundle as a tree of content: read and refused as its archive is. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LocalStore } from '../../src/bundle/content/local-store.ts'
import { fileOf, filesBelow } from '../../src/bundle/content/stored-files.ts'
import { sourceOfTree } from '../../src/bundle/tree-bundle.ts'
import { verifyFile, verifySource } from '../../src/bundle/verify.ts'
import { cidOf, cidText, rawCid } from '../../src/protocol/ipfs/cid.ts'
import { encodeDagPb } from '../../src/protocol/ipfs/dag-pb.ts'
import { encodeUnixfs } from '../../src/protocol/ipfs/unixfs.ts'
import { packFiles } from '../support/bundle.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('bundle as a tree')
const world = { lookup: undefined, time: 0 }

/** The vector's bundle, unpacked with its head. */
async function unpacked() {
  const folder = temporaryFolder()
  const { file, bundleId } = await packFiles(folder)
  const at = folder.join('unpacked')
  await verifyFile(file, { world, target: at, withHead: true })
  return { folder, at, file, bundleId, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

test('an unpacked folder with its head makes the tree of the vector, which verifies', async () => {
  using here = await unpacked()
  const store = new LocalStore(here.folder.join('store'))
  const cid = await store.addFolder(filesBelow(here.at))
  // @see the format's test vector
  assert.is(cidText(cid), 'bafybeifxwobxtvqmtf3ybgrdlaeztiae5hzvkxft3zzrxdkujqfqc5m7um')
  const source = await sourceOfTree(store, cid)
  await verifySource(source, { world, expect: here.bundleId, target: here.folder.join('again') })
  assert.is(readFileSync(here.folder.join('again/src/app.js'), 'utf8'), 'export default 1\n')
})

test('anything changed, missing or added is refused', async () => {
  const spoils: readonly (readonly [string, (at: string) => void])[] = [
    ['wrongDigest', (at) => writeFileSync(`${at}/src/app.js`, 'export default 2\n')],
    ['wrongDigest', (at) => appendFileSync(`${at}/src/app.js`, ' ')],
    ['cutOff', (at) => rmSync(`${at}/src/app.js`)],
    ['cutOff', (at) => rmSync(`${at}/ela.files`)],
    ['badManifest', (at) => writeFileSync(`${at}/ela.json`, '{}')],
    ['badList', (at) => writeFileSync(`${at}/more.js`, '')],
    ['tooLarge', (at) => writeFileSync(`${at}/ela.json`, Buffer.alloc(70_000))],
  ]
  for (const [code, spoil] of spoils) {
    using here = await unpacked()
    spoil(here.at)
    const target = here.folder.join('again')
    const store = new LocalStore(here.folder.join('store'))
    const cid = await store.addFolder(filesBelow(here.at))
    await fails(`bundle/${code}`, async () =>
      verifySource(await sourceOfTree(store, cid), { world, target }),
    )
    assert.not.ok(existsSync(target))
  }
})

test('trees that are no bundle, or hold themselves without end, are refused', async () => {
  using folder = temporaryFolder()
  const store = new LocalStore(folder.join('store'))
  const raw = cidOf('raw', Buffer.from('x'))
  store.put(raw, Buffer.from('x'))
  await fails('bundle/noTree', () => sourceOfTree(store, raw))
  const none = await store.addFolder([fileOf('a', Buffer.from('x'))])
  await fails('bundle/cutOff', async () => verifySource(await sourceOfTree(store, none), { world }))
  await fails('content/notHere', () =>
    sourceOfTree(store, { ...rawCid(none.digest.map((b) => b ^ 1)), codec: 'dag-pb' }),
  )
  const data = encodeUnixfs({ kind: 'directory', bytes: new Uint8Array(), fileSize: 0, pieces: [] })
  let below = { cid: none, size: 1 }
  for (let depth = 0; depth < 20; depth += 1) {
    const links = ['a', 'b', 'c', 'd'].map((name) => ({ name, ...below }))
    const bytes = encodeDagPb({ links, data })
    const cid = cidOf('dag-pb', bytes)
    store.put(cid, bytes)
    below = { cid, size: bytes.length }
  }
  await fails('bundle/tooLarge', () => sourceOfTree(store, below.cid))
})

test.run()
