import assert from 'node:assert/strict'
import test from 'node:test'
import { askWallet, finishSignIn, localWallet, readAnswer, signInLink } from '../public/sign-in.js'

const TOKEN = 'aaa.b-b_b.ccc'

/** A `location` that notes where it is sent. */
function at(href) {
  const { origin, pathname, hash } = new URL(href)
  const visited = []
  return { origin, pathname, hash, visited, assign: (url) => visited.push(url) }
}

test('asks the wallet with the question of the back end', async () => {
  const location = at('https://my.app/shop/?x=1')
  const fetch = async (url) => {
    assert.equal(url, '/sign-in')
    return Response.json({ nonce: 'n1', realm: 'https://my.app' })
  }
  await askWallet(location, fetch, { wallet: localWallet, claims: { name: true } })
  const link = new URL(location.visited[0])
  assert.equal(link.origin + link.pathname, `${localWallet}/credaccess`)
  assert.deepEqual(Object.fromEntries(link.searchParams), {
    claims: '{"name":true}',
    nonce: 'n1',
    realm: 'https://my.app',
    redirecturl: 'https://my.app/shop/#signed-in',
  })
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

test('hands the answer to the back end and takes it out of the address', async () => {
  const location = at(`https://my.app/#signed-in/${TOKEN}`)
  const fetch = async (url, { method, body }) => {
    assert.deepEqual([url, method, JSON.parse(body)], ['/sign-in', 'POST', { token: TOKEN }])
    return Response.json({ did: 'did:elastos:iAlice', session: 's', shown: {} })
  }
  const { did } = await finishSignIn(location, fetch)
  assert.equal(did, 'did:elastos:iAlice')
  assert.equal(location.hash, '')
})

test('tells a visit from a refusal, and passes on what the back end says', async () => {
  const refusing = async () => Response.json({ error: 'the nonce is used' }, { status: 401 })
  assert.equal(await finishSignIn(at('https://my.app/'), refusing), null)
  const token = at(`https://my.app/#signed-in/${TOKEN}`)
  await assert.rejects(finishSignIn(token, refusing), /nonce is used/)
  const refused = at('https://my.app/#signed-in?result=%7B%7D')
  await assert.rejects(finishSignIn(refused, refusing), /did not say/)
})
