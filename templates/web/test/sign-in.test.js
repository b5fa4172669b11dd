import assert from 'node:assert/strict'
import test from 'node:test'
import { openDoor, readAnswer, signInLink } from '../public/sign-in.js'

const TOKEN = 'aaa.b-b_b.ccc'
const BACKEND = 'https://api.my.app'

/** A window at an address, whose back end answers by path; it notes where it goes and what it asks. */
function browserAt(href, answers = {}, kept = {}) {
  const { origin, pathname, hash } = new URL(href)
  const visited = []
  const asked = []
  const location = {
    origin,
    pathname,
    hash,
    assign: (url) => visited.push(url),
    replace: (url) => {
      location.hash = url === '#' ? '' : url
    },
  }
  const memory = new Map(Object.entries(kept))
  const sessionStorage = {
    getItem: (name) => memory.get(name) ?? null,
    setItem: (name, value) => memory.set(name, value),
    removeItem: (name) => memory.delete(name),
  }
  const fetch = async (url, options = {}) => {
    assert.ok(url.startsWith(BACKEND))
    asked.push({ path: url.slice(BACKEND.length), ...options })
    const answer = answers[url.slice(BACKEND.length)]
    if (answer === undefined) throw new TypeError('Failed to fetch')
    return Response.json(answer, { status: answer.error ? 401 : 200 })
  }
  return { location, sessionStorage, fetch, visited, asked, memory }
}

const doorOf = (browser, more = {}) => openDoor({ backend: BACKEND, browser, ...more })

test('asks the wallet that the back end names with its question', async () => {
  const question = { nonce: 'n1', realm: 'https://my.app', wallet: 'http://127.0.0.1:1/wallet' }
  const browser = browserAt('https://my.app/shop/?x=1', { '/sign-in': question })
  await doorOf(browser, { claims: { name: true } }).askWallet()
  const link = new URL(browser.visited[0])
  assert.equal(link.origin + link.pathname, 'http://127.0.0.1:1/wallet/credaccess')
  assert.deepEqual(Object.fromEntries(link.searchParams), {
    claims: '{"name":true}',
    nonce: 'n1',
    realm: 'https://my.app',
    redirecturl: 'https://my.app/shop/#signed-in',
  })
  assert.equal(browser.memory.get('nonce'), 'n1')
})

test('names the app when it has a DID', () => {
  const wish = { nonce: 'n', realm: 'r', returnTo: 'https://my.app/', appDid: 'did:elastos:iApp' }
  const link = new URL(signInLink(wish))
  assert.equal(link.host, 'did.web3essentials.io')
  assert.equal(link.searchParams.get('appdid'), 'did:elastos:iApp')
})

test('reads what the wallet left in the address', () => {
  assert.equal(readAnswer(''), null)
  assert.equal(readAnswer('#other'), null)
  assert.deepEqual(readAnswer(`#signed-in/${TOKEN}`), { token: TOKEN })
  assert.deepEqual(readAnswer('#signed-in?result=%7B%7D'), { refused: true })
  assert.deepEqual(readAnswer('#signed-in/<script>'), { refused: true })
})

test('hands the answer to the back end, takes it out of the address, and keeps the session', async () => {
  const did = 'did:elastos:iAlice'
  const answers = { '/sign-in': { did, session: 's1', shown: {} }, '/me': { did }, '/sign-out': {} }
  const browser = browserAt(`https://my.app/#signed-in/${TOKEN}`, answers, { nonce: 'n1' })
  const door = doorOf(browser)
  assert.equal(await door.finish(), true)
  assert.deepEqual(JSON.parse(browser.asked[0].body), { token: TOKEN, nonce: 'n1' })
  assert.equal(browser.location.hash, '')
  assert.equal(await door.who(), did)
  assert.equal(browser.asked[1].headers.authorization, 'Bearer s1')
  await door.signOut()
  assert.equal(browser.asked[2].headers.authorization, 'Bearer s1')
  assert.equal(await door.who(), null)
  assert.equal(browser.asked.length, 3)
})

test('never sends an answer as its own that it did not ask for', async () => {
  const browser = browserAt(`https://my.app/#signed-in/${TOKEN}`, { '/sign-in': { error: 'no' } })
  await assert.rejects(doorOf(browser).finish(), /Not signed in: no/)
  assert.deepEqual(JSON.parse(browser.asked[0].body), { token: TOKEN, nonce: '' })
})

test('tells a visit from a refusal, and says who does not answer', async () => {
  const visit = browserAt('https://my.app/')
  assert.equal(await doorOf(visit).finish(), false)
  assert.equal(await doorOf(visit).who(), null)
  assert.deepEqual(visit.asked, [])
  await assert.rejects(
    doorOf(visit).askWallet(),
    /api\.my\.app does not answer.*origin https:\/\/my\.app/,
  )
  const refused = browserAt('https://my.app/#signed-in?result=%7B%7D')
  await assert.rejects(doorOf(refused).finish(), /did not say/)
})

test('forgets a session that ended', async () => {
  const browser = browserAt(
    'https://my.app/',
    { '/me': { error: 'sign in first' } },
    { session: 's' },
  )
  assert.equal(await doorOf(browser).who(), null)
  assert.equal(browser.memory.has('session'), false)
})
