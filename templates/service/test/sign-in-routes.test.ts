import assert from 'node:assert/strict'
import test from 'node:test'
import { CannotResolve } from '../src/sign-in.ts'
import { type Door, signInRoutes } from '../src/sign-in-routes.ts'
import { alice, answer, people } from './people.ts'

const PAGE = 'https://page.example'
const SOON = { exp: Date.now() / 1000 + 60 }

interface Ask {
  readonly method?: string
  readonly body?: string
  readonly headers?: Record<string, string>
}

/** The routes, as a function that asks them. */
async function open(changes: Partial<Door> = {}) {
  const resolve = async (did: string) => people.find((one) => one.did === did)?.document
  const url = 'https://shop.example'
  const routes = signInRoutes({ url, wallet: 'https://wallet.example', resolve, ...changes })
  const ask = async (path: string, wish: Ask = {}) =>
    (await routes(new Request(url + path, wish))) ?? new Response(null, { status: 404 })
  const post = (body: string) => ask('/sign-in', { method: 'POST', body })
  const question = async () =>
    (await (await ask('/sign-in')).json()) as { nonce: string; realm: string; wallet: string }
  return { ask, post, question }
}

/** A browser's cookies after an answer. */
function cookies(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

/** What the service wants from the wallet: the question, and where to answer. */
function wanted(response: Response) {
  const link = new URL(response.headers.get('location') ?? '')
  const { nonce = '', realm = '', redirecturl = '' } = Object.fromEntries(link.searchParams)
  return { link, question: { nonce, realm }, back: new URL(redirecturl).pathname }
}

test('a browser goes to the wallet and comes back with a session', async () => {
  const { ask } = await open()
  const start = await ask('/sign-in/wallet')
  assert.equal(start.status, 302)
  const { link, question, back } = wanted(start)
  assert.equal(link.origin + link.pathname, 'https://wallet.example/credaccess')
  assert.equal(question.realm, 'https://shop.example')
  const done = await ask(`${back}/${answer(question, SOON)}`, {
    headers: { cookie: cookies(start) },
  })
  assert.equal(done.headers.get('location'), 'https://shop.example/me')
  const [line = ''] = done.headers.getSetCookie()
  for (const flag of ['HttpOnly', 'SameSite=Lax', 'Secure']) assert.ok(line.includes(flag), flag)
  const headers = { cookie: cookies(done) }
  assert.deepEqual(await (await ask('/me', { headers })).json(), { did: alice.did })
  assert.equal((await ask('/sign-out', { method: 'POST', headers })).status, 200)
  assert.equal((await ask('/me', { headers })).status, 401)
})

test('a browser that did not ask gets no session, nor does one whose wallet refused', async () => {
  const { ask } = await open()
  const start = await ask('/sign-in/wallet')
  const { question, back } = wanted(start)
  const other = await ask('/sign-in/wallet')
  const token = answer(question, SOON)
  for (const cookie of ['', cookies(other), 'question=']) {
    const refused = await ask(`${back}/${token}`, { headers: { cookie } })
    assert.equal(refused.status, 401)
    assert.deepEqual(refused.headers.getSetCookie(), [])
    assert.match(await refused.text(), /begun elsewhere/)
  }
  const denied = await ask(`${back}?result=%7B%7D`, { headers: { cookie: cookies(start) } })
  assert.match(await denied.text(), /did not say/)
})

test('a page or a program exchanges a token for a session', async () => {
  const { ask, post, question } = await open()
  const { nonce, realm } = await question()
  const token = answer({ nonce, realm }, SOON)
  assert.equal((await post(JSON.stringify({ token, nonce: 'other' }))).status, 401)
  const accepted = await post(JSON.stringify({ token, nonce }))
  const { did, session } = (await accepted.json()) as { did: string; session: string }
  assert.equal(did, alice.did)
  const me = await ask('/me', { headers: { authorization: `Bearer ${session}` } })
  assert.deepEqual(await me.json(), { did: alice.did })
  assert.equal((await post(JSON.stringify({ token, nonce }))).status, 401)
  assert.equal((await ask('/me')).status, 401)
  assert.equal((await ask('/me', { headers: { authorization: 'Bearer x' } })).status, 401)
})

test('what is no answer is refused', async () => {
  const { ask, post } = await open()
  for (const body of ['', '[]', 'null', '{"token":1}', '{"token":"a.b.c"}', 'x'.repeat(300_000)]) {
    const refused = await post(body)
    assert.equal(refused.status, 401, body.slice(0, 20))
    assert.match(await refused.text(), /no token|no JSON object/)
  }
  assert.equal((await ask('/me', { method: 'POST' })).status, 405)
  assert.equal((await ask('/other')).status, 404)
})

test('one page of another origin may ask', async () => {
  const { ask, question } = await open({ webOrigin: PAGE })
  assert.equal((await question()).realm, PAGE)
  const allowed = async (origin: string) => {
    const reply = await ask('/sign-in', { method: 'OPTIONS', headers: { origin } })
    return reply.headers.get('access-control-allow-origin')
  }
  assert.equal(await allowed(PAGE), PAGE)
  assert.equal(await allowed('https://evil.example'), null)
})

test('an answer is not lost while EID is away', async () => {
  let isAway = true
  const { post, question } = await open({
    resolve: async (did) => {
      if (isAway) throw new CannotResolve('EID does not answer')
      return people.find((one) => one.did === did)?.document
    },
  })
  const body = JSON.stringify({ token: answer(await question(), SOON) })
  assert.equal((await post(body)).status, 503)
  isAway = false
  assert.equal((await post(body)).status, 200)
})
