/** The service template as a user runs it: somebody signs in through the wallet, and nobody else. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { findTemplate } from '../../src/scaffold/templates.ts'
import { elaProcess } from '../support/background.ts'
import { ela } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { projectFrom } from '../support/templates.ts'

const test = suite('sign-in of the service template')
const STARTED_WITHIN_MS = 40_000
const PAGE = 'http://song-shop.localhost:8600'

interface Answer {
  readonly dapp: string
  readonly wallet: string
}

/** `ela dev --wallet alice` in a new project, up and answering. */
async function service() {
  const project = projectFrom(findTemplate('service'))
  project.edit('ela.config.ts', 'port: 8700', 'port: 0')
  project.edit('ela.config.ts', '  bundle: {', `  bundle: {\n    origins: ['${PAGE}'],`)
  project.edit('src/settings.ts', 'undefined = undefined', `undefined = '${PAGE}'`)
  const base = 28_000 + (process.pid % 40) * 100
  const line = `dev --json-stream --wallet alice --only mainchain,eid --port-base ${base}`
  const running = elaProcess(line, { cwd: project.path })
  const event = await until(
    'the service',
    () => {
      const told = running.stdout.split('\n').slice(0, -1)
      const events = told.map((text) => JSON.parse(text))
      assert.not(events.find((one) => one.event === 'error'))
      return events.find((one) => one.event === 'answer')
    },
    STARTED_WITHIN_MS,
  )
  const { dapp, wallet } = event.data as Answer
  return {
    url: dapp.replace(/\/$/, ''),
    wallet,
    run: (words: string) => ela(words, { cwd: project.path }),
    [Symbol.asyncDispose]: async () => {
      running.kill('SIGTERM')
      await running.ended
      await running[Symbol.asyncDispose]()
      project[Symbol.dispose]()
    },
  }
}

test('a person signs in through the wallet and is known until signing out', async () => {
  await using shop = await service()
  const { url, wallet, run } = shop
  const alice = devnetAccounts().find(({ name }) => name === 'alice')?.did.did
  assert.ok(alice)

  /** The wallet that serves here may have moved from the port the template expects. */
  const atWallet = (link: string) => link.replace(/^http:\/\/127\.0\.0\.1:\d+/, wallet)
  const step = (where: string, init: RequestInit = {}) =>
    fetch(where, { redirect: 'manual', ...init })
  const locationOf = (reply: Response) => reply.headers.get('location') ?? ''
  const cookieOf = (reply: Response) => reply.headers.get('set-cookie')?.split(';')[0] ?? ''
  const browse = async (cookie?: string) => {
    const start = await step(`${url}/sign-in/wallet`)
    assert.is(start.status, 302)
    const back = locationOf(await step(atWallet(locationOf(start))))
    const kept = cookie ?? cookieOf(start)
    return { back, kept, done: await step(back, { headers: { cookie: kept } }) }
  }
  const me = async (headers: Record<string, string>) => {
    const reply = await step(`${url}/me`, { headers })
    const { did } = (await reply.json()) as { did?: string }
    return [reply.status, did]
  }

  // Nobody decided yet: it waits in the wallet, and a decision from elsewhere lets it go on.
  const first = browse()
  await until('the wallet asks', async () => {
    const { stdout } = await run('wallet list --json')
    return JSON.parse(stdout).data.waiting.length === 1
  })
  assert.is((await run('wallet deny --all')).code, 0)
  const denied = await first
  assert.is(
    denied.back,
    `${url}/sign-in/answer?result=${encodeURIComponent('{"did":null,"presentation":null}')}`,
  )
  assert.is(denied.done.status, 401)

  assert.is((await run('wallet approve --all')).code, 0)
  // Not published yet, so nobody could check what the DID signs.
  assert.is((await browse()).done.status, 401)
  assert.is((await run('did publish alice')).code, 0)

  const { done, back, kept } = await browse()
  assert.is(locationOf(done), `${url}/me`)
  const session = { cookie: cookieOf(done) }
  assert.equal(await me(session), [200, alice])
  assert.equal(await me({}), [401, undefined])
  assert.equal(await me({ cookie: 'session=x' }), [401, undefined])

  const refused = async (reply: Response, why: RegExp) => {
    assert.is(reply.status, 401)
    assert.match(((await reply.json()) as { error: string }).error, why)
    assert.is(reply.headers.get('set-cookie'), null)
  }
  // The same answer again, and an answer in a browser that did not ask.
  await refused(await step(back, { headers: { cookie: kept } }), /nonce/)
  await refused((await browse('question=0')).done, /begun elsewhere/)

  // As a page of another origin does it.
  const tokenFor = async (question: { nonce: string; realm: string }) => {
    const { nonce, realm } = question
    const query = new URLSearchParams({ claims: '{}', nonce, realm, redirecturl: `${PAGE}/#in` })
    const reply = await step(`${wallet}/did.web3essentials.io/credaccess?${query}`)
    return locationOf(reply).slice(`${PAGE}/#in/`.length)
  }
  const ask = async () =>
    (await (await step(`${url}/sign-in`, { headers: { origin: PAGE } })).json()) as {
      nonce: string
      realm: string
    }
  const post = (body: object) =>
    step(`${url}/sign-in`, {
      method: 'POST',
      headers: { origin: PAGE },
      body: JSON.stringify(body),
    })
  const question = await ask()
  assert.is(question.realm, PAGE)
  const accepted = await post({ token: await tokenFor(question), nonce: question.nonce })
  assert.is(accepted.headers.get('access-control-allow-origin'), PAGE)
  const { session: own } = (await accepted.json()) as { session: string }
  const bearer = { authorization: `Bearer ${own}` }
  assert.equal(await me(bearer), [200, alice])

  const { nonce } = await ask()
  await refused(
    await post({ token: await tokenFor({ nonce: '0'.repeat(32), realm: PAGE }) }),
    /nonce/,
  )
  await refused(
    await post({ token: await tokenFor({ nonce, realm: 'http://evil.example' }) }),
    /somebody else/,
  )

  await step(`${url}/sign-out`, { method: 'POST', headers: bearer })
  assert.equal(await me(bearer), [401, undefined])
  assert.equal(await me(session), [200, alice])
})

test.run()
