import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CapabilityName, grammars } from '../../../src/bundle/capabilities/index.ts'
import type { JsonObject } from '../../../src/protocol/did/canonical-json.ts'
import { openGateway } from '../../../src/runtime/gateway/open-gateway.ts'
import { GRANT_MODES, type GrantHolder, type GrantMode } from '../../../src/runtime/grants/grant.ts'
import { openGrantBook } from '../../../src/runtime/grants/grant-book.ts'
import { grantFileIn, readGrants } from '../../../src/runtime/grants/grant-file.ts'
import {
  questionLines,
  questionsOf,
  refuseUndecided,
} from '../../../src/runtime/grants/questions.ts'
import { revokeGrants } from '../../../src/runtime/grants/review.ts'
import { fails } from '../../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../../support/folder.ts'
import { identity } from '../../support/gateway.ts'

const test = suite('runtime/grants')
const NET = { net: { hosts: ['https://a.example'], reason: 'lyrics' } }
const FIRST = `sha256:${'1'.repeat(64)}`
const SECOND = `sha256:${'2'.repeat(64)}`

interface As {
  readonly instance?: string
  readonly bundleId?: string | undefined
  readonly asked?: JsonObject
  readonly app?: string
}

function book(folder: TemporaryFolder, as: As = {}) {
  const { instance = 'i1', asked = NET, app = identity.app } = as
  const bundleId = 'bundleId' in as ? as.bundleId : FIRST
  const holder: GrantHolder = { instance, asked, identity: { ...identity, app, bundleId } }
  const file = grantFileIn(folder.join('state'))
  return { ...openGrantBook(file, holder, () => 0), holder, file }
}

/** For whom a grant of each mode counts: another instance, another release, another app. */
const reach: Readonly<Record<GrantMode, readonly [boolean, boolean, boolean, boolean]>> = {
  once: [true, false, false, false],
  release: [true, true, false, false],
  always: [true, true, true, false],
  never: [false, false, false, false],
}

for (const mode of GRANT_MODES) {
  test(`a grant of mode \`${mode}\` counts for whom it says, and for nobody else`, async () => {
    using folder = temporaryFolder()
    const own = book(folder)
    assert.not(own.isGranted('net'))
    await own.decide('net', mode)
    const seen = [
      own,
      book(folder, { instance: 'i2' }),
      book(folder, { instance: 'i2', bundleId: SECOND }),
      book(folder, { instance: 'i2', app: 'did:elastos:iOther' }),
    ].map((one) => one.isGranted('net'))
    assert.equal(seen, reach[mode])
  })
}

test('once is forgotten with its instance, and nothing else is', async () => {
  using folder = temporaryFolder()
  const asked = { ...NET, storage: { bytes: 5 } }
  const own = book(folder, { asked })
  await own.decide('net', 'once')
  await own.decide('storage', 'always')
  await own.close()
  const { [identity.app]: app } = readGrants(own.file)
  assert.equal(Object.keys(app?.grants ?? {}), ['storage'])
})

test('what nobody signed shares no grant with the app it claims to be, in neither direction', async () => {
  using folder = temporaryFolder()
  const [signed, unsigned] = [book(folder), book(folder, { bundleId: undefined })]
  await signed.decide('net', 'always')
  assert.not(unsigned.isGranted('net'))
  await unsigned.decide('net', 'release')
  assert.ok(unsigned.isGranted('net'))
  await revokeGrants(signed.file, identity.app, [])
  assert.not(signed.isGranted('net'))
  assert.ok(unsigned.isGranted('net'))
})

test('a release or an edit that asks for more is undecided, and says what is new', async () => {
  using folder = temporaryFolder()
  for (const [mode, bundleId] of [
    ['always', SECOND],
    ['release', SECOND],
    ['release', FIRST],
  ] as const) {
    await book(folder).decide('net', mode)
    const more = { net: { hosts: ['https://a.example', 'https://b.example'] } }
    const next = book(folder, { bundleId, asked: more })
    assert.not(next.isGranted('net'))
    assert.equal(next.standings().get('net'), {
      status: 'undecided',
      added: ['reach https://b.example'],
      known: ['reach https://a.example'],
    })
  }
  await book(folder).decide('net', 'always')
  const same = book(folder, { bundleId: SECOND, asked: { net: { hosts: ['https://a.example'] } } })
  assert.ok(same.isGranted('net'))
})

test('what is harmless needs no question, but can be taken back', async () => {
  using folder = temporaryFolder()
  const own = book(folder, { asked: { ...NET, log: {} } })
  assert.ok(own.isGranted('log'))
  await own.decide('net', 'always')
  await revokeGrants(own.file, 'song-shop', ['log'])
  assert.not(own.isGranted('log'))
  assert.equal(own.standings().get('log'), { status: 'never' })
})

test('attack 33: a grant that is taken back ends with the next call of a running instance', async () => {
  using folder = temporaryFolder()
  const own = book(folder, { asked: { clock: {}, storage: { bytes: 100 } } })
  await own.decide('storage', 'always')
  const token = 'c3'.repeat(32)
  const gateway = await openGateway({
    ...{ instance: 'i1', socket: folder.join('gw.sock'), token, identity },
    limits: {
      ...{ memoryMiB: 512, cpuSecondsPerMinute: 30, storageBytes: 100, requestsPerSecond: 100 },
      startWithinMs: 1,
    },
    wishes: { storage: { bytes: 100 } },
    grants: own,
    world: {
      chains: {},
      stateFolder: folder.join('state'),
      now: () => 0,
      resolveHost: async () => [],
    },
    audit: () => undefined,
    onAbuse: () => undefined,
  })
  try {
    const { request } = await import('node:http')
    const call = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { host: 'ela.gateway', 'x-ela-token': token }
        const options = {
          socketPath: folder.join('gw.sock'),
          path: '/v1/storage/list',
          method: 'POST',
        }
        const asked = request({ ...options, headers, agent: false }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        asked.on('error', reject)
        asked.end('[]')
      })
    assert.is(await call(), 200)
    await revokeGrants(own.file, identity.app, ['storage'])
    assert.is(await call(), 403)
    await own.decide('storage', 'once')
    assert.is(await call(), 200)
  } finally {
    await gateway.close()
  }
})

test('several that decide at once lose nothing of each other', async () => {
  using folder = temporaryFolder()
  const apps = Array.from({ length: 12 }, (_, index) => `did:elastos:i${index}`)
  await Promise.all(apps.map((app) => book(folder, { app }).decide('net', 'always')))
  const { file } = book(folder)
  assert.equal(Object.keys(readGrants(file)).sort(), [...apps].sort())
  assert.is(lstatSync(file).mode & 0o777, 0o600)
  assert.equal(readdirSync(folder.join('state')), ['grants.json'])
})

test('the lock of a process that died is removed, that of one which lives is waited for', async () => {
  using folder = temporaryFolder()
  const own = book(folder)
  await own.decide('net', 'always')
  writeFileSync(`${own.file}.lock`, '999999999')
  await own.decide('net', 'never')
  assert.equal(readdirSync(folder.join('state')), ['grants.json'])
})

test('a file that others may read, or that is damaged, grants nothing and says why', async () => {
  using folder = temporaryFolder()
  const own = book(folder)
  await own.decide('net', 'always')
  chmodSync(own.file, 0o644)
  assert.not(own.isGranted('net'))
  await fails('keys/unsafe', () => own.standings())
  chmodSync(own.file, 0o600)
  assert.ok(own.isGranted('net'))
  const damaged = [
    ...['', 'null', '[]', '{}', '{"schema":"ela/grants@1","apps":[]}'],
    '{"schema":"ela/grants@1","apps":{"a":{"name":"x","grants":{"net":{"mode":"always"}}}}}',
    '{"schema":"ela/grants@1","apps":{"a":{"name":"x","grants":{"fs":{"mode":"always"}}}}}',
    '{"schema":"ela/grants@2","apps":{}}',
  ]
  for (const text of damaged) {
    writeFileSync(own.file, text)
    assert.not(own.isGranted('net'), text)
    await fails('grants/damaged', () => own.standings())
    await fails('grants/damaged', () => own.decide('net', 'always'))
  }
})

test('no text in the place of the file grants anything', () => {
  using folder = temporaryFolder()
  mkdirSync(folder.join('state'), { mode: 0o700 })
  const own = book(folder)
  const value = fc.jsonValue({ maxDepth: 4 })
  const text = fc.oneof(
    value.map((inner) => JSON.stringify(inner)),
    value.map((inner) =>
      JSON.stringify({ schema: 'ela/grants@1', apps: { [identity.app]: inner } }),
    ),
    fc.string(),
  )
  fc.assert(
    fc.property(text, (written) => {
      writeFileSync(own.file, written, { mode: 0o600 })
      assert.not(own.isGranted('net'))
    }),
    { numRuns: 100 },
  )
})

test('what is asked is told in lines: who, what, why', () => {
  using folder = temporaryFolder()
  const asked = { chain: { esc: ['read', 'send'] }, ...NET, log: {} }
  const { holder, standings } = book(folder, { asked })
  const questions = questionsOf(holder, standings())
  assert.equal(questionLines(holder, questions), [
    `song-shop 1.0.0 (${identity.app}, published by ${identity.publisher}) asks for:`,
    '  chain: read the chains, and ask you to send on them',
    '    + read ESC',
    '    + send on ESC, each time with your approval',
    '      It gives no reason.',
    '  net: reach sites on the internet',
    '    + reach https://a.example',
    '      Its reason: lyrics',
  ])
  assert.equal(questionLines(holder, []), [])
})

test('where nobody can be asked, the questions are the error', async () => {
  using folder = temporaryFolder()
  const own = book(folder)
  const { hint, exit } = await fails('grants/undecided', () =>
    refuseUndecided(own.holder, own.standings()),
  )
  assert.equal([exit, hint?.includes('+ reach https://a.example')], ['answerNeeded', true])
  await own.decide('net', 'once')
  refuseUndecided(own.holder, own.standings())
})

test('what was granted once to instances of a dead process is forgotten', async () => {
  using folder = temporaryFolder()
  const own = book(folder)
  await own.decide('net', 'once')
  const text = readFileSync(own.file, 'utf8')
  writeFileSync(own.file, text.replace(`"pid":${process.pid}`, '"pid":999999999'))
  await book(folder, { app: 'did:elastos:iOther' }).decide('net', 'always')
  assert.equal(Object.keys(readGrants(own.file)), ['did:elastos:iOther'])
})

test('attack 46: no text of a DApp steers the terminal that asks about it', () => {
  const evil = fc.string({
    unit: fc.constantFrom(...'\u001b]8;;x\u0007\n\r\u202e\u200b\u0000\u009b[2J\u{e0041}a'),
  })
  using folder = temporaryFolder()
  const property = fc.property(
    evil.filter((text) => text.trim() !== ''),
    (reason) => {
      const asked: JsonObject = {
        net: { hosts: ['https://a.example'], reason: reason.slice(0, 90) },
      }
      const { holder, standings } = book(folder, { asked })
      const lines = questionLines(holder, questionsOf(holder, standings()))
      assert.ok(lines.every((line) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line)))
    },
  )
  fc.assert(property, { numRuns: 100 })
})

test('each capability is undecided with all its lines before anybody was asked', () => {
  using folder = temporaryFolder()
  for (const name of Object.keys(grammars) as CapabilityName[]) {
    const { example, isHarmless } = grammars[name]
    const standing = book(folder, { asked: { [name]: example } })
      .standings()
      .get(name)
    assert.is(standing?.status, isHarmless === true ? 'granted' : 'undecided', name)
  }
})

test.run()
