import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openArchive } from '../../../src/bundle/byte-source.ts'
import type { ManifestWish } from '../../../src/bundle/manifest.ts'
import type { PackWish } from '../../../src/bundle/pack.ts'
import { messageFor } from '../../../src/bundle/signature-file.ts'
import { keySigner } from '../../../src/bundle/signer.ts'
import { newDocument } from '../../../src/identity/did-document.ts'
import type { JsonObject } from '../../../src/protocol/did/canonical-json.ts'
import { wholeDocumentText } from '../../../src/protocol/did/document.ts'
import type { Registry, ReleaseRecord, Standing } from '../../../src/releases/standing.ts'
import { askEid } from '../../../src/runtime/gate/ask-eid.ts'
import { openFolder } from '../../../src/runtime/gate/folder-source.ts'
import { type OpenBundled, passGate } from '../../../src/runtime/gate/gate.ts'
import { type GateMemory, gateMemoryIn } from '../../../src/runtime/gate/memory.ts'
import type { ProofWorld } from '../../../src/runtime/gate/proof.ts'
import { releasesOn } from '../../../src/runtime/gate/releases.ts'
import { app, packFiles, privateKey, vectorManifest } from '../../support/bundle.ts'
import { fails } from '../../support/fails.ts'
import { fakeEid } from '../../support/fake-eid.ts'
import { fakeRpc } from '../../support/fake-rpc.ts'
import { type TemporaryFolder, temporaryFolder } from '../../support/folder.ts'
import { unpackWhole } from '../../support/tar.ts'

const test = suite('gate')
const time = Math.floor(Date.now() / 1000)
const document = newDocument({ privateKey, time })
const otherKey = createHash('sha256').update('somebody else').digest()
const HOUR = 3_600_000
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1'

const entry = { main: 'service.js', runtime: 'ela1' }
const service: ManifestWish = { ...vectorManifest, kind: 'service', entry }
const files = { 'service.js': 'export default { fetch: () => new Response("hi") }\n' }

interface Case {
  readonly folder: TemporaryFolder
  readonly file: string
  readonly memory: GateMemory
  world(changes?: Partial<ProofWorld>): ProofWorld
  pass(changes?: Partial<ProofWorld>, open?: OpenBundled): ReturnType<typeof passGate>
}

/** A signed bundle, and a world whose EID is `url`. */
async function ready(
  folder: TemporaryFolder,
  url: string,
  wish: Partial<PackWish> = {},
): Promise<Case> {
  const { file } = await packFiles(folder, files, { manifest: service, ...wish })
  const memory = gateMemoryIn(folder.path)
  let runs = 0
  const world = (changes: Partial<ProofWorld> = {}): ProofWorld => ({
    eid: [{ url, isDevnet: false }],
    releases: undefined,
    memory,
    now: Date.now,
    ...changes,
  })
  return {
    ...{ folder, file, memory, world },
    pass: (changes, open = () => openArchive(file)) => {
      runs += 1
      return passGate(open, world(changes), folder.join(`staged-${runs}`))
    },
  }
}

/** It must be refused with exit code 7, in one sentence, and leave nothing written. */
async function refused(one: Case, code: string, act: () => Promise<unknown>): Promise<void> {
  const { exit, message } = await fails(code, act)
  assert.is(exit, 'notVerified')
  assert.match(message, /^[A-Z][^\n]*\.$/)
  assert.equal(
    readdirSync(one.folder.path).filter((name) => name.startsWith('staged')),
    [],
  )
}

test('lets in what its app signed, and stages exactly the verified bytes', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  const { staged, proof, withheld, warnings } = await one.pass()
  assert.equal([proof.isOffline, withheld, warnings], [false, [], []])
  assert.equal(
    staged.modules.map(({ name, type }) => [name, type]),
    [['service.js', 'esModule']],
  )
  assert.is(staged.identity.app, app)
  assert.is(statSync(staged.folder).mode & 0o777, 0o700)
  const [main] = staged.modules
  assert.is(readFileSync(main?.file ?? '', 'utf8'), files['service.js'])
  assert.is(statSync(main?.file ?? '').mode & 0o777, 0o444)
})

test('attack 26: refuses every kind of identity that does not hold', async () => {
  using folder = temporaryFolder()
  const expired = newDocument({ privateKey, time: time - 100, expires: time - 10 })
  const removed = { ...document, authentication: [], publicKey: [] }
  const rows: readonly [string, Parameters<typeof fakeEid>[0]][] = [
    ['bundle/appUnpublished', { document: undefined }],
    ['bundle/appDeactivated', { document, status: 2 }],
    ['bundle/appExpired', { document: expired }],
    // Lies: a document of somebody else, and one that its owner never signed.
    ['gate/otherDocument', { document: newDocument({ privateKey: otherKey, time }) }],
    ['gate/forgedDocument', { document: { ...document, expires: '2099-01-01T00:00:00Z' } }],
    ['gate/forgedDocument', { document: removed }],
    ['gate/headStale', { document, lag: 25 * 3_600 }],
    ['gate/headAhead', { document, lag: -3_600 }],
  ]
  const one = await ready(folder, NOWHERE)
  for (const [code, says] of rows) {
    await using eid = await fakeEid(says)
    await refused(one, code, () => one.pass({ eid: [{ url: eid.url, isDevnet: false }] }))
  }
})

test('takes an old head from the devnet of this machine alone, and warns of a late one', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document, lag: 48 * 3_600 })
  const one = await ready(folder, eid.url)
  assert.equal((await one.pass({ eid: [{ url: eid.url, isDevnet: true }] })).warnings, [])
  eid.says.lag = 3_600
  assert.match((await one.pass()).warnings.join(), /60 minutes old/)
})

test('attack 30: refuses when two nodes disagree, and goes by the one that answers', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  await using other = await fakeEid({ document, status: 2 })
  const one = await ready(folder, eid.url)
  const both = [eid, other].map(({ url }) => ({ url, isDevnet: false }))
  await refused(one, 'gate/disagreement', () => one.pass({ eid: both }))
  await refused(one, 'gate/disagreement', () => one.pass({ eid: [...both].reverse() }))
  // A stuck one is no reason to believe the other: somebody may be holding blocks back.
  other.says.status = 0
  other.says.lag = 25 * 3_600
  await refused(one, 'gate/headStale', () => one.pass({ eid: both }))
  const [first] = both
  const half = [{ url: NOWHERE, isDevnet: false }, ...(first === undefined ? [] : [first])]
  const { proof, warnings } = await one.pass({ eid: half })
  assert.is(proof.isOffline, false)
  assert.match(warnings.join(), /does not answer/)
})

test('attack 30: refuses answers that are none, instead of taking them for silence', async () => {
  using folder = temporaryFolder()
  const one = await ready(folder, NOWHERE)
  const head = { timestamp: `0x${time.toString(16)}` }
  for (const methods of [
    {},
    { eth_getBlockByNumber: () => ({}) },
    { eth_getBlockByNumber: () => head, did_resolveDID: () => ({ status: 0 }) },
    { eth_getBlockByNumber: () => head, did_resolveDID: () => null },
    { eth_getBlockByNumber: () => head },
  ]) {
    await using eid = await fakeRpc(methods)
    const act = () => one.pass({ eid: [{ url: eid.url, isDevnet: false }] })
    await refused(one, 'gate/unusableAnswer', act)
  }
})

test('attack 30: is not led in circles by DIDs that control each other', async () => {
  const names = ['did:elastos:ring-one', 'did:elastos:ring-two']
  /** A node that makes documents up: each names the other for its controller. */
  const invented = (did: string) => {
    const text = wholeDocumentText(document).replaceAll(document.id, did)
    const controller = names.filter((name) => name !== did)
    const whole = { ...(JSON.parse(text) as JsonObject), controller }
    const payload = Buffer.from(JSON.stringify(whole)).toString('base64url')
    const header = { specification: 'elastos/did/1.0', operation: 'create' }
    const mined = { txid: '11'.repeat(32), timestamp: '2026-01-01T00:00:00Z' }
    return { did, status: 0, transaction: [{ ...mined, operation: { header, payload } }] }
  }
  await using eid = await fakeRpc({
    eth_getBlockByNumber: () => ({ timestamp: `0x${time.toString(16)}` }),
    did_resolveDID: ([{ did }]: [{ did: string }]) => invented(did),
  })
  const { lookup } = await askEid({ nodes: [{ url: eid.url, isDevnet: false }], time })
  const asked = Promise.race([
    lookup.did(names[0] ?? ''),
    new Promise((resolve) => setTimeout(resolve, 5_000, 'still asking').unref()),
  ])
  const { code } = await asked.then(
    (answer) => ({ code: String(answer) }),
    (error: { code: string }) => error,
  )
  assert.match(code, /^gate\/(unusableAnswer|forgedDocument)$/)
})

test('without the chain goes by the last proof for a day, with less', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  const away = { eid: [{ url: NOWHERE, isDevnet: false }] }
  await refused(one, 'gate/noProofYet', () => one.pass(away))
  await refused(one, 'gate/noProofYet', () => one.pass({ eid: [] }))
  await one.pass()
  rmSync(folder.join('staged-3'), { recursive: true })
  const after = (ms: number) => ({ ...away, now: () => Date.now() + ms })
  for (const ms of [24 * HOUR + 1_000, -HOUR]) {
    await refused(one, 'gate/noProofYet', () => one.pass(after(ms)))
  }
  const { proof, withheld, warnings } = await one.pass(after(23 * HOUR))
  assert.is(proof.isOffline, true)
  assert.equal(withheld, ['net', 'wallet', 'chain.send'])
  assert.match(warnings.join(), /23 h ago/)
})

test('a proof that cannot be read counts as none', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  await one.pass()
  rmSync(folder.join('staged-1'), { recursive: true })
  const [name = ''] = readdirSync(folder.join('state/proofs'))
  for (const [text, code] of [
    ['{', 'gate/damagedState'],
    ['[]', 'gate/noProofYet'],
    ['{"schema":"other"}', 'gate/noProofYet'],
  ] as const) {
    writeFileSync(folder.join('state/proofs', name), text)
    await refused(one, code, () => one.pass({ eid: [] }))
  }
})

/** A registry that knows the bundle as release 1, unless told otherwise. */
function registry(bundle: string, says: Partial<ReleaseRecord>, more: Partial<Standing> = {}) {
  const release: ReleaseRecord = { seq: 1, bundle, time, prev: 0, status: 'ok', ...says }
  const standing: Standing = { app, release, latest: release.seq, floor: 0, ...more }
  const height = async () => '1'
  return { releases: { height, network: async () => 'net', standing: async () => standing } }
}

test('attack 28: asks the registry: revoked, below the floor, another number, withdrawn, newer', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  const says = (says: Partial<ReleaseRecord>, more: Partial<Standing> = {}) =>
    registry('sha256:x', says, more)
  await refused(one, 'release/revoked', () => one.pass(says({ status: 'revoked' })))
  await refused(one, 'release/belowFloor', () => one.pass(says({}, { floor: 2 })))
  await refused(one, 'release/otherBundle', () => one.pass(says({ seq: 2 })))
  const { warnings } = await one.pass(says({ status: 'yanked' }, { latest: 4 }))
  assert.match(warnings.join(), /withdrawn.*newer release, 4/)
  assert.is(one.memory.newestSeen('net', app), 1)
})

test('a registry that is away makes it offline, one that is stuck is refused', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  const on = (rpc: string) => {
    const registry: Registry = { rpc, chainId: 21, address: `0x${'1'.repeat(40)}` }
    return { releases: releasesOn(registry, { isDevnet: false }, Date.now) }
  }
  await refused(one, 'gate/noProofYet', () => one.pass(on(NOWHERE)))
  for (const [age, code] of [
    [25 * 3_600, 'gate/headStale'],
    [0, undefined],
  ] as const) {
    const head = { timestamp: `0x${(time - age).toString(16)}`, hash: `0x${'2'.repeat(64)}` }
    await using esc = await fakeRpc({
      eth_chainId: () => '0x15',
      eth_getBlockByNumber: () => head,
      // An app that nobody claimed: all fields are zero.
      eth_call: () => `0x${'0'.repeat(64 * 5)}`,
    })
    if (code !== undefined) await refused(one, code, () => one.pass(on(esc.url)))
    else assert.is((await one.pass(on(esc.url))).proof.network, `21-${'2'.repeat(16)}`)
  }
  await using wrong = await fakeRpc({})
  rmSync(folder.join('staged-3'), { recursive: true })
  await refused(one, 'gate/unusableAnswer', () => one.pass(on(wrong.url)))
})

test('attack 28: refuses a release older than one that ran here, on the same network', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  one.memory.saw('net', app, { seq: 12, bundle: 'sha256:y' })
  one.memory.saw('net', app, { seq: 9, bundle: 'sha256:x' })
  await refused(one, 'release/olderThanSeen', () => one.pass(registry('sha256:x', {})))
  await one.pass({
    releases: { ...registry('sha256:x', {}).releases, network: async () => 'another devnet' },
  })
})

test('refuses what is on the deny list, of this network or when nobody knows which', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  const denial = { what: app, why: 'abuse', since: '2026-01-01T00:00:00Z' }
  one.memory.deny({ ...denial, network: 'another' })
  await one.pass(registry('sha256:x', {}))
  rmSync(folder.join('staged-1'), { recursive: true })
  await refused(one, 'gate/denied', () => one.pass({ eid: [] }))
  for (const network of ['net', undefined]) {
    one.memory.deny({ ...denial, network })
    await refused(one, 'gate/denied', () => one.pass(registry('sha256:x', {})))
    assert.is(one.memory.lift(app), true)
  }
  assert.is(one.memory.lift(app), false)
  await one.pass()
})

test('attacks 22, 29: refuses signatures of others, of nobody, and a manifest that was widened', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const strange = async (manifest: Buffer) => [
    await keySigner(`${app}#primary`, otherKey).sign(messageFor(manifest)),
  ]
  const unlisted = async (manifest: Buffer) => [
    await keySigner(`${app}#second`, privateKey).sign(messageFor(manifest)),
  ]
  for (const [sign, code] of [
    [strange, 'bundle/wrongSignature'],
    [unlisted, 'bundle/strangeSigner'],
    [async () => [], 'bundle/notSigned'],
  ] as const) {
    const one = await ready(folder, eid.url, { sign })
    await refused(one, code, () => one.pass())
  }
})

test('an unpacked bundle is held to the same bytes', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  const whole = folder.join('whole')
  const run = () => one.pass({}, () => openFolder(whole))
  const anew = () => {
    rmSync(whole, { recursive: true, force: true })
    unpackWhole(one.file, whole)
  }
  anew()
  const { staged } = await run()
  rmSync(staged.folder, { recursive: true })
  const main = folder.join('whole/service.js')
  const rows: readonly [string, () => void][] = [
    ['bundle/wrongDigest', () => writeFileSync(main, files['service.js'].replace('hi', 'ho'))],
    ['gate/undeclared', () => writeFileSync(main, 'export default {}')],
    ['gate/undeclared', () => writeFileSync(folder.join('whole/more.js'), '')],
    ['bundle/unreadable', () => rmSync(main)],
    [
      'gate/linkInside',
      () => {
        renameSync(main, folder.join('elsewhere.js'))
        symlinkSync(folder.join('elsewhere.js'), main)
      },
    ],
    ['gate/linkInside', () => symlinkSync('/etc', folder.join('whole/etc'))],
  ]
  for (const [code, change] of rows) {
    anew()
    change()
    await fails(code, run)
    assert.not.ok(readdirSync(folder.path).some((name) => name.startsWith('staged')))
  }
  mkdirSync(folder.join('empty'))
  await fails('gate/noBundleFolder', () => one.pass({}, () => openFolder(folder.join('empty'))))
})

test('attack 23: changing the bundle after the gate changes nothing that runs', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  const whole = folder.join('whole')
  unpackWhole(one.file, whole)
  const { staged } = await one.pass({}, () => openFolder(whole))
  writeFileSync(folder.join('whole/service.js'), 'evil')
  rmSync(one.file)
  assert.is(readFileSync(staged.modules[0]?.file ?? '', 'utf8'), files['service.js'])
})

test('attack 23: a folder planted in the place of the stage stops everything', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const one = await ready(folder, eid.url)
  mkdirSync(folder.join('victim'))
  symlinkSync(folder.join('victim'), folder.join('staged-1'))
  await assertRejects(() => one.pass())
  assert.equal(readdirSync(folder.join('victim')), [])
  assert.ok(existsSync(folder.join('victim')))
})

test('runs services of its own contract only, within the bounds of its limits', async () => {
  await using eid = await fakeEid({ document })
  const rows: readonly [string, JsonObject][] = [
    ['gate/oldEntry', { main: 'service.js', runtime: 'node20' }],
    ['gate/badEntry', { ...entry, node: true }],
    ['gate/badEntry', { ...entry, exec: true }],
    ['gate/badEntry', { ...entry, limits: { memoryMiB: 8_192 } }],
    ['gate/badEntry', { ...entry, limits: { memoryMiB: '512' } }],
    ['gate/badEntry', { ...entry, limits: { files: 1 } }],
  ]
  for (const [code, changed] of rows) {
    using folder = temporaryFolder()
    const one = await ready(folder, eid.url, { manifest: { ...service, entry: changed } })
    await fails(code, () => one.pass())
  }
  using folder = temporaryFolder()
  const limits = { memoryMiB: 256, wallStartMs: 1_000 }
  const one = await ready(folder, eid.url, {
    manifest: {
      ...service,
      entry: { ...entry, limits },
      more: { capabilities: { storage: { bytes: 4_096 } } },
    },
  })
  const { staged } = await one.pass()
  assert.equal(staged.limits, {
    memoryMiB: 256,
    cpuSecondsPerMinute: 30,
    requestsPerSecond: 200,
    startWithinMs: 1_000,
    storageBytes: 4_096,
  })
})

async function assertRejects(act: () => Promise<unknown>): Promise<void> {
  const failure = await act().then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(failure instanceof Error)
}

test.run()
