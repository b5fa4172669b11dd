/**
 * Signing in as the templates do it: the page's link, the wallet, the back end that checks. The DID
 * SDK looks at the same answer, and everybody refuses the same forgeries.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callRpc } from '../../src/base/json-rpc.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { findServer, serverFile } from '../../src/wallet/intents/server-file.ts'
import { resolveOn, SignIn } from '../../templates/service/src/sign-in.ts'
import { testDevnet } from '../support/devnet-session.ts'
import { connectSdk, loadSdk } from '../support/did-js-sdk.ts'
import { ela } from '../support/ela.ts'
import { until } from '../support/fails.ts'

interface Page {
  signInLink(wish: object): string
  readAnswer(hash: string): { readonly token?: string; readonly refused?: boolean } | null
}

interface Presentations {
  readonly VerifiablePresentation: { parse(text: string): { isValid(): Promise<boolean> } }
}

const test = suite('signing in with the templates')
const page = (await import(
  new URL('../../templates/web/public/sign-in.js', import.meta.url).href
)) as Page
const [alice] = devnetAccounts()
assert.ok(alice)
const REALM = 'http://localhost:8600'

test('a person signs in, and nobody in their place', async () => {
  await using devnet = await testDevnet(eid)
  const at = { cwd: devnet.folder.path }
  assert.is((await ela('did publish alice', at)).code, 0)
  const stop = new AbortController()
  const serving = ela('wallet serve --port 0 --approve credaccess', { ...at, signal: stop.signal })
  const { url } = await until('it serves', () => findServer(serverFile(devnet.folder.path)))
  const wallet = `${url}/did.web3essentials.io`
  const read = (_chain: string, method: string, params?: unknown) =>
    callRpc(devnet.rpc('eid'), method, (params ?? []) as readonly unknown[])
  const desk = new SignIn(
    REALM,
    resolveOn({ chain: { read }, whoami: async () => ({ bundleId: null }) }),
  )
  const answer = async (question: { nonce: string; realm: string }, claims: object) => {
    const link = page.signInLink({ wallet, ...question, returnTo: `${REALM}/`, claims })
    const response = await fetch(link, { redirect: 'manual' })
    assert.is(response.status, 302)
    const back = new URL(response.headers.get('location') ?? '')
    assert.is(back.origin + back.pathname, `${REALM}/`)
    return page.readAnswer(back.hash)
  }

  const { token = '' } = (await answer(desk.question(), { name: true })) ?? {}
  const { did, session, shown } = await desk.accept(token)
  assert.equal([did, shown], [alice.did.did, { name: { name: 'Alice' } }])
  assert.is(desk.who(session), alice.did.did)

  const sdk = loadSdk()
  connectSdk(sdk, devnet.rpc('eid'), () => Promise.reject(new TypeError('nothing is published')))
  const { VerifiablePresentation } = sdk as unknown as Presentations
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const text = JSON.stringify(claims.presentation)
  assert.ok(await VerifiablePresentation.parse(text).isValid())
  assert.not(await VerifiablePresentation.parse(text.replace('Alice', 'Mallo')).isValid())

  const refused = async (token: string | undefined, why: RegExp) => {
    let message = ''
    await desk.accept(token ?? '').catch((error: Error) => {
      message = error.message
    })
    assert.match(message, why)
  }
  await refused(token, /nonce/)
  await refused((await answer({ nonce: 'made-up', realm: REALM }, {}))?.token, /nonce/)
  const { nonce } = desk.question()
  await refused((await answer({ nonce, realm: 'http://evil.example' }, {}))?.token, /somebody else/)
  assert.equal(await answer(desk.question(), { passport: true }), { refused: true })
  stop.abort()
  assert.is((await serving).code, 0)
})

test('an app signs in by a challenge, once its user vouches and everybody is published', async () => {
  await using devnet = await testDevnet(eid)
  const at = { cwd: devnet.folder.path }
  const stop = new AbortController()
  const serving = ela('wallet serve --port 0 --hive bob', { ...at, signal: stop.signal })
  const { url } = await until('it serves', () => findServer(serverFile(devnet.folder.path)))
  const signIn = async (...flags: readonly string[]) => {
    const { code, stdout } = await ela(['wallet', 'sign-in', url, '--json', ...flags], at)
    const { data, error } = JSON.parse(stdout)
    return { code, error: error?.code as string | undefined, ...data }
  }
  const refused = async (...flags: readonly string[]) => {
    const { code, error } = await signIn(...flags)
    return [code, error]
  }
  assert.equal(await refused(), [3, 'intent/nobodyApproves'])
  assert.equal(await refused('--deny'), [6, 'intent/denied'])
  // The node's own token cannot be checked before the node is published, nor the user's word.
  assert.equal(await refused('--approve'), [7, 'did/noDocument'])
  assert.is((await ela('did publish bob', at)).code, 0)
  assert.equal(await refused('--approve'), [6, 'signIn/refused'])
  assert.is((await ela('did publish alice', at)).code, 0)
  const { code, token, userDid, appDid, instanceDid } = await signIn('--approve', '--app', 'carol')
  assert.is(code, 0)
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
  const names = Object.fromEntries(devnetAccounts().map(({ name, did }) => [name, did.did]))
  assert.equal([claims.iss, claims.sub, claims.aud], [names['bob'], 'AccessToken', instanceDid])
  const props = JSON.parse(claims.props)
  assert.equal([props.userDid, props.appDid], [userDid, appDid])
  assert.equal([userDid, appDid], [names['alice'], names['carol']])
  const post = (path: string, body: object) =>
    fetch(url + path, { method: 'POST', body: JSON.stringify(body) })
  assert.is((await post('/api/v2/did/signin', { id: { id: 'x' } })).status, 400)
  assert.is((await post('/api/v2/did/auth', { challenge_response: token })).status, 401)
  stop.abort()
  await serving
  assert.equal(await refused('--approve'), [5, 'signIn/unreachable'])
})

test.run()
