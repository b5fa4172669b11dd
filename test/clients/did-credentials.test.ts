/**
 * The unmodified DID SDK reads what we write, and we read what it writes: credentials,
 * presentations, tokens, and all that the wallet answers. Both refuse what was changed.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lookupOn } from '../../src/identity/chain-lookup.ts'
import { answerChallenge, CHALLENGE_SUBJECT, ChallengeDesk } from '../../src/identity/challenge.ts'
import { checkCredential, issueCredential } from '../../src/identity/credential.ts'
import { DEVNET_PHRASE, devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { checkPresentation, present } from '../../src/identity/presentation.ts'
import { checkToken, signToken } from '../../src/identity/token.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { type Json, type JsonObject, parseJson } from '../../src/protocol/did/canonical-json.ts'
import { wholeCredentialText } from '../../src/protocol/did/credential.ts'
import { readCredential } from '../../src/protocol/did/credential-form.ts'
import { wholeDocumentText } from '../../src/protocol/did/document.ts'
import { readJwt } from '../../src/protocol/did/jwt.ts'
import { presentationText, readPresentation } from '../../src/protocol/did/presentation.ts'
import { changeDid } from '../../src/wallet/did-change.ts'
import { IntentDesk } from '../../src/wallet/intents/desk.ts'
import type { Hand } from '../../src/wallet/intents/hand.ts'
import { ApprovalRules } from '../../src/wallet/intents/rules.ts'
import { connectSdk, loadSdk, type Sdk, type SdkDid, type SdkStore } from '../support/did-js-sdk.ts'
import { fails } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { startNode, type TestNode } from '../support/node.ts'

const test = suite('credentials and presentations, ours and of did-js-sdk')
const PASSWORD = 'a password of the store'
const DID_PAGE = 'https://did.web3essentials.io'
const DAY = 24 * 3600
const [alice, bob, carol] = devnetAccounts()
assert.ok(alice && bob && carol)
const now = () => Math.floor(Date.now() / 1000)

interface Checked {
  isGenuine(): Promise<boolean>
  isValid(): Promise<boolean>
  toString(normalized: boolean): string
}

interface PresentationBuilder {
  credentials(...credentials: readonly Checked[]): PresentationBuilder
  nonce(nonce: string): PresentationBuilder
  realm(realm: string): PresentationBuilder
  seal(password: string): Promise<Checked>
}

interface CredentialBuilder {
  id(fragment: string): CredentialBuilder
  types(...types: string[]): CredentialBuilder
  properties(properties: object): CredentialBuilder
  seal(password: string): Promise<Checked>
}

interface TokenBuilder {
  addHeader(name: string, value: string): TokenBuilder
  claims(name: string, value: unknown): TokenBuilder
  setAudience(audience: string): TokenBuilder
  setSubject(subject: string): TokenBuilder
  setIssuedAt(at: number): TokenBuilder
  setExpiration(at: number): TokenBuilder
  sign(password: string): Promise<string>
}

interface MoreSdk {
  readonly VerifiableCredential: { parse(content: string): Checked }
  readonly VerifiablePresentation: {
    parse(content: string): Checked
    createFor(did: SdkDid, key: null, store: SdkStore): Promise<PresentationBuilder>
  }
  readonly Issuer: {
    create(document: object, key: null): Promise<{ issueFor(did: SdkDid): CredentialBuilder }>
  }
  readonly JWTParserBuilder: new () => {
    build(): { parse(token: string): Promise<{ getBody(): { getJWTPayload(): JsonObject } }> }
  }
}

interface Both {
  readonly sdk: Omit<Sdk, keyof MoreSdk> & MoreSdk
  readonly rpc: string
  readonly node: TestNode
  readonly hand: Hand
}

/** An EID node on which alice, bob and carol are published, and the SDK looking at it. */
async function setUp(folder: TemporaryFolder, node: TestNode): Promise<Both> {
  const rpc = String(node.entry['rpc'])
  const chain = {
    rpc,
    chainId: Number(node.entry['chainId']),
    contract: String(node.entry['didContract']),
  }
  const signal = AbortSignal.timeout(60_000)
  for (const { did, evm } of devnetAccounts().slice(0, 3)) {
    await changeDid({
      authority: { name: did.did, did: did.did, signers: [did] },
      paying: { chain, payerKey: evm.privateKey, waitMs: 10_000, signal },
      when: 'new',
      edit: (document) => document,
    })
  }
  const sdk = loadSdk()
  connectSdk(sdk, rpc, () => Promise.reject(new TypeError('nothing is published here')))
  const hand: Hand = {
    account: alice as Hand['account'],
    mainchain: undefined,
    esc: undefined,
    eid: chain,
    boxFile: folder.join('wallet.json'),
    waitMs: 10_000,
    signal,
    now,
  }
  return { sdk: sdk as unknown as Both['sdk'], rpc, node, hand }
}

/** The devnet's accounts in a store of the SDK; `at(0)` is alice. */
async function sdkAccounts({ sdk }: Both, folder: TemporaryFolder) {
  const store = await sdk.DIDStore.open(folder.join('store'))
  const root = await sdk.RootIdentity.createFromMnemonic(DEVNET_PHRASE, '', store, PASSWORD, true)
  const documents = await Promise.all([0, 1, 2].map((index) => root.newDid(PASSWORD, index)))
  const at = (index: number) => {
    const document = documents[index]
    assert.ok(document)
    return document as typeof document & { jwtBuilder(): TokenBuilder }
  }
  return { store, at }
}

async function parseToken({ sdk }: Both, token: string): Promise<JsonObject> {
  const jwt = await new sdk.JWTParserBuilder().build().parse(token)
  return jwt.getBody().getJWTPayload()
}

test('the SDK finds what we sign valid, and what was changed not', async () => {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  const both = await setUp(folder, node)
  const { sdk, rpc } = both
  const credential = issueCredential({
    issuer: bob.did,
    subject: alice.did.did,
    fragment: 'diploma',
    types: ['https://school.example/v1#DiplomaCredential'],
    properties: { grade: 'A', year: 2026, zeta: { b: [1, 'zwei', true], a: 'ä' }, Alpha: '' },
    time: now(),
    expires: now() + 30 * DAY,
  })
  const text = wholeCredentialText(credential)
  const parsed = sdk.VerifiableCredential.parse(text)
  assert.ok(await parsed.isGenuine())
  assert.ok(await parsed.isValid())
  assert.is(parsed.toString(true), text)
  assert.not(await sdk.VerifiableCredential.parse(text.replace('"A"', '"B"')).isGenuine())

  const question = { nonce: 'nonce-1', realm: 'https://shop.example/' }
  const credentials = [credential]
  const presentation = present({ holder: alice.did, credentials, time: now(), ...question })
  const whole = presentationText(presentation)
  const shown = sdk.VerifiablePresentation.parse(whole)
  assert.ok(await shown.isGenuine())
  assert.ok(await shown.isValid())
  assert.is(shown.toString(true), whole)
  const changed = sdk.VerifiablePresentation.parse(whole.replace('nonce-1', 'nonce-2'))
  assert.not(await changed.isValid())

  const claims = { sub: 'greeting', aud: 'shop', text: 'hällo' }
  const token = signToken({ signer: alice.did, claims, time: now(), lifeSeconds: 60 })
  const body = await parseToken(both, token)
  assert.equal([body['iss'], body['text']], [alice.did.did, 'hällo'])
  const forged = `${token.slice(0, -8)}AAAAAAAA`
  await fails('did/wrongSignature', () =>
    checkToken(forged, { lookup: lookupOn(rpc), time: now() }),
  )
  let refusedByTheSdk = false
  await parseToken(both, forged).catch(() => {
    refusedByTheSdk = true
  })
  assert.ok(refusedByTheSdk)
})

test('we find what the SDK signs valid, and what was changed not', async () => {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  const both = await setUp(folder, node)
  const { sdk, rpc } = both
  const { store, at } = await sdkAccounts(both, folder)
  const lookup = lookupOn(rpc)
  const issuer = await sdk.Issuer.create(at(1), null)
  const issued = await issuer
    .issueFor(at(0).getSubject())
    .id('#diploma')
    .types('DiplomaCredential')
    .properties({ grade: 'A', nested: { z: 1, a: [true, 2] }, name: 'Zoë' })
    .seal(PASSWORD)
  // Both forms: full, and short as inside a document.
  const full = readCredential(parseJson(issued.toString(true), 'it'))
  const short = readCredential(parseJson(issued.toString(false), 'it'), alice.did.did)
  assert.equal(short, full)
  await checkCredential(full, lookup, now())
  const subject = { ...full.credentialSubject, grade: 'B' }
  const changed = { ...full, credentialSubject: subject }
  await fails('did/wrongSignature', () => checkCredential(changed, lookup, now()))

  const question = { nonce: 'n', realm: 'https://shop.example/' }
  const builder = await sdk.VerifiablePresentation.createFor(at(0).getSubject(), null, store)
  const shown = await builder
    .credentials(issued)
    .nonce(question.nonce)
    .realm(question.realm)
    .seal(PASSWORD)
  const presentation = readPresentation(parseJson(shown.toString(true), 'it'))
  const check = { lookup, time: now() }
  assert.is(await checkPresentation(presentation, question, check), alice.did.did)
  const { proof } = presentation
  const other = { ...presentation, proof: { ...proof, realm: 'https://evil.example' } }
  await fails('did/wrongSignature', () =>
    checkPresentation(other, { nonce: 'n', realm: 'https://evil.example' }, check),
  )

  const token = await at(0)
    .jwtBuilder()
    .addHeader('typ', 'JWT')
    .setSubject('s')
    .setAudience('shop')
    .claims('presentation', JSON.parse(shown.toString(true)))
    .setIssuedAt(now())
    .setExpiration(now() + 60)
    .sign(PASSWORD)
  const claims = await checkToken(token, { ...check, audience: 'shop' })
  const inside = readPresentation(claims['presentation'] as Json)
  assert.is(await checkPresentation(inside, question, check), alice.did.did)
})

test('what the wallet answers to sign-in intents is valid for the SDK', async () => {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  const both = await setUp(folder, node)
  const { sdk, hand } = both
  const rules = new ApprovalRules()
  rules.set('*', 'approve')
  const desk = new IntentDesk({ handOf: () => hand, rules, patienceMs: 1000 })
  const answered = async (url: string) => {
    const { result, status, error } = await desk.submit(url)
    assert.is(status, 'done', error?.message)
    return parseToken(both, String(result['jwt']))
  }
  const claims = encodeURIComponent('{"name":true,"email":{"required":false}}')
  const access = await answered(`${DID_PAGE}/credaccess?claims=${claims}&nonce=n1&realm=shop`)
  assert.equal([access['type'], access['did']], ['credaccess', alice.did.did])
  const first = sdk.VerifiablePresentation.parse(JSON.stringify(access['presentation']))
  assert.ok(await first.isValid())
  const { verifiableCredential } = access['presentation'] as { verifiableCredential: object[] }
  assert.is(verifiableCredential.length, 1)

  const request = {
    _version: 2,
    claims: [
      {
        reason: 'Your name',
        min: 1,
        max: 1,
        claims: [{ query: "$[?(@.type.indexOf('NameCredential') >= 0)]" }],
      },
      { reason: 'Your email', min: 0, max: 1, claims: [{ query: '$[?(@.id.match(/#email$/))]' }] },
    ],
    nonce: 'n2',
    realm: 'https://shop.example',
  }
  // The form of the connectivity library: a token, its issuer becoming the audience.
  const asking = signToken({
    signer: carol.did,
    claims: { request, caller: carol.did.did },
    time: now(),
    lifeSeconds: 60,
  })
  const shown = await answered(`${DID_PAGE}/requestcredentials/${asking}`)
  assert.equal([shown['type'], shown['aud']], ['requestcredentials', carol.did.did])
  assert.is(shown['req'], `elastos://requestcredentials/${asking}`)
  assert.is(Number(shown['exp']) - Number(shown['iat']), DAY)
  const second = sdk.VerifiablePresentation.parse(JSON.stringify(shown['presentation']))
  assert.ok(await second.isValid())
  const { proof } = shown['presentation'] as { proof: { nonce: string; realm: string } }
  assert.equal([proof.nonce, proof.realm], ['n2', 'https://shop.example'])

  const signed = await answered(`${DID_PAGE}/didsign?data=hello`)
  const document = await (await sdkAccounts(both, folder)).at(0).getSubject().resolve(true)
  const verify = document as unknown as {
    verify(id: string, signature: string, ...data: readonly Buffer[]): boolean
  }
  assert.ok(verify.verify('#primary', String(signed['signature']), Buffer.from('hello')))
  assert.not(verify.verify('#primary', String(signed['signature']), Buffer.from('hallo')))
})

test('the challenge handshake works with the SDK on either side', async () => {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  const both = await setUp(folder, node)
  const { sdk, rpc, hand } = both
  const { store, at } = await sdkAccounts(both, folder)
  const lookup = lookupOn(rpc)
  const instance = devnetAccounts()[5]?.did
  assert.ok(instance)
  const rules = new ApprovalRules()
  rules.set('appidcredissue', 'approve')
  const desk = new IntentDesk({ handOf: () => hand, rules, patienceMs: 1000 })
  const { result } = await desk.submit(
    `${DID_PAGE}/appidcredissue?appinstancedid=${instance.did}&appdid=${carol.did.did}`,
  )
  const text = String(result['credential'])
  assert.ok(await sdk.VerifiableCredential.parse(text).isValid())
  const credential = readCredential(parseJson(text, 'it'))

  // The SDK is the node (bob), we are the app.
  const challenge = await at(1)
    .jwtBuilder()
    .addHeader('typ', 'JWT')
    .setSubject(CHALLENGE_SUBJECT)
    .setAudience(instance.did)
    .claims('nonce', 'n-of-the-node')
    .setExpiration(now() + 180)
    .sign(PASSWORD)
  const response = await answerChallenge({ challenge, instance, credential, lookup, time: now() })
  const { presentation } = readJwt(response).claims as { presentation: JsonObject }
  // The app's DID is unpublished, so the SDK can only compare texts; signatures are checked below.
  const parsed = sdk.VerifiablePresentation.parse(JSON.stringify(presentation))
  assert.is(parsed.toString(true), JSON.stringify(presentation))

  // The SDK is the app (carol's key, published, so that it can be both), we are the node.
  const own = await desk.submit(
    `${DID_PAGE}/appidcredissue?appinstancedid=${carol.did.did}&appdid=${carol.did.did}`,
  )
  const door = new ChallengeDesk(bob.did, lookup, now)
  const document = newDocument({ privateKey: carol.did.privateKey, time: now() })
  const asked = await door.challengeFor(parseJson(wholeDocumentText(document), 'it'))
  const { nonce, iss } = await parseToken(both, asked)
  const builder = await sdk.VerifiablePresentation.createFor(at(2).getSubject(), null, store)
  const shown = await builder
    .credentials(sdk.VerifiableCredential.parse(String(own.result['credential'])))
    .nonce(String(nonce))
    .realm(String(iss))
    .seal(PASSWORD)
  const answer = await at(2)
    .jwtBuilder()
    .addHeader('typ', 'JWT')
    .setSubject('DIDAuthResponse')
    .setAudience(String(iss))
    .claims('presentation', JSON.parse(shown.toString(true)))
    .setExpiration(now() + 60)
    .sign(PASSWORD)
  const { accessToken, userDid, appDid } = await door.accept(answer)
  assert.equal([userDid, appDid], [alice.did.did, carol.did.did])
  const access = await parseToken(both, accessToken)
  assert.is(access['iss'], bob.did.did)
})

test.run()
