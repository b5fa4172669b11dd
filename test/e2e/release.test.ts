/** The life of a DApp, by the commands its developer and its users type, on one devnet. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callRpc } from '../../src/base/json-rpc.ts'
import { LocalStore } from '../../src/bundle/content/local-store.ts'
import { serveContent } from '../../src/bundle/content/server.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { authorityOf } from '../../src/identity/did-authority.ts'
import type { KeyPlace } from '../../src/identity/did-keys.ts'
import { didListFile } from '../../src/identity/did-list.ts'
import { networkOf } from '../../src/releases/network.ts'
import { highestSeen } from '../../src/releases/seen.ts'
import { changeDid } from '../../src/wallet/did-change.ts'
import { fileServer } from '../support/file-server.ts'
import { foreignNode } from '../support/foreign-node.ts'
import {
  newApp,
  type Person,
  packApp,
  type ReleaseProject,
  releaseProject,
} from '../support/release-project.ts'

const test = suite<{ here: ReleaseProject }>('releases of DApps')

test.before(async (context) => {
  context.here = await releaseProject()
})
test.after(async ({ here }) => {
  await here[Symbol.asyncDispose]()
})

const big = createHash('shake256', { outputLength: 2_500_000 }).digest()
const escOf = ({ devnet }: ReleaseProject) => String(devnet.session.environment['ESC_RPC_URL'])
const keyPlace = (folder: string): KeyPlace => ({
  file: didListFile(folder),
  phraseFile: undefined,
  machineFile: path.join(folder, 'none'),
  openKey: () => Promise.reject(new Error('no key is opened here')),
})
const userOf = (home: string) => path.join(home, '.ela')

test('init, pack, sign, publish, install, update, rollback, revoke, refused', async ({ here }) => {
  const { developer, person } = here
  const bob = person('bob')
  await developer.does('init shop --template web --yes')
  const at = path.join(developer.cwd, 'shop')
  const did = await newApp(developer, 'shop')
  const pack = (version: string, seq: number) =>
    developer.does(`pack shop --out out --app shop --release ${version} --seq ${seq}`)
  const first = await pack('1.0.0', 1)
  assert.is((await developer.run(`publish ${first.file}`)).error, 'bundle/notSigned')
  await developer.does(`sign ${first.file}`)
  const published = await developer.does(`publish ${first.file} --expect-bundle ${first.bundleId}`)
  assert.equal(
    published.transactions.map(({ act }: { act: string }) => act),
    ['claim', 'publish'],
  )
  assert.equal([published.status, published.seq, published.channel], ['published', 1, 'latest'])
  assert.is((await developer.does(`publish ${first.file}`)).status, 'already')

  const installed = await bob.does(`install ${did}`)
  assert.equal([installed.version, installed.status], ['1.0.0', 'ok'])
  assert.is(installed.signatures[0].proof, 'listed')
  const style = readFileSync(path.join(at, 'public/style.css'), 'utf8')
  assert.is(readFileSync(path.join(installed.folder, 'style.css'), 'utf8'), style)

  writeFileSync(path.join(at, 'public/style.css'), `${style}/* new */\n`)
  const second = await pack('1.1.0', 2)
  await developer.does(`sign ${second.file}`)
  const next = await developer.does(`publish ${second.file}`)
  const [available] = await bob.does('update --check')
  assert.equal([available.status, available.to.version], ['available', '1.1.0'])
  const [updated] = await bob.does('update')
  assert.equal([updated.status, updated.to], ['updated', { version: '1.1.0', seq: 2 }])

  const back = await developer.does('release rollback shop --to 1.0.0')
  assert.equal([back.from, back.seq], [2, 1])
  const refused = await bob.run('update')
  assert.equal([refused.code, refused.error], [7, 'release/olderThanSeen'])
  assert.match(refused.hint ?? '', '--allow-downgrade')
  const [taken] = await bob.does('update --allow-downgrade')
  assert.equal(taken.to, { version: '1.0.0', seq: 1 })

  const reason = 'leaks the words of its users'
  await developer.does(['release', 'revoke', 'shop', '1.1.0', '--reason', reason])
  for (const what of [`install ${did}@1.1.0`, `install ${did}@2`, `install ${next.tree}`]) {
    const told = await bob.run(what)
    assert.equal([told.code, told.error], [7, 'release/revoked'], what)
  }
  for (const what of [`install ${second.file}`, `verify ${second.file}`]) {
    const told = await bob.run(what)
    assert.equal([told.code, told.error], [7, 'release/revoked'], what)
  }
  const channel = await developer.run('release channel shop latest 1.1.0')
  assert.equal([channel.code, channel.error], [6, 'registry/refused'])
  // What bob has is another release.
  const [current] = await bob.does('update --check')
  assert.is(current.status, 'current')
  await developer.does('release revoke shop 1.0.0')
  const ended = await bob.run('update')
  assert.equal([ended.code, ended.error], [7, 'release/revoked'])
  const { releases } = await bob.does(`release list ${did}`)
  assert.equal(
    releases.map(({ status }: { status: string }) => status),
    ['revoked', 'revoked'],
  )
})

test('a dry run tells gas, cost and what is asked for, and changes nothing', async ({ here }) => {
  const { developer } = here
  await newApp(developer, 'dry')
  const { file } = await packApp(developer, { name: 'dry', seq: 1 })
  const content = readdirSync(path.join(developer.cwd, '.ela/state/content/blocks')).length
  const before = readdirSync(path.join(developer.cwd, '.ela/deployments'))
  const planned = await developer.does(`publish ${file} --dry-run`)
  assert.is(planned.status, 'planned')
  const deployment = path.join(developer.cwd, '.ela/deployments')
  assert.equal(readdirSync(deployment), before)
  assert.is(readdirSync(path.join(developer.cwd, '.ela/state/content/blocks')).length, content)
  assert.equal((await developer.does('release list dry')).releases, [])
  const done = await developer.does(`publish ${file}`)
  for (const [index, { act, gasUsed }] of done.transactions.entries()) {
    const { gas } = planned.transactions[index]
    assert.is(planned.transactions[index].act, act)
    assert.ok(BigInt(gasUsed) <= BigInt(gas), `${act} cost ${gasUsed}, not ${gas}`)
    assert.ok(BigInt(gas) < (BigInt(gasUsed) * 5n) / 4n, `${act} was estimated at ${gas}`)
  }
  assert.is(done.tree, planned.tree)
})

test('publishing refuses what the registry or the caution of its caller forbids', async ({
  here,
}) => {
  const { developer } = here
  await newApp(developer, 'strict')
  const one = await packApp(developer, { name: 'strict', seq: 2 })
  const refused = async (line: string, code: number, error: string) => {
    const told = await developer.run(line)
    assert.equal([told.code, told.error], [code, error], line)
    return told
  }
  const other = `sha256:${'0'.repeat(64)}`
  await refused(`publish ${one.file} --expect-bundle ${other}`, 7, 'bundle/unexpected')
  await refused(`publish ${one.file} --max-fee 0.00000001`, 6, 'release/tooDear')
  await refused(`publish ${one.file} --channel Latest`, 2, 'registry/badChannel')
  const long = `--location https://${'x'.repeat(2_048)}.example/`
  await refused(`publish ${one.file} ${long}`, 2, 'release/tooManyPlaces')
  await refused(`publish ${one.file} --store ftp:x`, 2, 'content/unknownStore')
  await refused(`publish ${one.file} --store gateway:http://127.0.0.1:1`, 2, 'content/readOnly')
  await refused(`publish ${one.file} --store kubo:http://127.0.0.1:1`, 5, 'content/unreachable')
  const { releases } = await developer.does('release list strict')
  assert.equal(releases, [])
  await developer.does(`publish ${one.file} --from carol`)
  await refused(
    `publish ${(await packApp(developer, { name: 'strict', seq: 1 })).file} --from carol`,
    6,
    'release/notNewer',
  )
  const three = await packApp(developer, { name: 'strict', seq: 3, flags: `--prev ${other}` })
  await refused(`publish ${three.file} --from carol`, 6, 'release/otherPrev')
  const good = { name: 'strict', seq: 3, flags: `--prev ${one.bundleId}` }
  const { file } = await packApp(developer, good)
  await refused(`publish ${file} --from bob`, 6, 'release/notYours')
  await developer.does('release delegate strict bob --for 30d --from carol')
  await developer.does(`publish ${file} --from bob`)
  await refused('release revoke strict 3 --from bob', 6, 'registry/refused')
  await developer.does('release delegate strict bob --end --from carol')
  const four = await packApp(developer, { name: 'strict', seq: 4 })
  await refused(`publish ${four.file} --from bob`, 6, 'release/notYours')
  await developer.does('release transfer strict bob --from carol')
  await refused('release accept strict --from dave', 6, 'registry/refused')
  await developer.does('release accept strict --from bob')
  await refused('release floor strict 3 --from carol', 6, 'registry/refused')
  await developer.does(`publish ${four.file} --from bob`)
  // Whoever has no key of the DID cannot take an app that nobody claimed.
  await newApp(developer, 'unclaimed')
  const unclaimed = await packApp(developer, { name: 'unclaimed', seq: 1 })
  const list = didListFile(developer.cwd)
  const known = readFileSync(list)
  rmSync(list)
  await refused(`publish ${unclaimed.file}`, 6, 'release/claimNeedsKey')
  writeFileSync(list, known)
})

test('a release that asks for more must say so in its version, and be accepted', async ({
  here,
}) => {
  const { developer, person } = here
  const dave = person('dave')
  const did = await newApp(developer, 'greedy')
  const asking = (seq: number, capabilities: object, flags?: string) =>
    packApp(developer, {
      name: 'greedy',
      seq,
      capabilities,
      ...(flags === undefined ? {} : { flags }),
    })
  const net = (...hosts: readonly string[]) => ({ net: { hosts, reason: 'prices' } })
  const one = await asking(1, net('https://a.example'))
  await developer.does(`publish ${one.file}`)
  assert.match((await dave.does(`install ${did}`)).asks[0], 'https://a.example')
  const more = await asking(2, net('https://a.example', 'https://b.example'), '--release 1.2.0')
  const same = await developer.run(`publish ${more.file}`)
  assert.equal([same.code, same.error], [3, 'release/moreCapabilities'])
  assert.match(same.hint ?? '', '--accept-capabilities')
  const asPatch = await packApp(developer, {
    ...{ name: 'greedy', seq: 2, flags: '--release 1.1.9' },
    capabilities: net('https://a.example', 'https://b.example'),
  })
  const refused = await developer.run(`publish ${asPatch.file} --accept-capabilities`)
  assert.equal([refused.code, refused.error], [6, 'release/patchAsksMore'])
  const published = await developer.does(`publish ${more.file} --accept-capabilities`)
  assert.equal(published.addedCapabilities, ['net.hosts https://b.example'])
  assert.is(published.bytesBefore, one.bytes)
  const [before] = await dave.does('update --check')
  const told = await dave.run('update')
  assert.equal([told.code, told.error], [3, 'release/moreCapabilities'])
  assert.match(told.hint ?? '', '--accept-capabilities')
  const [still] = await dave.does('update --check')
  assert.equal([still.seq, before.seq], [1, 1])
  const [updated] = await dave.does('update --accept-capabilities')
  assert.is(updated.to.seq, 2)
  // Asking for less, or in other words, needs nobody's word.
  const less = await asking(3, { net: { hosts: ['https://b.example'], reason: 'rates' } })
  await developer.does(`publish ${less.file}`)
  assert.is((await dave.does('update'))[0].to.seq, 3)
})

test('yanked, below the floor, older than seen, unknown: each is told apart', async ({ here }) => {
  const { developer, person } = here
  const erin = person('erin')
  const did = await newApp(developer, 'rules')
  const files: string[] = []
  for (const seq of [1, 2, 3]) {
    const { file } = await packApp(developer, { name: 'rules', seq })
    files.push(path.join(developer.cwd, file))
    await developer.does(`publish ${file} --channel ${seq === 3 ? 'beta' : 'latest'}`)
  }
  const [one, two, three] = files
  const refused = async (line: string, code: number, error: string) => {
    const told = await erin.run(line)
    assert.equal([told.code, told.error], [code, error], line)
  }
  await refused(`install ${did}@nightly`, 6, 'release/noChannel')
  await refused(`install ${did}@9.9.9`, 6, 'release/noRelease')
  await refused(`install ${did}@9`, 6, 'release/noRelease')
  await refused('install nowhere.tgz', 2, 'release/noFile')
  await refused(`install ${did} --offline`, 2, 'release/offlineNeedsFile')
  await developer.does('release yank rules 2 --reason slow')
  await refused(`install ${did}`, 6, 'release/yanked')
  const named = await erin.run(`install ${did}@1.2.0`)
  assert.equal([named.code, named.data.status], [0, 'yanked'])
  assert.match(named.stderr, 'was yanked by its owner')
  await refused(`install ${one}`, 7, 'release/olderThanSeen')
  await developer.does('release yank rules 2 --undo')
  assert.is((await erin.does(`install ${did}`)).status, 'ok')
  assert.is((await erin.does(`install ${did}@beta`)).seq, 3)
  const network = (await networkOf(escOf(here))) ?? ''
  assert.is(highestSeen(userOf(erin.home), network, did)?.seq, 3)
  await refused(`install ${did}`, 7, 'release/olderThanSeen')
  await developer.does('release floor rules 2')
  await refused(`install ${one} --allow-downgrade`, 7, 'release/belowFloor')
  await refused(`verify ${one}`, 7, 'release/belowFloor')
  assert.is((await erin.does(`install ${two} --allow-downgrade`)).change, 'taken back from 1.3.0')
  assert.is((await erin.does(`install ${three}`)).seq, 3)
  const { registry, checked } = await erin.does(`verify ${three}`)
  assert.equal(registry, { status: 'ok', latest: 3, floor: 2 })
  assert.ok(checked.some((line: string) => line.includes('revoked')))
  await developer.does('release channel rules beta')
  await refused(`install ${did}@beta`, 6, 'release/noChannel')
  const list = await erin.does(`release list ${did}`)
  assert.equal(
    list.releases.map(({ status, channels }: { status: string; channels: string[] }) => [
      status,
      channels,
    ]),
    [
      ['ok', []],
      ['ok', ['latest']],
      ['below floor', []],
    ],
  )
  // Signed by the app, but released by nobody.
  const four = await packApp(developer, { name: 'rules', seq: 4 })
  const unknown = await erin.run(`install ${path.join(developer.cwd, four.file)}`)
  assert.equal([unknown.code, unknown.data.status], [0, 'unpublished'])
  assert.match(unknown.stderr, 'does not know this bundle')
  const bare = await erin.run(`install ${three} --offline`)
  assert.equal([bare.code, bare.error], [7, 'release/olderThanSeen'])
  const offline = await erin.does(`install ${three} --offline --allow-downgrade`)
  assert.ok(offline.unchecked.some((line: string) => line.includes('revoked')))
})

test('an update fetches only what changed, and what is damaged is fetched or refused', async ({
  here,
}) => {
  const { developer, person, devnet } = here
  const fay = person('fay')
  const did = await newApp(developer, 'delta')
  const same = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`pages/${at}.html`, `<p>${at}`.repeat(500)]),
  )
  const files = (text: string) => ({ ...same, 'index.html': text, 'big.bin': big })
  const one = await packApp(developer, { name: 'delta', seq: 1, files: files('one') })
  const two = await packApp(developer, { name: 'delta', seq: 2, files: files('two') })
  await developer.does(`publish ${one.file}`)
  const first = await fay.does(`install ${did}`)
  assert.ok(first.fetched.fetchedBlocks > 40)
  await developer.does(`publish ${two.file}`)
  const second = await fay.does(`install ${did}`)
  // The root, the changed file, and the three files of the bundle itself.
  assert.equal([second.fetched.fetchedBlocks, second.before.seq], [5, 1])
  assert.ok(second.fetched.fetchedBytes < 20_000)
  assert.is(readFileSync(path.join(second.folder, 'index.html'), 'utf8'), 'two')

  // A folder that was changed by hand is made whole again.
  writeFileSync(path.join(second.folder, 'pages/1.html'), 'changed')
  await fay.does(`install ${did}`)
  const page = readFileSync(path.join(second.folder, 'pages/1.html'), 'utf8')
  assert.is(page, same['pages/1.html'])

  // A store that gives other bytes is found out, and nothing appears.
  const lying = path.join(developer.cwd, 'lying')
  const store = new LocalStore(lying)
  await using server = await serveContent({ store, port: 0 })
  const gus = person('gus')
  const missing = await gus.run(`install ${did} --store kubo:${server.url}`)
  assert.equal([missing.code, missing.error], [5, 'release/notFetched'])
  await using garbage = await fileServer(() => path.join(second.folder, 'index.html'))
  const damaged = await gus.run(`install ${did} --store gateway:${garbage.url}`)
  assert.equal([damaged.code, damaged.error], [5, 'release/notFetched'])
  assert.not.ok(existsSync(path.join(userOf(gus.home), 'apps')))
  // Of several stores one that has it is enough; and its gateway will do.
  const good = `gateway:${devnet.session.store}`
  const got = await gus.does(`install ${did} --store gateway:${garbage.url} --store ${good}`)
  assert.is(got.seq, 2)
})

test('content may lie in a store of one’s own, or as a file on a web server', async ({ here }) => {
  const { developer, person } = here
  const did = await newApp(developer, 'placed')
  const { file } = await packApp(developer, { name: 'placed', seq: 1 })
  const served = path.join(developer.cwd, 'served.tgz')
  await using web = await fileServer((name) => (name === '/placed.tgz' ? served : undefined))
  const published = await developer.run(
    `publish ${file} --store local --location ${web.url}/placed.tgz --location ${web.url}/gone.tgz`,
  )
  assert.is(published.code, 0)
  assert.match(published.stderr, 'nobody else can fetch it there')
  const hal = person('hal')
  const none = await hal.run(`install ${did}`)
  assert.equal([none.code, none.error], [5, 'release/notFetched'])
  renameSync(path.join(developer.cwd, file), served)
  assert.is((await hal.does(`install ${did}`)).fetched, null)
  assert.equal(readdirSync(path.join(userOf(hal.home), 'downloads')), [])
  // Another bundle at that place is not this release.
  const other = await packApp(developer, { name: 'placed', seq: 2 })
  rmSync(served)
  renameSync(path.join(developer.cwd, other.file), served)
  const told = await person('ida').run(`install ${did}`)
  assert.equal([told.code, told.error], [7, 'bundle/unexpected'])
  // Another Kubo than the devnet's, by its RPC.
  await using kubo = await serveContent({ store: new LocalStore(`${served}.store`), port: 0 })
  const three = await packApp(developer, { name: 'placed', seq: 3 })
  await developer.does(`publish ${three.file} --store kubo:${kubo.url}`)
  const jan = person('jan')
  assert.is((await jan.run(`install ${did}`)).error, 'release/notFetched')
  assert.is((await jan.does(`install ${did} --store kubo:${kubo.url}`)).seq, 3)
})

test('on a network that is no devnet it asks first, and no public key signs', async ({ here }) => {
  const { developer, person } = here
  const did = await newApp(developer, 'abroad')
  const { file } = await packApp(developer, { name: 'abroad', seq: 1 })
  await using node = await foreignNode(escOf(here))
  const { ELA_REGISTRY: address = '', EID_RPC_URL: eid = '' } = here.devnet.session.environment
  const chains = `--esc ${node.url} --registry ${address} --eid ${eid}`
  const told = async (who: Person, line: string) => {
    const { code, error, stderr } = await who.run(`${line} ${chains}`)
    return { answer: [code, error], stderr }
  }
  const asked = await told(developer, `publish ${file}`)
  assert.equal(asked.answer, [3, 'command/confirmationNeeded'])
  const signed = await told(developer, `publish ${file} --yes`)
  assert.equal(signed.answer, [6, 'wallet/foreignNetwork'])
  assert.not.ok(node.methods.includes('eth_sendRawTransaction'))
  await developer.does(`publish ${file}`)
  for (const verb of ['revoke abroad 1', 'floor abroad 1', 'yank abroad 1']) {
    const verbs = await told(developer, `release ${verb} --yes`)
    assert.equal(verbs.answer, [6, 'wallet/foreignNetwork'])
  }
  assert.not.ok(node.methods.includes('eth_sendRawTransaction'))
  // A node that holds back new blocks would hide what was revoked.
  const pat = person('pat')
  node.ageSeconds = 3 * 3_600
  const old = await told(pat, `install ${did}`)
  assert.equal(old.answer, [0, undefined])
  assert.match(old.stderr, 'minutes old')
  node.ageSeconds = 26 * 3_600
  for (const line of [`install ${did}`, 'update', `release list ${did}`]) {
    assert.equal((await told(pat, line)).answer, [5, 'release/notFresh'], line)
  }
  const nowhere = `install ${did} --esc http://127.0.0.1:1 --registry ${address} --eid ${eid}`
  assert.equal(
    [(await pat.run(nowhere)).code, (await pat.run(nowhere)).error],
    [5, 'rpc/unreachable'],
  )
  const lost = await pat.run(`install ${did} --esc ${node.url}`)
  assert.equal([lost.code, lost.error], [8, 'release/noRegistry'])
})

test('a key that was taken back signs nothing new, and what it released stays good', async ({
  here,
}) => {
  const { developer, person } = here
  const did = await newApp(developer, 'handed')
  const signer = await newApp(developer, 'signer')
  const place = { place: keyPlace(developer.cwd), rpc: () => '' }
  const authority = await authorityOf('handed', place)
  const [alice] = devnetAccounts()
  assert.ok(alice)
  const { nodes } = here.devnet.session
  const { rpc, chainId, didContract } = nodes['eid'] as unknown as Record<string, string>
  const chain = { rpc: `${rpc}`, chainId: Number(chainId), contract: `${didContract}` }
  const signal = new AbortController().signal
  const paying = { chain, payerKey: alice.evm.privateKey, waitMs: 10_000, signal }
  const allow = (keys: string) =>
    changeDid({
      ...{ authority, paying, when: 'there' },
      edit: (document) => ({
        ...document,
        service: [
          {
            ...{ id: `${did}#ela-release`, type: 'ElaRelease', serviceEndpoint: 'elareg' },
            ...{ keys, threshold: '1' },
          },
        ],
      }),
    })
  await allow(`${signer}#primary`)
  const pack = async (seq: number) => {
    const { file } = await packApp(developer, { name: 'handed', seq, flags: '--as signer' })
    return file
  }
  const one = await pack(1)
  await developer.does(`publish ${one}`)
  assert.is((await developer.does(`verify ${one}`)).signatures[0].proof, 'listed')
  const two = await pack(2)
  // The clock of a chain counts whole seconds.
  await callRpc(chain.rpc, 'evm_increaseTime', [5])
  await allow(`${did}#primary`)
  const told = await developer.run(`publish ${two}`)
  assert.equal([told.code, told.error], [7, 'bundle/strangeSigner'])
  const installed = await person('kim').does(`install ${did}`)
  assert.equal([installed.seq, installed.signatures[0].proof], [1, 'was-listed'])
  const verified = await developer.does(`verify ${one}`)
  assert.match(verified.signatures[0].proves, 'taken back since')
  await developer.does('did deactivate handed')
  const ended = await person('lee').run(`install ${did}`)
  assert.equal([ended.code, ended.error], [7, 'bundle/appDeactivated'])
})

test.run()
