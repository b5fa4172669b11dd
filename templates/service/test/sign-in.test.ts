import assert from 'node:assert/strict'
import test from 'node:test'
import { SignIn } from '../src/sign-in.ts'
import { alice, answer, credential, encode, NOW, people, person, REALM, school } from './people.ts'

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
  const again = await signIn.accept(answer(signIn.question(), { exp: NOW }))
  signIn.end(again.session)
  assert.equal(signIn.who(again.session), undefined)
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

test('an answer to a question that somebody else was asked is refused', async () => {
  const { signIn } = desk()
  const question = signIn.question()
  const token = answer(question)
  await assert.rejects(signIn.accept(token, signIn.question().nonce), /begun elsewhere/)
  await assert.rejects(signIn.accept(token, ''), /begun elsewhere/)
  assert.equal((await signIn.accept(token, question.nonce)).did, alice.did)
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

test('who took the name or the letters of somebody else is refused', async () => {
  const address = person(`i${'A'.repeat(33)}`)
  const taken = { ...address, document: { ...address.document, controller: school.did } }
  for (const [who, why] of [
    [taken, /was taken/],
    [{ ...alice, document: { ...alice.document, id: 'did:elastos:ialice' } }, /another DID/],
  ] as const) {
    const { signIn } = desk([who])
    await assert.rejects(signIn.accept(answer(signIn.question(), { from: who })), why)
  }
  const { signIn } = desk([address])
  assert.equal((await signIn.accept(answer(signIn.question(), { from: address }))).did, address.did)
})

test('a token whose end is no time is refused', async () => {
  const { signIn } = desk()
  const endless = answer(signIn.question(), { exp: 'never' as unknown as number })
  await assert.rejects(signIn.accept(endless), /too old/)
})

test('who is not published is refused', async () => {
  const { signIn } = desk([])
  await assert.rejects(signIn.accept(answer(signIn.question())), /not published/)
})
