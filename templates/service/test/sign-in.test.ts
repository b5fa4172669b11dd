import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { answerSignIn, SignIn } from '../src/sign-in.ts'

const REALM = 'https://shop.example'
const NOW = Date.parse('2026-06-01T00:00:00Z')

interface Person {
  readonly did: string
  readonly document: Record<string, unknown>
  readonly privateKey: KeyObject
}

/** Somebody with a key. Which DID a key makes is the chain's business, so any name will do. */
function person(name: string): Person {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) % 2
  const key = Buffer.concat([Buffer.of(2 + odd), Buffer.from(x, 'base64url')])
  const did = `did:elastos:${name}`
  const document = {
    id: did,
    publicKey: [{ id: `${did}#primary`, publicKeyBase58: toBase58(key) }],
    authentication: ['#primary'],
  }
  return { did, document, privateKey }
}

function toBase58(bytes: Buffer): string {
  const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let text = ''
  for (let left = BigInt(`0x${bytes.toString('hex')}`); left > 0n; left /= 58n) {
    text = `${letters[Number(left % 58n)]}${text}`
  }
  return text
}

function signature({ privateKey }: Person, text: string): string {
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
  return sign('sha256', Buffer.from(text), key).toString('base64url')
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

const alice = person('iAlice')
const school = person('iSchool')
const people = [alice, school]

function credential(changes: object = {}, issuer = school) {
  const id = `${alice.did}#diploma`
  const subject = { id: alice.did, grade: 'A' }
  const claims = {
    id,
    type: ['Diploma'],
    issuer: issuer.did,
    credentialSubject: subject,
    ...changes,
  }
  const verificationMethod = `${issuer.did}#primary`
  return {
    ...claims,
    proof: { verificationMethod, signature: signature(issuer, JSON.stringify(claims)) },
  }
}

/** The token a wallet would answer with. */
function answer(
  question: { nonce: string; realm: string },
  wish: { credentials?: object[]; exp?: number } = {},
) {
  const { credentials = [], exp = NOW / 1000 + 60 } = wish
  const claims = {
    type: 'VerifiablePresentation',
    holder: alice.did,
    verifiableCredential: credentials,
  }
  const { nonce, realm } = question
  const proof = {
    verificationMethod: `${alice.did}#primary`,
    realm,
    nonce,
    signature: signature(alice, JSON.stringify(claims) + realm + nonce),
  }
  const presentation = { ...claims, proof }
  const text = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode({ iss: alice.did, exp, presentation })}`
  return `${text}.${signature(alice, text)}`
}

function desk(published = people) {
  let now = NOW
  const resolve = async (did: string) => published.find((one) => one.did === did)?.document
  const pass = (ms: number) => {
    now += ms
  }
  return { signIn: new SignIn(REALM, resolve, () => now), pass }
}

test('a person who answers the question gets a session', async () => {
  const { signIn, pass } = desk()
  const { did, session, shown } = await signIn.accept(
    answer(signIn.question(), { credentials: [credential()] }),
  )
  assert.equal(did, alice.did)
  assert.deepEqual(shown, { diploma: { grade: 'A' } })
  assert.equal(signIn.who(session), alice.did)
  assert.equal(signIn.who('other'), undefined)
  pass(25 * 60 * 60_000)
  assert.equal(signIn.who(session), undefined)
})

test('an answer counts once, for this service, and in time', async () => {
  const { signIn, pass } = desk()
  const token = answer(signIn.question())
  await signIn.accept(token)
  await assert.rejects(signIn.accept(token), /nonce/)
  await assert.rejects(signIn.accept(answer({ nonce: 'made up', realm: REALM })), /nonce/)
  const { nonce } = signIn.question()
  await assert.rejects(
    signIn.accept(answer({ nonce, realm: 'https://evil.example' })),
    /somebody else/,
  )
  await assert.rejects(signIn.accept(answer(signIn.question(), { exp: 1 })), /too old/)
  const late = signIn.question()
  pass(6 * 60_000)
  await assert.rejects(signIn.accept(answer(late, { exp: NOW })), /nonce/)
})

test('what is forged is refused', async () => {
  const { signIn } = desk()
  const [head, body, signed] = answer(signIn.question()).split('.')
  const forged = encode({
    ...JSON.parse(Buffer.from(body ?? '', 'base64url').toString()),
    sub: 'x',
  })
  await assert.rejects(signIn.accept(`${head}.${forged}.${signed}`), /forged/)
  await assert.rejects(signIn.accept(`${encode({ alg: 'none' })}.${body}.x`), /not signed/)
  const attempt = (credentials: object[]) =>
    signIn.accept(answer(signIn.question(), { credentials }))
  const changed = { ...credential(), credentialSubject: { id: alice.did, grade: 'A+' } }
  await assert.rejects(attempt([changed]), /signature/)
  await assert.rejects(attempt([credential({ credentialSubject: { id: school.did } })]), /about/)
  await assert.rejects(attempt([credential({ expirationDate: '2026-01-01T00:00:00Z' })]), /expired/)
  const unsaid = { ...credential(), issuer: alice.did }
  await assert.rejects(attempt([unsaid]), /issuer/)
})

test('who is not published is refused', async () => {
  const { signIn } = desk([])
  await assert.rejects(signIn.accept(answer(signIn.question())), /not published/)
})

test('the service answers pages', async (t) => {
  const { signIn } = desk()
  const server = createServer(async (request, response) => {
    if (!(await answerSignIn(signIn, request, response))) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.closeAllConnections())
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const post = (body: string) => fetch(`${url}/sign-in`, { method: 'POST', body })
  const question = (await (await fetch(`${url}/sign-in`)).json()) as {
    nonce: string
    realm: string
  }
  const { session } = (await (await post(JSON.stringify({ token: answer(question) }))).json()) as {
    session: string
  }
  const me = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${session}` } })
  assert.deepEqual(await me.json(), { did: alice.did })
  assert.equal((await fetch(`${url}/me`)).status, 401)
  for (const body of ['', '[]', '{"token":1}', '{"token":"a.b.c"}', 'x'.repeat(300_000)]) {
    assert.equal((await post(body)).status, 401)
  }
  assert.equal((await fetch(`${url}/other`)).status, 404)
})
