import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openArchive } from '../../../src/bundle/byte-source.ts'
import type { OpenedBundle } from '../../../src/bundle/read-bundle.ts'
import { readHead } from '../../../src/bundle/read-bundle.ts'
import { newDocument } from '../../../src/identity/did-document.ts'
import type { ReleaseRecord, Standing } from '../../../src/releases/standing.ts'
import { ChainWatch } from '../../../src/runtime/gate/chain-watch.ts'
import { gateMemoryIn } from '../../../src/runtime/gate/memory.ts'
import { type ProofWorld, proveOnline } from '../../../src/runtime/gate/proof.ts'
import { app, packFiles, privateKey } from '../../support/bundle.ts'
import { fakeEid } from '../../support/fake-eid.ts'
import { temporaryFolder } from '../../support/folder.ts'

const test = suite('watching the chain for a running DApp')
const time = Math.floor(Date.now() / 1000)
const document = newDocument({ privateKey, time })
const DAY = 24 * 3_600_000

type World = { -readonly [Name in keyof ProofWorld]: ProofWorld[Name] }

async function watching(folder: ReturnType<typeof temporaryFolder>, urls: readonly string[]) {
  const { file } = await packFiles(folder)
  const source = await openArchive(file)
  const bundle: OpenedBundle = await readHead(source)
  await source.close()
  const eid = urls.map((url) => ({ url, isDevnet: false }))
  const memory = gateMemoryIn(folder.path)
  const world: World = { eid, releases: undefined, memory, now: Date.now }
  const watch = new ChainWatch(bundle, await proveOnline(bundle, world), world)
  return { bundle, world, watch }
}

test('asks again only when there is a new block', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const { watch } = await watching(folder, [eid.url])
  await watch.look()
  const asked = () => eid.calls.filter((method) => method === 'did_resolveDID').length
  const before = asked()
  eid.says.status = 2
  assert.equal(await watch.look(), { verdict: 'holds' })
  assert.is(asked(), before)
  eid.says.height += 1
  const verdict = await watch.look()
  assert.equal(verdict, {
    verdict: 'revoked',
    why: `${app} was deactivated by its owner.`,
    what: app,
  })
})

test('a revoked release denies the bundle, an older one runs on beside a newer', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const { bundle, world, watch } = await watching(folder, [eid.url])
  let height = 1
  let status: ReleaseRecord['status'] = 'ok'
  world.releases = {
    height: async () => `${height}`,
    network: async () => 'net',
    standing: async (): Promise<Standing> => {
      const release = { seq: 1, bundle: bundle.bundleId, time, prev: 0, status }
      return { app, release, latest: 2, floor: 0 }
    },
  }
  world.memory.saw('net', app, { seq: 2, bundle: 'sha256:y' })
  assert.equal(await watch.look(), { verdict: 'holds' })
  status = 'revoked'
  height += 1
  const verdict = await watch.look()
  assert.equal([verdict.verdict, 'what' in verdict && verdict.what], ['revoked', bundle.bundleId])
})

test('runs on without a chain for a day, and not longer', async () => {
  using folder = temporaryFolder()
  const eid = await fakeEid({ document })
  const { world, watch } = await watching(folder, [eid.url])
  await eid[Symbol.asyncDispose]()
  assert.equal(await watch.look(), { verdict: 'holds' })
  world.now = () => Date.now() + DAY + 1_000
  assert.is((await watch.look()).verdict, 'unprovable')
})

test('nodes that contradict each other for a moment end nothing, and for longer do', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  await using other = await fakeEid({ document })
  const { watch } = await watching(folder, [eid.url, other.url])
  other.says.status = 3
  const verdicts: string[] = []
  for (let looks = 0; looks < 3; looks += 1) {
    other.says.height += 1
    verdicts.push((await watch.look()).verdict)
  }
  assert.equal(verdicts, ['holds', 'holds', 'unprovable'])
})

test('what was denied meanwhile ends it, with the reason it was denied for', async () => {
  using folder = temporaryFolder()
  await using eid = await fakeEid({ document })
  const { world, watch } = await watching(folder, [eid.url])
  world.memory.deny({ what: app, why: 'abuse', since: 'now', network: undefined })
  assert.equal(await watch.look(), { verdict: 'revoked', what: app, why: 'abuse' })
})

test.run()
