/** `ela app`: what the phone wallets on Android and iOS read is what is published. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { type EidProject, eidProject } from '../support/eid-project.ts'

const test = suite('ela app')
const ICON = '--icon https://shop.example/icon.png'
const [alice] = devnetAccounts()

interface Endpoints {
  readonly redirectUrl?: string
  readonly callbackUrl?: string
  readonly callbackurl?: string
  readonly customScheme?: string
}

/** As IntentManager.java decides. */
function androidAccepts(endpoints: Endpoints, url: string, kind: 'redirect' | 'callback'): boolean {
  if (kind === 'callback') {
    return endpoints.callbackurl !== undefined && url.startsWith(endpoints.callbackurl)
  }
  const allowed = endpoints.customScheme ?? endpoints.redirectUrl
  return allowed !== undefined && url.startsWith(allowed)
}

/** As IntentManager.swift decides. */
function iosAccepts(endpoints: Endpoints, url: string, kind: 'redirect' | 'callback'): boolean {
  const allowed = kind === 'redirect' ? endpoints.redirectUrl : endpoints.callbackUrl
  return allowed !== undefined && url.startsWith(allowed)
}

async function subjectOf(name: string, { run }: EidProject) {
  const { data } = await run(`did resolve ${name}`)
  const [{ document }] = data.transactions
  const [credential] = document.verifiableCredential
  assert.is(credential.id, `${document.id}#appinfo`)
  assert.equal(credential.type, ['ApplicationCredential', 'VerifiableCredential'])
  assert.is(credential.issuer, document.id)
  return credential.credentialSubject
}

async function rules(name: string, { run }: EidProject) {
  const { code, data } = await run(`app lint ${name}`)
  const found = data.findings.map(
    ({ level, rule }: { level: string; rule: string }) => `${level} ${rule}`,
  )
  assert.is(code, data.errors > 0 ? 1 : 0)
  return found
}

test('registers an app and its developer in one go, so that both wallets accept it', async () => {
  await using project = await eidProject()
  const { run } = project
  const words = `app register song-shop --title Songs ${ICON} --redirect https://shop.example --callback https://shop.example/answer`
  const { code, data } = await run(words)
  assert.equal([code, data.operation, data.developerPublished], [0, 'create', true])
  assert.is.not(data.did, data.developer)
  const subject = await subjectOf('song-shop', project)
  assert.equal(subject, {
    id: data.did,
    developer: { did: alice?.did.did },
    endpoints: {
      callbackUrl: 'https://shop.example/answer',
      callbackurl: 'https://shop.example/answer',
      redirectUrl: 'https://shop.example/',
    },
    iconUrl: 'https://shop.example/icon.png',
    name: 'Songs',
  })
  for (const accepts of [androidAccepts, iosAccepts]) {
    assert.ok(accepts(subject.endpoints, 'https://shop.example/in?x=1', 'redirect'))
    assert.not.ok(accepts(subject.endpoints, 'https://shop.example.evil.org/', 'redirect'))
    assert.ok(accepts(subject.endpoints, 'https://shop.example/answer', 'callback'))
    assert.not.ok(accepts(subject.endpoints, 'https://other.example/answer', 'callback'))
  }
  assert.equal(await rules('song-shop', project), [])

  const again = await run(`app register song-shop ${ICON} --redirect songs://in --scheme songs:`)
  assert.equal([again.data.operation, again.data.developerPublished], ['update', false])
  const { endpoints } = await subjectOf('song-shop', project)
  assert.equal(endpoints, { customScheme: 'songs:', redirectUrl: 'songs://in/' })
  for (const accepts of [androidAccepts, iosAccepts]) {
    assert.ok(accepts(endpoints, 'songs://in/back', 'redirect'))
  }
  assert.equal(await rules('song-shop', project), [])
})

test('refuses what one of the wallets would refuse', async () => {
  await using project = await eidProject()
  const wrong: Readonly<Record<string, string>> = {
    '': 'app/noEndpoint',
    '--redirect shop': 'app/badAddress',
    '--redirect https://shop.example/?a=1': 'app/badAddress',
    '--callback songs://in': 'app/badAddress',
    '--redirect https://shop.example/ --scheme ""': 'app/badScheme',
    '--redirect https://shop.example/ --scheme songs:': 'app/schemeMismatch',
    '--redirect https://shop.example/ --title " "': 'app/emptyTitle',
    '--redirect https://shop.example/ --developer song-shop': 'did/unknownName',
  }
  for (const [flags, error] of Object.entries(wrong)) {
    const answer = await project.run(`app register song-shop ${ICON} ${flags}`)
    assert.equal([flags, answer.code, answer.error], [flags, 2, error])
  }
  const icon = await project.run('app register song-shop --redirect https://shop.example/')
  assert.is(icon.code, 2)
  const self = await project.run(`app register alice ${ICON} --redirect https://shop.example/`)
  assert.equal([self.code, self.error], [2, 'app/isDeveloper'])
  assert.equal(await rules('bob', project), ['error published'])
})

test('finds what is wrong with apps that others published', async () => {
  await using project = await eidProject()
  const { run, folder } = project
  await run('did publish bob')
  assert.equal(await rules('bob', project), ['error appinfo'])
  const publish = async (claims: object, flags = '--type ApplicationCredential') => {
    const file = folder.join('appinfo.json')
    const issue = `credential issue appinfo --issuer bob ${flags} --claims - --out ${file}`
    assert.is((await run(issue, JSON.stringify(claims))).code, 0)
    assert.is((await run(`did update bob --credential ${file}`)).code, 0)
    return rules('bob', project)
  }
  assert.equal(await publish({ name: 'x' }), [
    'error iconUrl',
    'error endpoints',
    'warning developer',
  ])
  const good = {
    name: 'Songs',
    iconUrl: 'https://shop.example/icon.png',
    developer: { did: 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y' },
  }
  // As the wallet's own developer tools publish it.
  const tools = {
    ...good,
    endpoints: {
      redirectUrl: 'https://shop.example',
      callbackUrl: 'https://shop.example/answer',
      customScheme: '',
    },
  }
  assert.equal(await publish(tools), [
    'error customScheme',
    'error redirectUrl',
    'error callbackurl',
    'warning developer',
  ])
  const endpoints = { callbackUrl: 'https://a.example', callbackurl: 'https://a.example' }
  assert.equal(await publish({ ...good, endpoints }, '--type OtherCredential'), [
    'error type',
    'warning redirectUrl',
    'error callbackUrl',
    'warning developer',
  ])
  await run('did deactivate bob')
  assert.ok((await rules('bob', project)).includes('error active'))
})

test.run()
