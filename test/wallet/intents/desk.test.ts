import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { closeServer, portOf } from '../../../src/base/loopback-server.ts'
import { devnetAccounts } from '../../../src/identity/devnet-accounts.ts'
import { newDocument } from '../../../src/identity/did-document.ts'
import { lookupIn } from '../../../src/identity/did-documents.ts'
import { checkToken } from '../../../src/identity/token.ts'
import { readBox } from '../../../src/wallet/intents/box.ts'
import { IntentDesk, type IntentEvent } from '../../../src/wallet/intents/desk.ts'
import type { Hand } from '../../../src/wallet/intents/hand.ts'
import { ApprovalRules } from '../../../src/wallet/intents/rules.ts'
import { serveWallet } from '../../../src/wallet/intents/server.ts'
import {
  ask,
  findServer,
  serverFile,
  writeServerFile,
} from '../../../src/wallet/intents/server-file.ts'
import { fails, until } from '../../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../../support/folder.ts'
import { rawGet } from '../../support/raw-http.ts'

const test = suite('intents: the desk and its port')
const NOW = 1_795_000_000
const [alice, bob] = devnetAccounts()
assert.ok(alice && bob)
const SIGN = 'https://did.web3essentials.io/didsign?data=hello'
const PERSONAL = 'https://wallet.web3essentials.io/personalsign?data=hello'

function handIn(folder: TemporaryFolder, name = 'alice'): Hand {
  const account = devnetAccounts().find((one) => one.name === name)
  assert.ok(account)
  return {
    account,
    mainchain: undefined,
    esc: undefined,
    eid: undefined,
    boxFile: folder.join('wallet.json'),
    waitMs: 0,
    signal: new AbortController().signal,
    now: () => NOW,
  }
}

function deskIn(folder: TemporaryFolder, rules = new ApprovalRules(), patienceMs = 60_000) {
  return new IntentDesk({ handOf: (name) => handIn(folder, name), rules, patienceMs })
}

const waitingIn = (desk: IntentDesk) => until('it waits', () => desk.waiting()[0])

test('an intent waits until somebody says yes', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  const events: IntentEvent[] = []
  desk.subscribe((event) => events.push(event))
  const answer = desk.submit(SIGN)
  const waiting = await waitingIn(desk)
  assert.equal([waiting.id, waiting.action, waiting.account], ['1', 'didsign', 'alice'])
  assert.is(waiting.does, 'sign hello')
  desk.decide('1', 'approve')
  const { status, result } = await answer
  assert.is(status, 'done')
  const lookup = lookupIn([newDocument({ privateKey: alice.did.privateKey, time: NOW })])
  const claims = await checkToken(String(result['jwt']), { lookup, time: NOW })
  assert.is(claims['iss'], alice.did.did)
  assert.equal(
    events.map(({ event }) => event),
    ['intent-waiting', 'intent-answered'],
  )
  assert.equal(desk.waiting(), [])
})

test('no means the answer of a user who refuses', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  const answer = desk.submit(`${PERSONAL}&redirecturl=https://my.app/`)
  desk.decide((await waitingIn(desk)).id, 'deny')
  const { status, result, reply, error } = await answer
  assert.equal([status, result, error?.code], ['denied', { data: null }, 'intent/denied'])
  assert.is(error?.exit, 'refused')
  assert.ok(reply.way === 'redirect' && reply.url.startsWith('https://my.app/?result='))
})

test('a DApp cannot write over the question it asks', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  const params = new URLSearchParams({
    data: 'pay\u001b[2K\rjust a greeting\u202e',
    redirecturl: 'myapp://back',
  })
  const answer = desk.submit(`https://did.web3essentials.io/didsign?${params}`)
  const { id, does, warnings } = await waitingIn(desk)
  assert.is(does, 'sign pay\ufffd[2K\ufffdjust a greeting\ufffd')
  assert.match(warnings.join(), 'myapp:')
  desk.decide(id, 'deny')
  await answer
})

test('rules decide by action, and for all', async () => {
  using folder = temporaryFolder()
  const rules = new ApprovalRules()
  rules.set('*', 'approve')
  rules.set('personalsign', 'deny')
  const desk = deskIn(folder, rules)
  assert.is((await desk.submit(SIGN)).status, 'done')
  assert.is((await desk.submit(PERSONAL)).status, 'denied')
  desk.decideAll('deny')
  assert.is((await desk.submit(SIGN)).status, 'denied')
})

test('a rule given later decides what waits already', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  const answers = [desk.submit(SIGN), desk.submit(PERSONAL), desk.submit(SIGN)]
  await until('three wait', () => desk.waiting().length === 3)
  assert.is(desk.decideAll('approve', 'didsign', { once: true }), 2)
  assert.equal(
    desk.waiting().map(({ action }) => action),
    ['personalsign'],
  )
  assert.equal(desk.rules.all(), {})
  assert.is(desk.decideAll('approve'), 1)
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  assert.equal(statuses, ['done', 'done', 'done'])
})

test('nobody to ask is an answer too, and so is going away', async () => {
  using folder = temporaryFolder()
  const impatient = deskIn(folder, new ApprovalRules(), 1)
  const { status, error } = await impatient.submit(SIGN)
  assert.equal(
    [status, error?.code, error?.exit],
    ['denied', 'intent/nobodyApproves', 'answerNeeded'],
  )
  const desk = deskIn(folder)
  const gone = new AbortController()
  const answer = desk.submit(SIGN, { gone: gone.signal })
  await waitingIn(desk)
  gone.abort()
  assert.is((await answer).status, 'denied')
  assert.equal(desk.waiting(), [])
  const last = desk.submit(SIGN)
  await waitingIn(desk)
  desk.close()
  assert.is((await last).error?.code, 'intent/nobodyApproves')
})

test('at most twenty wait', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  const answers = Array.from({ length: 20 }, () => desk.submit(SIGN))
  await until('all wait', () => desk.waiting().length === 20)
  await fails('intent/tooManyWaiting', () => desk.submit(SIGN))
  desk.decideAll('deny')
  await Promise.all(answers)
})

test('what cannot be done is the answer of Essentials, with the reason beside it', async () => {
  using folder = temporaryFolder()
  const rules = new ApprovalRules()
  rules.set('*', 'approve')
  const desk = deskIn(folder, rules)
  const access = await desk.submit('https://did.web3essentials.io/credaccess?nonce=n')
  assert.equal([access.result, access.error?.code], [{ jwt: null }, 'intent/notPublished'])
  const claims = encodeURIComponent('{"passport":true}')
  const missing = await desk.submit(`https://did.web3essentials.io/credaccess?claims=${claims}`)
  assert.equal(missing.result, { did: null, presentation: null })
  assert.is(missing.error?.code, 'intent/claimMissing')
  const pay = await desk.submit('https://wallet.web3essentials.io/pay?receiver=bob&amount=1')
  assert.is(pay.result['status'], 'error')
  assert.is(pay.error?.code, 'intent/chainMissing')
  await fails('intent/badParameter', () =>
    desk.submit('https://wallet.web3essentials.io/pay?amount=1'),
  )
})

test('networks and credentials are kept, for the owner of the file alone', async () => {
  using folder = temporaryFolder()
  const rules = new ApprovalRules()
  rules.set('*', 'approve')
  const desk = deskIn(folder, rules)
  const chain = encodeURIComponent('{"name":"ELA","symbol":"ELA","decimals":18}')
  const network = (chainId: string) =>
    `https://wallet.web3essentials.io/addethereumchain?chainId=${chainId}&chainName=Local&nativeCurrency=${chain}&rpcUrls=${encodeURIComponent('["http://127.0.0.1:20636"]')}`
  const added = await desk.submit(network('0x7e5'))
  assert.equal(added.result, { networkAdded: true, networkKey: 'custom2021' })
  assert.equal((await desk.submit(network('0x7e5'))).result, { networkAdded: false })
  assert.equal((await desk.submit(network('0x14'))).result, { networkAdded: false })
  const issue = new URLSearchParams({
    identifier: 'diploma',
    subjectdid: bob.did.did,
    types: '["DiplomaCredential"]',
    properties: '{"grade":"A"}',
  })
  const issued = await desk.submit(`https://did.web3essentials.io/credissue?${issue}`)
  const credential = JSON.parse(String(issued.result['credential']))
  assert.is(credential.credentialSubject.id, bob.did.did)
  const list = encodeURIComponent(JSON.stringify([credential]))
  const importing = `https://did.web3essentials.io/credimport?credentials=${list}`
  const foreign = await desk.submit(importing)
  assert.equal([foreign.result, foreign.error?.code], [{}, 'intent/foreignCredential'])
  const kept = await desk.submit(importing, { account: 'bob' })
  assert.equal(kept.result, { importedcredentials: [credential.id] })
  assert.is(readBox(folder.join('wallet.json')).credentials[0]?.id, credential.id)
  assert.match(readFileSync(folder.join('wallet.json'), 'utf8'), 'diploma')
  const ids = encodeURIComponent('["#diploma","#never"]')
  const gone = await desk.submit(`https://did.web3essentials.io/creddelete?credentialsids=${ids}`, {
    account: 'bob',
  })
  assert.equal(gone.result, { deletedcredentialsids: [credential.id] })
  writeFileSync(folder.join('wallet.json'), '{"schema":"x"}')
  const damaged = await desk.submit(importing, { account: 'bob' })
  assert.is(damaged.error?.code, 'intent/boxUnreadable')
})

test('an answer is posted to a backend of this machine, and to no other', async () => {
  using folder = temporaryFolder()
  const rules = new ApprovalRules()
  rules.set('*', 'approve')
  const desk = deskIn(folder, rules)
  const posted: string[] = []
  let status = 200
  const backend = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => posted.push(text))
    request.on('end', () => response.writeHead(status).end('no such order'))
  })
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  try {
    const callback = `http://127.0.0.1:${portOf(backend)}/cb`
    const url = `${PERSONAL}&callbackurl=${encodeURIComponent(callback)}`
    assert.is((await desk.submit(url)).status, 'done')
    const body = JSON.parse(posted.join(''))
    assert.match(JSON.parse(body.result).signedData, /^0x[0-9a-f]{130}$/)
    status = 500
    const { error } = await desk.submit(url)
    assert.is(error?.code, 'intent/callbackFailed')
    assert.match(error?.message ?? '', 'no such order')
  } finally {
    await closeServer(backend)
  }
  const foreign = await desk.submit(`${PERSONAL}&callbackurl=https://example.com/cb`)
  assert.is(foreign.error?.code, 'intent/badReturnUrl')
})

test('a link opened on the port ends at the DApp, as from the phone', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  await using server = await serveWallet(desk, 0)
  const link = `${server.url}/did.web3essentials.io/didsign?data=x&redirecturl=https%3A%2F%2Fmy.app`
  const following = fetch(link, { redirect: 'manual' })
  desk.decide((await waitingIn(desk)).id, 'approve')
  const response = await following
  assert.is(response.status, 302)
  assert.match(
    response.headers.get('location') ?? '',
    /^https:\/\/my\.app\/[\w-]+\.[\w-]+\.[\w-]+$/,
  )
})

test('pages of this machine may ask but not decide, foreign ones may do neither', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  await using server = await serveWallet(desk, 0)
  const post = (route: string, body: object, headers: Record<string, string>) =>
    fetch(server.url + route, { method: 'POST', body: JSON.stringify(body), headers })
  const page = { origin: 'http://localhost:3000' }
  const asking = post('/intent', { url: SIGN, account: 'bob' }, page)
  const { id, account } = await waitingIn(desk)
  assert.is(account, 'bob')
  const decision = { decision: 'approve', id }
  const authorization = `Bearer ${server.token}`
  assert.is((await post('/decisions', decision, page)).status, 404)
  assert.is((await post('/decisions', decision, { ...page, authorization })).status, 404)
  assert.is((await post('/decisions', decision, {})).status, 404)
  assert.is((await post('/intent', { url: SIGN }, { origin: 'https://evil.example' })).status, 403)
  const opened = async (...headers: readonly string[]) => {
    const link = '/did.web3essentials.io/didsign?data=x'
    return (await rawGet(server.url, link, headers)).status
  }
  const foreign = 'sec-fetch-site: cross-site'
  assert.is(await opened(foreign), 403)
  assert.is(await opened(foreign, 'referer: https://evil.example/'), 403)
  assert.is((await post('/decisions', decision, { authorization })).status, 200)
  desk.rules.set('*', 'approve')
  assert.is(await opened(foreign, 'referer: http://localhost:3000/'), 200)
  assert.is(await opened('sec-fetch-site: none'), 200)
  const response = await asking
  assert.is(response.headers.get('access-control-allow-origin'), 'http://localhost:3000')
  assert.is(((await response.json()) as { status: string }).status, 'done')
})

test('the port explains what is wrong with a request', async () => {
  using folder = temporaryFolder()
  await using server = await serveWallet(deskIn(folder), 0)
  const post = async (body: string) => {
    const response = await fetch(`${server.url}/intent`, { method: 'POST', body })
    const { error } = (await response.json()) as { error: { code: string } }
    return [response.status, error.code]
  }
  assert.equal(await post('nonsense'), [400, 'intent/badParameter'])
  assert.equal(await post('{"url":"https://example.com"}'), [400, 'intent/notAnIntent'])
  assert.equal(await post(`"${'a'.repeat(600_000)}"`), [400, 'intent/tooLong'])
  assert.is((await fetch(`${server.url}/nothing`)).status, 404)
  await fails('intent/portBusy', () =>
    serveWallet(deskIn(folder), Number(new URL(server.url).port)),
  )
})

test('commands find the wallet by its file, and see when it is gone', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  const file = serverFile(folder.path)
  assert.is(await findServer(file), undefined)
  const server = await serveWallet(desk, 0)
  const { url, token } = server
  writeServerFile(file, { url, token, pid: process.pid, account: 'alice' })
  const place = await findServer(file)
  assert.ok(place)
  assert.equal(await ask(place, '/intents'), { waiting: [], rules: {} })
  await fails('intent/unknownId', () => ask(place, '/decisions', { id: '7', decision: 'approve' }))
  const decided = await ask(place, '/decisions', { all: true, decision: 'deny' })
  assert.equal(decided, { decided: 0 })
  assert.equal(desk.rules.all(), { '*': 'deny' })
  await server[Symbol.asyncDispose]()
  assert.is(await findServer(file), undefined)
  await fails('intent/noServer', () => ask(place, '/intents'))
})

test.run()
