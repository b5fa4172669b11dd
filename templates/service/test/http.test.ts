import assert from 'node:assert/strict'
import test from 'node:test'
import type { Chain, Ela } from '../src/ela.ts'
import { answer as answerTo } from '../src/http.ts'
import main from '../src/main.ts'
import { answer } from './people.ts'

const WALLET = 'https://wallet.example'
const NOT_HERE = 'capability/notHere: The chain is not here.'
let services = 0

/** What the runtime would hand over: `undefined` for a chain that is not there. */
function fakeEla(answers: Partial<Record<Chain, unknown>>): Ela {
  return {
    chain: {
      read: async (chain, method) => {
        const found = answers[chain]
        if (found === undefined) throw new Error(NOT_HERE)
        if (found instanceof Error) throw found
        return (found as Record<string, unknown>)[method]
      },
    },
    whoami: async () => ({ bundleId: null }),
  }
}

/** A service of its own, as a function that asks it. */
function serve(answers: Partial<Record<Chain, unknown>>) {
  services += 1
  const origin = `http://service-${services}.example`
  const settings = { ela: fakeEla(answers), wallet: WALLET }
  return (path: string, method = 'GET', body?: string) =>
    answerTo(new Request(origin + path, { method, body: body ?? null }), settings)
}

test('answers with the heights of the chains it knows', async () => {
  const ask = serve({ ela: { getblockcount: 43 }, esc: { eth_blockNumber: '0x7' } })
  assert.deepEqual(await (await ask('/')).json(), { mainchain: 42, esc: 7 })
})

test('answers also when a chain is down', async () => {
  const ask = serve({ eid: new Error('capability/failed: It does not answer.') })
  const response = await ask('/')
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { eid: null })
})

test('is healthy without any chain, and refuses what it does not know', async () => {
  const ask = serve({})
  assert.deepEqual(await (await ask('/health')).json(), { ok: true })
  assert.equal((await ask('/nope?really')).status, 404)
  assert.equal((await ask('//')).status, 404)
  assert.equal((await ask('/', 'POST')).status, 405)
})

test('asks EID who somebody is, and nobody else', async () => {
  const ask = serve({ eid: { did_resolveDID: { status: 3 } } })
  const { nonce, realm, wallet } = (await (await ask('/sign-in')).json()) as Record<string, string>
  assert.match(nonce ?? '', /^[0-9a-f]{32}$/)
  assert.equal(realm, `http://service-${services}.example`)
  assert.equal(wallet, WALLET)
  const token = answer({ nonce: nonce ?? '', realm: realm ?? '' })
  const refused = await ask('/sign-in', 'POST', JSON.stringify({ token }))
  assert.equal(refused.status, 401)
  assert.match(await refused.text(), /did:elastos:iAlice is not published/)
})

test('says that EID is away when nobody can sign in', async () => {
  const ask = serve({})
  const { nonce = '', realm = '' } = (await (await ask('/sign-in')).json()) as Record<
    string,
    string
  >
  const refused = await ask('/sign-in', 'POST', JSON.stringify({ token: answer({ nonce, realm }) }))
  assert.equal(refused.status, 503)
})

test('sends browsers to the local wallet while it is in work', async () => {
  const request = new Request('http://127.0.0.1:8700/sign-in')
  const asked = await main.fetch(request, { ELA: fakeEla({}) })
  assert.match(((await asked.json()) as { wallet: string }).wallet, /^http:\/\/127\.0\.0\.1:20680/)
})
