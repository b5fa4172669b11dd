import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { accountsOf } from '../../src/identity/accounts.ts'
import {
  type CredentialWish,
  checkCredential,
  checkGenuine,
  issueCredential,
} from '../../src/identity/credential.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { type Lookup, lookupIn } from '../../src/identity/did-documents.ts'
import { seedOfMnemonic } from '../../src/identity/mnemonic.ts'
import {
  checkGenuinePresentation,
  checkPresentation,
  present,
} from '../../src/identity/presentation.ts'
import { checkToken, signToken } from '../../src/identity/token.ts'
import { type Json, type JsonObject, parseJson } from '../../src/protocol/did/canonical-json.ts'
import { credentialText, wholeCredentialText } from '../../src/protocol/did/credential.ts'
import { readCredential } from '../../src/protocol/did/credential-form.ts'
import { encodeKey } from '../../src/protocol/did/did.ts'
import { parseDocument } from '../../src/protocol/did/document.ts'
import { jwtSignedText } from '../../src/protocol/did/jwt.ts'
import { presentationText, readPresentation } from '../../src/protocol/did/presentation.ts'
import { signText } from '../../src/protocol/did/sign.ts'
import { fails } from '../support/fails.ts'

const test = suite('identity: credentials, presentations and tokens')
const TIME = 1_795_000_000
const YEAR = 365 * 24 * 3600

function read<T>(name: string): T {
  const file = new URL(`../vectors/did/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

interface Forms {
  readonly credentials: readonly { source: string; credential: Json; signedText: string }[]
  readonly presentations: readonly { source: string; presentation: Json }[]
  readonly identityForms: {
    readonly jwt: { readonly compact: string }
    readonly appDocument: { readonly document: Json }
    readonly appIdCredential: { readonly credential: Json }
    readonly presentation: { readonly presentation: Json }
  }
}

const forms = read<Forms>('presentations')
const { documents } = read<{ documents: readonly { source: string; document: Json }[] }>(
  'documents',
)

/** The documents that stand beside a vector: same repository, same generation or the next. */
function lookupFor(source: string): Lookup {
  const folder = source.startsWith('eid') ? 'eid/' : 'didjs/'
  // A customized DID that was given away has other keys from then on.
  const near = documents.filter(
    (one) => one.source.startsWith(folder) && !one.source.includes('foobar.new'),
  )
  const version = /v1|v2\.2|v2/.exec(source)?.[0] ?? ''
  const ordered = [
    ...near.filter((one) => one.source.includes(`/${version}/`)),
    ...near,
    ...documents,
  ]
  return lookupIn(ordered.map(({ document }) => parseDocument(document)))
}

function person(index: number) {
  const account = devnetAccounts()[index]
  assert.ok(account)
  const { did, privateKey } = account.did
  return { did, privateKey, document: newDocument({ privateKey, time: TIME }) }
}

const alice = person(0)
const bob = person(1)
const lookup = lookupIn([alice.document, bob.document])

function wish(changes: Partial<CredentialWish> = {}): CredentialWish {
  return {
    issuer: bob,
    subject: alice.did,
    fragment: 'email',
    types: ['EmailCredential'],
    properties: { email: 'alice@example.com', verified: true, age: 30 },
    time: TIME,
    expires: TIME + YEAR,
    ...changes,
  }
}

test('every credential of other programs is genuine', async () => {
  for (const { source, credential, signedText } of forms.credentials) {
    const holder = /(did:elastos:\w+)#/.exec(signedText)?.[1]
    await checkGenuine(readCredential(credential, holder), lookupFor(source))
  }
})

test('every presentation of other programs is genuine', async () => {
  for (const { source, presentation } of forms.presentations) {
    await checkGenuinePresentation(readPresentation(presentation), lookupFor(source))
  }
})

test('no presentation stays genuine when one letter of it changes', async () => {
  for (const { source, presentation } of forms.presentations) {
    const read = readPresentation(presentation)
    const lookup = lookupFor(source)
    const changed = { ...read, proof: { ...read.proof, nonce: `${read.proof.nonce}x` } }
    await fails('did/wrongSignature', () => checkGenuinePresentation(changed, lookup))
    const [first] = read.credentials
    if (first === undefined) continue
    const subject: JsonObject = { ...first.credentialSubject, added: 1 }
    const forged = { ...read, credentials: [{ ...first, credentialSubject: subject }] }
    await fails('did/wrongSignature', () => checkGenuinePresentation(forged, lookup))
  }
})

test('an issued credential is genuine, and reads back the same', async () => {
  const credential = issueCredential(wish())
  assert.is(credential.id, `${alice.did}#email`)
  assert.equal(credential.type, ['EmailCredential', 'VerifiableCredential'])
  await checkCredential(credential, lookup, TIME)
  const again = readCredential(parseJson(wholeCredentialText(credential), 'it'))
  assert.is(credentialText(again), credentialText(credential))
  await checkCredential(again, lookup, TIME)
})

test('what node and libraries sign differently is not issued', async () => {
  const issue = (properties: JsonObject) => () => issueCredential(wish({ properties }))
  for (const text of ['a & b', '<b>', '\u2028', '\b', '\f', 'e\u0301', '\ud800']) {
    await fails('did/unsafeCharacter', issue({ text }))
  }
  for (const number of [0.1, 1e-7, 1e21, 2 ** 53])
    await fails('did/unsafeNumber', issue({ number }))
  await fails('did/malformed', issue({ list: [1, null] }))
  await fails('did/unsafeKey', issue({ '10': 'ten' }))
  await fails('did/unsafeKey', issue({ '\u{1f600}': 'smile' }))
})

test('a credential that counts no more is told apart', async () => {
  const credential = issueCredential(wish())
  await fails('did/expired', () => checkCredential(credential, lookup, TIME + 2 * YEAR))
  const revoking = { ...lookup, isRevoked: async () => true }
  await fails('did/revoked', () => checkCredential(credential, revoking, TIME))
  const ended: Lookup = {
    ...lookup,
    did: async (did) => {
      const known = await lookup.did(did)
      return known === undefined ? undefined : { ...known, deactivated: true }
    },
  }
  await fails('did/signerDeactivated', () => checkCredential(credential, ended, TIME))
  await fails('did/noDocument', () => checkCredential(credential, lookupIn([]), TIME))
})

test('a credential that somebody else signed is refused', async () => {
  const credential = issueCredential(wish())
  const method = { ...credential.proof, verificationMethod: `${alice.did}#primary` }
  await fails('did/wrongKey', () => checkGenuine({ ...credential, proof: method }, lookup))
  const type = { ...credential.proof, type: 'Ed25519' }
  await fails('did/wrongProofType', () => checkGenuine({ ...credential, proof: type }, lookup))
  const id = `${bob.did}#email`
  await fails('did/wrongScope', () => checkGenuine({ ...credential, id }, lookup))
  const forged = issueCredential(wish({ issuer: { did: bob.did, privateKey: alice.privateKey } }))
  await fails('did/wrongSignature', () => checkGenuine(forged, lookup))
})

test('a presentation answers one question only', async () => {
  const credentials = [issueCredential(wish())]
  const question = { nonce: 'n1', realm: 'https://example.com' }
  const presentation = present({ holder: alice, credentials, time: TIME, ...question })
  const check = { lookup, time: TIME }
  assert.is(await checkPresentation(presentation, question, check), alice.did)
  const again = readPresentation(parseJson(presentationText(presentation), 'it'))
  assert.is(await checkPresentation(again, question, check), alice.did)
  const other = (changes: object) => () =>
    checkPresentation(presentation, { ...question, ...changes }, check)
  await fails('did/wrongChallenge', other({ nonce: 'n2' }))
  await fails('did/wrongChallenge', other({ realm: 'https://evil.example' }))
})

test("nobody presents another's credential", async () => {
  const credentials = [issueCredential(wish())]
  const question = { nonce: 'n', realm: 'r' }
  await fails('did/notTheHolders', () =>
    present({ holder: bob, credentials, time: TIME, ...question }),
  )
  const own = present({ holder: bob, credentials: [], time: TIME, ...question })
  await fails('did/notTheHolders', () =>
    checkPresentation({ ...own, credentials }, question, { lookup, time: TIME }),
  )
})

test('a token is valid for its time, its audience and its signer', async () => {
  const token = signToken({
    signer: alice,
    claims: { sub: 'x', aud: 'shop' },
    time: TIME,
    lifeSeconds: 60,
  })
  const check = { lookup, time: TIME + 1 }
  const claims = await checkToken(token, { ...check, audience: 'shop' })
  assert.is(claims['iss'], alice.did)
  await fails('did/wrongClaim', () => checkToken(token, { ...check, audience: 'other' }))
  await fails('did/expired', () => checkToken(token, { ...check, time: TIME + 60 }))
  await fails('did/notYetValid', () => checkToken(token, { ...check, time: TIME - 1 }))
  await fails('did/noDocument', () => checkToken(token, { ...check, lookup: lookupIn([]) }))
  const [head = '', , signature = ''] = token.split('.')
  const claimsOfBob = Buffer.from(JSON.stringify({ ...claims, iss: bob.did })).toString('base64url')
  await fails('did/wrongSignature', () => checkToken(`${head}.${claimsOfBob}.${signature}`, check))
  const signed = (more: JsonObject) => {
    const text = jwtSignedText({ iss: alice.did, ...more })
    return `${text}.${signText(text, alice.privateKey)}`
  }
  await checkToken(signed({}), check)
  for (const when of ['soon', null, 1e300]) {
    await fails('did/wrongClaim', () => checkToken(signed({ exp: when }), check))
    await fails('did/wrongClaim', () => checkToken(signed({ nbf: when }), check))
  }
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  await fails('did/wrongSignature', () => checkToken(`${none}.${token.split('.')[1]}.`, check))
})

test('the forms of the application flow verify', async () => {
  const { appDocument, appIdCredential, presentation, jwt } = forms.identityForms
  const app = parseDocument(appDocument.document)
  const [info] = app.verifiableCredential
  assert.ok(info)
  await checkGenuine(info, lookupIn([app]))
  const credential = readCredential(appIdCredential.credential)
  await checkGenuine(credential, lookupIn([keyDocument(credential.issuer)]))
  const shown = readPresentation(presentation.presentation)
  assert.equal(shown.credentials, [credential])
  const both = lookupIn([credential.issuer, shown.holder].map(keyDocument))
  await checkGenuinePresentation(shown, both)
  const time = 1_700_000_000
  const claims = await checkToken(jwt.compact, { lookup: both, time, audience: 'aud' })
  assert.is(claims['iss'], credential.issuer)
})

/** A document with nothing but the key the DID is made from. */
function keyDocument(did: string) {
  const account = accountsOf(
    seedOfMnemonic('cloth always junk crash fun exist stumble shift over benefit fun toe'),
  )
  const found = [0, 1, 2, 3].map((index) => account(index).did).find((one) => one.did === did)
  assert.ok(found, did)
  const id = `${did}#primary`
  const key = { id, publicKeyBase58: encodeKey(found.publicKey) }
  return parseDocument({ id: did, publicKey: [key], authentication: [id] })
}

test.run()
