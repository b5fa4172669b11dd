/** The rules of the registry on a real ESC node, against a model of them, and the client. */
import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import { callRpc } from '../../src/base/json-rpc.ts'
import { didOf } from '../../src/protocol/did/did.ts'
import { publicKeyOf } from '../../src/protocol/did/sign.ts'
import { type Teller, tellRegistry } from '../../src/wallet/registry/call.ts'
import {
  appRecord,
  channelRecord,
  publishedReleases,
  publisherUntil,
  releaseRecord,
  seqOfBundle,
  waitingClaim,
} from '../../src/wallet/registry/read.ts'
import {
  acceptApp,
  claimApp,
  deployRegistry,
  finishClaim,
  offerApp,
  publishRelease,
  setChannel,
  setFloor,
  setPublisher,
  setReleaseStatus,
  vetoClaim,
} from '../../src/wallet/registry/registry.ts'
import { fails } from '../support/fails.ts'
import { DAY, type RegistryNode, startRegistry } from '../support/registry.ts'
import { RegistryModel } from '../support/registry-model.ts'

const test = suite<{ here: RegistryNode }>('registry')

test.before(async (context) => {
  context.here = await startRegistry(3 * DAY)
})
test.after(async ({ here }) => {
  await here[Symbol.asyncDispose]()
})

const bundleOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

function newApp() {
  const key = new Uint8Array(randomBytes(32))
  return { key, did: didOf(publicKeyOf(key)) }
}

async function chainTime(rpc: string): Promise<number> {
  const block = (await callRpc(rpc, 'eth_getBlockByNumber', ['latest', false])) as {
    timestamp: string
  }
  return Number(block.timestamp)
}

async function wait(rpc: string, seconds: number): Promise<void> {
  await callRpc(rpc, 'evm_increaseTime', [seconds])
  await callRpc(rpc, 'evm_mine')
}

const release = (did: string, seq: number) => ({
  did,
  seq,
  bundle: bundleOf(`${did} ${seq}`),
  version: `1.0.${seq}`,
  locations: [`https://example.test/${seq}.tgz`, 'ipfs://x'],
})

async function refused(reason: string, act: () => unknown): Promise<void> {
  const { message, exit } = await fails('registry/refused', act)
  assert.is(/\((\w+)[^()]*\)\.$/.exec(message)?.[1], reason)
  assert.is(exit, 'refused')
}

test('records an app, its releases and channels, and what was said of them', async ({ here }) => {
  const { registry, teller, address } = here
  const { key, did } = newApp()
  assert.is(await appRecord(registry, did), undefined)
  await claimApp(teller(0), key)
  assert.equal(await appRecord(registry, did), { owner: address(0), latest: 0, floor: 0 })
  await publishRelease(teller(0), { ...release(did, 1), channel: 'latest' })
  await publishRelease(teller(0), { ...release(did, 5), version: 'é 2.0', locations: [] })
  const first = await releaseRecord(registry, did, 1)
  assert.equal(await channelRecord(registry, did, 'latest'), { ...first, floor: 0 })
  assert.is(await channelRecord(registry, did, 'beta'), undefined)
  assert.is(await releaseRecord(registry, did, 2), undefined)
  const { time = 0, ...fifth } = (await releaseRecord(registry, did, 5)) ?? {}
  assert.ok(Math.abs(time - (await chainTime(registry.rpc))) < 60)
  const { bundle } = release(did, 5)
  assert.equal(fifth, { seq: 5, bundle, prev: 1, status: 'ok' })
  assert.is(await seqOfBundle(registry, did, bundle), 5)
  assert.is(await seqOfBundle(registry, did, bundleOf('other')), undefined)
  const published = await publishedReleases(registry, did)
  assert.equal(
    published.map(({ seq, version, locations, by }) => ({ seq, version, locations, by })),
    [
      {
        ...{ seq: 1, version: '1.0.1', by: address(0) },
        locations: 'https://example.test/1.tgz\nipfs://x',
      },
      { seq: 5, version: 'é 2.0', locations: '', by: address(0) },
    ],
  )
  await setChannel(teller(0), { did, channel: 'latest', seq: 5 })
  await setChannel(teller(0), { did, channel: 'latest', seq: 1 })
  await setFloor(teller(0), did, 5)
  assert.is((await channelRecord(registry, did, 'latest'))?.floor, 5)
  await refused('BelowFloor', () => setChannel(teller(0), { did, channel: 'latest', seq: 1 }))
  await setReleaseStatus(teller(0), { did, seq: 5, status: 'yanked', reason: 'slow' })
  assert.is((await releaseRecord(registry, did, 5))?.status, 'yanked')
  await setChannel(teller(0), { did, channel: 'latest' })
  assert.is(await channelRecord(registry, did, 'latest'), undefined)
})

test('takes only the signature of the DID, for this sender, once', async ({ here }) => {
  const { teller } = here
  const { key, did } = newApp()
  const { hash } = await claimApp(teller(0), key)
  const sent = (await callRpc(here.registry.rpc, 'eth_getTransactionByHash', [hash])) as {
    input: string
  }
  const tell = (from: number, input: string) =>
    callRpc(here.registry.rpc, 'eth_call', [
      { from: here.address(from), to: here.registry.address, data: input },
      'latest',
    ])
  // The same signature again, and by somebody else.
  await fails('rpc/refused', () => tell(0, sent.input))
  await fails('rpc/refused', () => tell(1, sent.input))
  const garbled = [new Uint8Array(33), new Uint8Array(64)]
  const values = garbled.map((text) => ({ text }))
  await refused('BadProof', () => tellRegistry(teller(1), 'claim(bytes,bytes)', values))
  const short = [{ text: new Uint8Array(32) }, { text: new Uint8Array(64) }]
  await refused('BadProof', () => tellRegistry(teller(1), 'claim(bytes,bytes)', short))
  assert.is((await appRecord(here.registry, did))?.owner, here.address(0))
})

test('lets a claim of an owned app wait for a veto, of which there is one a month', async ({
  here,
}) => {
  const { registry, teller, address } = here
  const { key, did } = newApp()
  await claimApp(teller(0), key)
  await setPublisher(teller(0), {
    ...{ did, publisher: address(3) },
    until: (await chainTime(registry.rpc)) + 300 * DAY,
  })
  await claimApp(teller(1), key)
  assert.is((await waitingClaim(registry, did))?.claimant, address(1))
  assert.is((await appRecord(registry, did))?.owner, address(0))
  await refused('TooEarly', () => finishClaim(teller(1), did))
  await refused('NotOwner', () => vetoClaim(teller(1), did))
  await vetoClaim(teller(0), did)
  await refused('NothingPending', () => finishClaim(teller(1), did))
  await claimApp(teller(1), key)
  await refused('TooEarly', () => vetoClaim(teller(0), did))
  await wait(registry.rpc, 3 * DAY)
  await finishClaim(teller(2), did)
  assert.is((await appRecord(registry, did))?.owner, address(1))
  // Who was let by the former owner is not let any more.
  assert.is(await publisherUntil(registry, did, address(3)), 0)
  await refused('NotPublisher', () => publishRelease(teller(3), release(did, 1)))
  await refused('NotOwner', () => setFloor(teller(0), did, 1))
})

test('moves an app at once where claims do not wait', async ({ here }) => {
  const { rpc, chainId } = here.registry
  const { privateKey } = here.teller(8)
  const registry = await deployRegistry({ registry: { rpc, chainId }, privateKey }, 0)
  const teller = (index: number): Teller => ({ ...here.teller(index), registry })
  const { key, did } = newApp()
  await claimApp(teller(0), key)
  await claimApp(teller(1), key)
  assert.is((await appRecord(registry, did))?.owner, here.address(1))
  await fails('rpc/refused', () =>
    deployRegistry({ registry: { rpc, chainId }, privateKey }, 31 * DAY),
  )
})

test('lets publishers publish for their time, and nothing else', async ({ here }) => {
  const { registry, teller, address } = here
  const { key, did } = newApp()
  await claimApp(teller(0), key)
  const now = await chainTime(registry.rpc)
  const grant = { did, publisher: address(3) }
  for (const until of [now - 1, now + 367 * DAY]) {
    await refused('BadExpiry', () => setPublisher(teller(0), { ...grant, until }))
  }
  await setPublisher(teller(0), { ...grant, until: now + 30 * DAY })
  await publishRelease(teller(3), { ...release(did, 1), channel: 'beta' })
  await refused('TooFar', () => publishRelease(teller(3), release(did, 1_000_002)))
  await publishRelease(teller(0), release(did, 4_000_000_000))
  const channel = { did, channel: 'beta', seq: 1 }
  await refused('NotOwner', () => setChannel(teller(3), channel))
  await refused('NotOwner', () => setFloor(teller(3), did, 1))
  await refused('NotOwner', () => offerApp(teller(3), did, address(3)))
  await refused('NotOwner', () => setPublisher(teller(3), { ...grant, until: now + 9 * DAY }))
  const judged = { did, seq: 1, status: 'revoked', reason: '' } as const
  await refused('NotOwner', () => setReleaseStatus(teller(3), judged))
  await wait(registry.rpc, 31 * DAY)
  await refused('NotPublisher', () => publishRelease(teller(3), release(did, 4_000_000_001)))
})

test('refuses what does not fit, before or in the contract', async ({ here }) => {
  const { registry, teller } = here
  const { key, did } = newApp()
  await claimApp(teller(0), key)
  const one = release(did, 1)
  const long = (length: number) => 'x'.repeat(length)
  await refused('TooLong', () => publishRelease(teller(0), { ...one, version: long(65) }))
  await refused('TooLong', () => publishRelease(teller(0), { ...one, locations: [long(2_049)] }))
  await refused('NoBundle', () =>
    publishRelease(teller(0), { ...one, bundle: `sha256:${'0'.repeat(64)}` }),
  )
  await publishRelease(teller(0), { ...one, version: long(64), locations: [long(2_048)] })
  const judged = { did, seq: 1, status: 'yanked', reason: long(257) } as const
  await refused('TooLong', () => setReleaseStatus(teller(0), judged))
  for (const seq of [0, 1.5, 2 ** 32]) {
    await fails('registry/badSeq', () => publishRelease(teller(0), { ...one, seq }))
  }
  for (const channel of ['', 'Latest', long(33)]) {
    await fails('registry/badChannel', () => channelRecord(registry, did, channel))
  }
  for (const bundle of ['', one.bundle.slice(7), one.bundle.toUpperCase()]) {
    await fails('registry/badBundle', () => seqOfBundle(registry, did, bundle))
  }
  for (const name of ['did:elastos:name', 'did:elastos:', '', `${did}x`, `${did}#primary`]) {
    await fails('registry/notAnAppDid', () => appRecord(registry, name))
  }
  const nowhere = { ...registry, address: `0x${'12'.repeat(20)}` }
  await fails('registry/notThere', () => appRecord(nowhere, did))
  await fails('registry/notThere', () => finishClaim({ ...teller(0), registry: nowhere }, did))
})

test('claims nothing on a chain that cannot verify', async ({ here }) => {
  const { rpc } = here.registry
  const place = `0x${'3e9'.padStart(40, '0')}`
  const code = await callRpc(rpc, 'eth_getCode', [place, 'latest'])
  await callRpc(rpc, 'anvil_setCode', [place, '0x'])
  await refused('BadProof', () => claimApp(here.teller(0), newApp().key))
  await callRpc(rpc, 'anvil_setCode', [place, code])
  await claimApp(here.teller(0), newApp().key)
})

type Step =
  | { readonly act: 'claim' | 'finish' | 'veto' | 'accept'; readonly by: number }
  | { readonly act: 'offer'; readonly by: number; readonly to: number }
  | { readonly act: 'allow'; readonly by: number; readonly to: number; readonly days: number }
  | { readonly act: 'floor'; readonly by: number; readonly seq: number }
  | {
      readonly act: 'publish'
      readonly by: number
      /** How much higher than the newest; 0 is too low. */
      readonly more: number
      readonly bundle: number
      readonly channel: boolean
    }
  | { readonly act: 'status'; readonly by: number; readonly seq: number; readonly status: number }
  | { readonly act: 'channel'; readonly by: number; readonly seq: number }
  | { readonly act: 'wait'; readonly days: number }

const STATUSES = ['ok', 'yanked', 'revoked'] as const
const PEOPLE = 3

// One person is the likely one, so that most steps are by the owner and something happens.
const by = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(PEOPLE - 1))
const seq = fc.integer({ min: 1, max: 8 })
const days = fc.integer({ min: 0, max: 40 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ act: fc.constantFrom('claim', 'finish', 'veto', 'accept'), by }),
  fc.record({ act: fc.constant('offer' as const), by, to: fc.nat(PEOPLE - 1) }),
  fc.record({ act: fc.constant('allow' as const), by, to: fc.nat(PEOPLE - 1), days }),
  fc.record({ act: fc.constant('floor' as const), by, seq }),
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ act: fc.constant('publish' as const), by, more: fc.nat(2) },
      ...{ bundle: fc.nat(40), channel: fc.boolean() },
    }),
  },
  fc.record({ act: fc.constant('status' as const), by, seq, status: fc.nat(2) }),
  { weight: 3, arbitrary: fc.record({ act: fc.constant('channel' as const), by, seq }) },
  fc.record({ act: fc.constant('wait' as const), days: fc.constantFrom(2, 4, 31) }),
)

test('follows its rules whatever is done in whatever order', async ({ here }) => {
  const { registry, teller, address } = here
  const seen = new Map<string, number>()
  const run = async (steps: readonly Step[]): Promise<void> => {
    const { key, did } = newApp()
    const model = new RegistryModel(3 * DAY)
    const perform = async (one: Step, now: number): Promise<readonly [string, () => unknown]> => {
      if (one.act === 'wait') {
        // Some minutes more, so that seconds that pass meanwhile never decide.
        return ['', () => wait(registry.rpc, one.days * DAY + 7 * 60)]
      }
      const me = teller(one.by)
      switch (one.act) {
        case 'claim':
          return [model.claim(one.by, now), () => claimApp(me, key)]
        case 'finish':
          return [model.finish(now), () => finishClaim(me, did)]
        case 'veto':
          return [model.veto(one.by, now), () => vetoClaim(me, did)]
        case 'accept':
          return [model.accept(one.by), () => acceptApp(me, did)]
        case 'offer':
          return [model.offer(one.by, one.to), () => offerApp(me, did, address(one.to))]
        case 'allow': {
          // At noon, for the same reason.
          const until = one.days === 0 ? 0 : now + one.days * DAY + DAY / 2
          const grant = { did, publisher: address(one.to), until }
          return [model.allow(one.by, one.to, until), () => setPublisher(me, grant)]
        }
        case 'floor':
          return [model.floorTo(one.by, one.seq), () => setFloor(me, did, one.seq)]
        case 'publish': {
          const { bundle: content, channel } = one
          const number = model.numbers.latest + one.more
          if (number === 0) return ['', () => undefined]
          const bundle = bundleOf(`content ${content}`)
          const wish = { ...release(did, number), bundle }
          const asked = channel ? { ...wish, channel: 'latest' } : wish
          return [
            model.publish(one.by, { seq: number, bundle, channel, now }),
            () => publishRelease(me, asked),
          ]
        }
        case 'status': {
          const status = STATUSES[one.status] ?? 'ok'
          const judged = { did, seq: one.seq, status, reason: 'r' }
          return [model.judge(one.by, one.seq, status), () => setReleaseStatus(me, judged)]
        }
        case 'channel': {
          const move = { did, channel: 'latest', seq: one.seq }
          return [model.point(one.by, one.seq), () => setChannel(me, move)]
        }
      }
    }
    for (const one of steps) {
      const [expected, act] = await perform(one, await chainTime(registry.rpc))
      const got = await outcome(act)
      assert.is(got, expected, `${JSON.stringify(one)} of ${JSON.stringify(steps)}`)
      seen.set(`${one.act} ${got}`, (seen.get(`${one.act} ${got}`) ?? 0) + 1)
    }
    const { owner } = model
    const record = await appRecord(registry, did)
    const expected = owner === undefined ? undefined : { owner: address(owner), ...model.numbers }
    assert.equal(record, expected)
    const pointed = await channelRecord(registry, did, 'latest')
    assert.is(pointed?.seq, model.channel)
    for (let number = 1; number <= model.numbers.latest + 1; number += 1) {
      const found = await releaseRecord(registry, did, number)
      assert.equal(found && { ...found, time: 0 }, model.release(number))
    }
    const waiting = await waitingClaim(registry, did)
    assert.is(waiting?.claimant, model.claimant === undefined ? undefined : address(model.claimant))
  }
  const claimed = fc
    .array(step, { minLength: 25, maxLength: 40, size: 'max' })
    .map((steps): readonly Step[] => [{ act: 'claim', by: 0 }, ...steps])
  await fc.assert(fc.asyncProperty(claimed, run), { numRuns: 12, endOnFailure: true })
  // A property that only ever sees refusals proves nothing.
  for (const happened of ['publish ', 'publish NotNew', 'status ', 'channel ', 'claim ']) {
    assert.ok((seen.get(happened) ?? 0) > 0, `${happened} never came`)
  }
})

async function outcome(act: () => unknown): Promise<string> {
  try {
    await act()
    return ''
  } catch (error) {
    if (!(error instanceof ElaError) || error.code !== 'registry/refused') throw error
    return /\((\w+)[^()]*\)\.$/.exec(error.message)?.[1] ?? ''
  }
}

test.run()
