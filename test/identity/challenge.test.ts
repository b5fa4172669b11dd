import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { answerChallenge, ChallengeDesk } from '../../src/identity/challenge.ts'
import { issueCredential } from '../../src/identity/credential.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { type Lookup, lookupIn } from '../../src/identity/did-documents.ts'
import { signToken } from '../../src/identity/token.ts'
import type { Json } from '../../src/protocol/did/canonical-json.ts'
import { type DidDocument, wholeDocumentText } from '../../src/protocol/did/document.ts'
import { fails } from '../support/fails.ts'

const test = suite('signing in by a challenge')
const TIME = 1_795_000_000
const DAY = 24 * 3600

function person(index: number) {
  const account = devnetAccounts()[index]
  assert.ok(account)
  const { did, privateKey } = account.did
  return { did, privateKey, document: newDocument({ privateKey, time: TIME }) }
}

const [user, node, instance, stranger] = [person(0), person(1), person(2), person(3)]
const published = lookupIn([user.document, node.document])

function json(document: DidDocument): Json {
  return JSON.parse(wholeDocumentText(document)) as Json
}

function vouched(issuer = user, days = 30, subject = instance.did) {
  return issueCredential({
    issuer,
    subject,
    fragment: 'app-id-credential',
    types: ['AppIdCredential'],
    properties: { appInstanceDid: subject, appDid: 'did:elastos:iApp' },
    time: TIME,
    expires: TIME + days * DAY,
  })
}

function desk(lookup: Lookup = published) {
  let time = TIME
  const desk = new ChallengeDesk(node, lookup, () => time)
  const pass = (seconds: number) => {
    time += seconds
  }
  return { desk, pass }
}

const answering = (challenge: string, credential = vouched(), lookup = published) =>
  answerChallenge({ challenge, instance, credential, lookup, time: TIME })

test('an app for which a user vouches is let in, for as long as that counts', async () => {
  const { desk: door } = desk()
  const response = await answering(await door.challengeFor(json(instance.document)))
  const { accessToken, ...who } = await door.accept(response)
  assert.equal(who, {
    userDid: user.did,
    appDid: 'did:elastos:iApp',
    instanceDid: instance.did,
    expires: TIME + 7 * DAY,
  })
  const claims = await door.checkAccess(accessToken)
  assert.is(claims['aud'], instance.did)
  const props = JSON.parse(String(claims['props']))
  assert.equal([props.userDid, props.appDid], [user.did, 'did:elastos:iApp'])
  const short = await answering(await door.challengeFor(json(instance.document)), vouched(user, 2))
  assert.is((await door.accept(short)).expires, TIME + 2 * DAY)
})

test('a challenge is answered once, in time, and by whom it was for', async () => {
  const { desk: door, pass } = desk()
  const challenge = await door.challengeFor(json(instance.document))
  const response = await answering(challenge)
  await door.accept(response)
  await fails('did/notAChallenge', () => door.accept(response))
  const late = await answering(await door.challengeFor(json(instance.document)))
  pass(180)
  await fails('did/notAChallenge', () => door.accept(late))
  await fails('did/wrongClaim', () =>
    answerChallenge({
      challenge,
      instance: stranger,
      credential: vouched(user, 30, stranger.did),
      lookup: published,
      time: TIME,
    }),
  )
})

test('nobody is let in by the word of one who is not published, or not by any', async () => {
  const { desk: door } = desk()
  const challenge = () => door.challengeFor(json(instance.document))
  const byStranger = await answering(await challenge(), vouched(stranger))
  await fails('did/noDocument', () => door.accept(byStranger))
  const expired = await answering(await challenge(), vouched(user, -1))
  await fails('did/expired', () => door.accept(expired))
  const other = issueCredential({
    issuer: user,
    subject: instance.did,
    fragment: 'name',
    types: [],
    properties: { name: 'x' },
    time: TIME,
    expires: TIME + DAY,
  })
  const byItself = await answering(await challenge(), vouched(instance))
  await fails('did/notAChallenge', () => door.accept(byItself))
  const without = await answering(await challenge(), other)
  await fails('did/notAChallenge', () => door.accept(without))
})

test('a document that its own key did not sign gets no challenge', async () => {
  const { desk: door } = desk()
  const forged = { ...instance.document, expires: '2030-01-01T00:00:00Z' }
  await fails('did/wrongSignature', () => door.challengeFor(json(forged)))
  await fails('did/malformed', () => door.challengeFor('nothing'))
})

test('only challenges are answered, and only access tokens of this node open doors', async () => {
  const claims = { sub: 'AccessToken', aud: instance.did, nonce: 'n' }
  const token = signToken({ signer: node, claims, time: TIME, lifeSeconds: 60 })
  await fails('did/notAChallenge', () => answering(token))
  const { desk: door } = desk()
  await door.checkAccess(token)
  const foreign = signToken({ signer: user, claims, time: TIME, lifeSeconds: 60 })
  await fails('did/wrongClaim', () => door.checkAccess(foreign))
  await fails('did/wrongClaim', async () =>
    door.checkAccess(await door.challengeFor(json(instance.document))),
  )
  await fails('did/notAChallenge', () => door.accept(token))
})

test.run()
