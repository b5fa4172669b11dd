import { createHash } from 'node:crypto'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nextPause } from '../../src/runtime/crash-pause.ts'
import type { Engine, EngineEnd } from '../../src/runtime/engine/engine.ts'
import type { Verdict } from '../../src/runtime/gate/chain-watch.ts'
import { Stage } from '../../src/runtime/gate/stage.ts'
import { Instance } from '../../src/runtime/instance.ts'
import type { OpenedParts } from '../../src/runtime/opened-parts.ts'
import { makeRunFolder } from '../../src/runtime/run-folders.ts'
import type { DappEvent } from '../support/dapp.ts'
import { until } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('an instance')
const APP = 'did:elastos:iX'
const BUNDLE = `sha256:${'1'.repeat(64)}`

interface FakeEngine {
  readonly port: number
  end(how: EngineEnd): void
  signs: boolean
  killed: string | undefined
}

/** An instance over engines and gateways that only note what is done to them. */
function open(root: TemporaryFolder, changes: Partial<OpenedParts> = {}) {
  const folder = makeRunFolder(root.path)
  const stage = new Stage(`${folder.path}/files`)
  const bytes = Buffer.from('export default {}')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  stage.begin({ path: 'a.js', mode: '644', size: bytes.length, sha256 })
  stage.part(bytes)
  stage.end()
  const events: DappEvent[] = []
  const engines: FakeEngine[] = []
  const denied: string[][] = []
  const audited: (string | undefined)[] = []
  const gateways: { token: string; onAbuse: (why: string) => void; closed: boolean }[] = []
  const identity = { app: APP, publisher: APP, name: 'shop', version: '1.0.0', seq: 1 }
  const limits = {
    memoryMiB: 256,
    cpuSecondsPerMinute: 30,
    requestsPerSecond: 200,
    startWithinMs: 1_000,
    storageBytes: 0,
  }
  const instance = new Instance({
    folder,
    admitted: {
      staged: {
        folder: `${folder.path}/files`,
        kind: { name: 'service', origins: [] },
        modules: [],
        assets: undefined,
        identity: { ...identity, bundleId: BUNDLE },
        limits,
      },
      files: stage.files,
      capabilities: {},
      signature: 'signed',
      signers: [],
      warnings: [],
    },
    level: 'C',
    grants: { granted: [], denied: [] },
    port: 0,
    pollMs: 3_600_000,
    restarts: true,
    watch: undefined,
    deny: (what, why) => void denied.push([what, why]),
    openGateway: async ({ token, onAbuse }) => {
      const gateway = { token, onAbuse, closed: false }
      gateways.push(gateway)
      const stats = () => ({ calls: 7, denied: 2, bytes: 0, byCapability: {} })
      const close = async () => {
        gateway.closed = true
      }
      return { stats, end: () => undefined, close }
    },
    startEngine: async ({ port }) => {
      let end: (how: EngineEnd) => void = () => {}
      const ended = new Promise<EngineEnd>((resolve) => {
        end = resolve
      })
      const fake: FakeEngine = { port: port || 4_000, end, signs: true, killed: undefined }
      engines.push(fake)
      const engine: Engine = {
        pid: process.pid,
        port: fake.port,
        level: 'C',
        ended,
        usage: () => undefined,
        challenge: async () => fake.signs,
        kill: (why) => {
          // The token is dead before the process is.
          fake.killed = `${why} (gateway ${gateways.at(-1)?.closed ? 'closed' : 'open'})`
          end({ reason: 'killed', detail: why })
        },
      }
      return engine
    },
    onEvent: (event) => void events.push(event),
    audit: ({ reason }) => void audited.push(reason),
    onClosed: async () => undefined,
    ...changes,
  })
  return {
    instance,
    folder,
    events,
    engines,
    gateways,
    denied,
    audited,
    file: stage.files[0]?.file,
  }
}

const start = (instance: Instance) => instance.start(() => 1)

test('after a crash starts again on its port, with a new token', async () => {
  using root = temporaryFolder()
  const { instance, events, engines, gateways } = open(root)
  await start(instance)
  engines[0]?.end({ reason: 'crashed', detail: 'exit code 1' })
  await until('the second engine', () => engines[1])
  assert.equal(
    engines.map(({ port }) => port),
    [4_000, 4_000],
  )
  const [one, other] = gateways
  assert.is(one?.closed, true)
  assert.is.not(one?.token, other?.token)
  assert.equal(
    events.flatMap((event) => (event.event === 'dapp-ended' ? [event.inMs] : [])),
    [1_000],
  )
  assert.is(instance.status().restarts, 1)
  await instance.stop('enough')
  assert.equal(readdirSync(root.path), [])
})

test('abuse of the gateway ends it for good: token first, then process, folder and a denial', async () => {
  using root = temporaryFolder()
  const { instance, events, engines, gateways, denied, audited } = open(root)
  await start(instance)
  gateways[0]?.onAbuse('51 denied calls in 10 s')
  await instance.ended
  assert.match(engines[0]?.killed ?? '', /51 denied calls.*closed/)
  assert.equal(denied, [[APP, '51 denied calls in 10 s']])
  assert.equal(audited, ['abuse: 51 denied calls in 10 s'])
  assert.is(engines.length, 1)
  assert.equal(readdirSync(root.path), [])
  await until('the event', () => events.some(({ event }) => event === 'dapp-evicted'))
})

test('a changed, a replaced and a missing file are found at the next look', async () => {
  for (const change of [
    (file: string) => writeFileSync(file, 'export default {}', { flag: 'r+' }),
    (file: string) => writeFileSync(file, 'export default []', { flag: 'r+' }),
  ]) {
    using root = temporaryFolder()
    const { instance, denied, file = '' } = open(root)
    await start(instance)
    await instance.look()
    assert.equal(denied, [])
    change(file)
    await instance.look()
    const isSame = change.toString().includes('{}')
    assert.equal(
      denied.map(([what]) => what),
      isSame ? [] : [BUNDLE],
    )
    if (isSame) await instance.stop('enough')
    await instance.ended
    assert.not(existsSync(file))
  }
})

test('three challenges in a row without a signature end it, one or two do not', async () => {
  using root = temporaryFolder()
  const { instance, engines, denied } = open(root)
  await start(instance)
  const [engine] = engines
  assert.ok(engine)
  const look = async (signs: boolean) => {
    engine.signs = signs
    await instance.look()
  }
  for (const signs of [false, false, true, false, false]) await look(signs)
  assert.is(engine.killed, undefined)
  await look(false)
  assert.match(engine.killed ?? '', 'challenges')
  // It may have been another process in its place: that is no guilt of the DApp's.
  assert.equal(denied, [])
})

test('does what the chain says: runs on, ends, or ends for ever', async () => {
  const rows: readonly [Verdict, number, number][] = [
    [{ verdict: 'holds' }, 0, 0],
    [{ verdict: 'unprovable', why: 'no chain' }, 1, 0],
    [{ verdict: 'revoked', why: 'gone', what: APP }, 1, 1],
  ]
  for (const [verdict, ended, denials] of rows) {
    using root = temporaryFolder()
    const { instance, denied, events } = open(root, { watch: { look: async () => verdict } })
    await start(instance)
    await instance.look()
    const evictions = () => events.filter(({ event }) => event === 'dapp-evicted').length
    assert.equal([evictions(), denied.length], [ended, denials], verdict.verdict)
    await instance.stop('enough')
  }
})

test('what cannot be started leaves nothing, neither does what is stopped while it starts', async () => {
  using root = temporaryFolder()
  const broken = open(root, { startEngine: () => Promise.reject(new Error('no engine')) })
  const failure = await start(broken.instance).catch((error: Error) => error.message)
  assert.is(failure, 'no engine')
  assert.is(broken.gateways[0]?.closed, true)
  const { instance, engines } = open(root)
  const starting = start(instance)
  const stopping = instance.stop('changed my mind')
  await Promise.all([starting, stopping])
  assert.ok(engines.every(({ killed }) => killed !== undefined))
  assert.equal(readdirSync(root.path), [])
})

test('starts again after crashes later each time, and after five within ten minutes not at all', () => {
  const now = 10_000_000
  assert.is(nextPause([], now), 1_000)
  assert.is(nextPause([now - 100], now), 2_000)
  assert.is(nextPause([now - 300, now - 200, now - 100], now), 8_000)
  assert.is(nextPause([now - 400, now - 300, now - 200, now - 100], now), undefined)
  assert.is(nextPause([1, 2, 3, 4], now), 1_000)
})

test.run()
