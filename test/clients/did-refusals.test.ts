/** Changed documents, credentials and presentations, judged by the DID SDK and by `ela … verify`. */
import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { eidProject } from '../support/eid-project.ts'
import { connect, PASSWORD, sdk, storeOf } from '../support/eid-sdk.ts'

const test = suite('ela verify and did-js-sdk judge alike')

test('refuses credentials and presentations that the SDK refuses, and no others', async () => {
  await using project = await eidProject()
  const { folder, run } = project
  connect(project)
  const { store, root } = await storeOf(project)
  const [first, second] = [await root.newDid(PASSWORD, 0), await root.newDid(PASSWORD, 1)]
  for (const document of [first, second]) await document.publish(PASSWORD)
  const [me, other] = [first, second].map((one) => one.getSubject().toString())
  const issuer = await sdk.Issuer.create(await store.loadDid(second.getSubject()), null)
  const made = await issuer
    .issueFor(first.getSubject())
    .id('#profile')
    .types('ProfileCredential')
    .properties({ name: 'Alice' })
    .seal(PASSWORD)
  const credential = JSON.parse(made.toString(true))
  const builder = await sdk.VerifiablePresentation.createFor(first.getSubject(), null, store)
  const sealed = await builder.credentials(made).realm('r').nonce('n').seal(PASSWORD)
  const presentation = JSON.parse(sealed.toString(true))
  const compare = async (kind: 'credential' | 'presentation', what: string, value: object) => {
    const text = JSON.stringify(value)
    const reader = kind === 'credential' ? sdk.VerifiableCredential : sdk.VerifiablePresentation
    const read = async () => reader.parse(text).isValid()
    const theirs = await read().catch(() => false)
    writeFileSync(folder.join('it.json'), text)
    const { code } = await run(`${kind} verify ${folder.join('it.json')}`)
    assert.equal([kind, what, code], [kind, what, theirs ? 0 : 7])
  }
  const { proof, credentialSubject } = credential
  const changes: Readonly<Record<string, object>> = {
    unchanged: {},
    'no id': { id: undefined },
    'short id': { id: '#profile' },
    "another's id": { id: `${other}#profile` },
    'no type': { type: undefined },
    'types in another order': { type: [...credential.type].reverse() },
    'no issuer': { issuer: undefined },
    'another issuer': { issuer: me },
    'no issuance date': { issuanceDate: undefined },
    'no end': { expirationDate: undefined },
    'another end': { expirationDate: '2020-01-01T00:00:00Z' },
    'no subject': { credentialSubject: undefined },
    'another subject': { credentialSubject: { ...credentialSubject, id: other } },
    'more claims': { credentialSubject: { ...credentialSubject, more: 1 } },
    'no proof': { proof: undefined },
    'proof of another type': { proof: { ...proof, type: 'Other' } },
    'proof without type': { proof: { ...proof, type: undefined } },
    'proof without time': { proof: { ...proof, created: undefined } },
    'short method': { proof: { ...proof, verificationMethod: '#primary' } },
    'unknown method': { proof: { ...proof, verificationMethod: `${other}#second` } },
    "another's method": { proof: { ...proof, verificationMethod: `${me}#primary` } },
    'no signature': { proof: { ...proof, signature: undefined } },
    'unknown member': { note: 'not signed' },
  }
  for (const [what, change] of Object.entries(changes)) {
    const changed = { ...credential, ...change }
    await compare('credential', what, changed)
    await compare('presentation', what, { ...presentation, verifiableCredential: [changed] })
  }
  const proofOf = (change: object) => ({ proof: { ...presentation.proof, ...change } })
  const others: Readonly<Record<string, object>> = {
    'another nonce': proofOf({ nonce: 'm' }),
    'another realm': proofOf({ realm: 's' }),
    'no nonce': proofOf({ nonce: undefined }),
    'no realm': proofOf({ realm: undefined }),
    'nonce in the realm': proofOf({ nonce: '', realm: 'rn' }),
    'no credential': { verifiableCredential: [] },
    'credential twice': { verifiableCredential: [credential, credential] },
    'another holder': { holder: other },
    'no holder': { holder: undefined },
    'another type': { type: 'OtherPresentation' },
    'no type': { type: undefined },
  }
  for (const [what, change] of Object.entries(others)) {
    await compare('presentation', what, { ...presentation, ...change })
  }
})

test('refuses documents that the SDK refuses, and no others', async () => {
  await using project = await eidProject()
  const { folder, run } = project
  connect(project)
  const { root } = await storeOf(project)
  const document = JSON.parse((await root.newDid(PASSWORD, 0)).toString(true))
  const key = document.publicKey[0]
  const changes: Readonly<Record<string, object>> = {
    unchanged: {},
    'no id': { id: undefined },
    'another id': { id: 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y' },
    'no key': { publicKey: [] },
    'key twice': { publicKey: [key, key] },
    'key without base58': { publicKey: [{ ...key, publicKeyBase58: undefined }] },
    'unknown authentication': { authentication: ['#other'] },
    'no authentication': { authentication: undefined },
    'own key as authorization': { authorization: [key.id] },
    'no end': { expires: undefined },
    'no proof': { proof: undefined },
    'proof of another type': { proof: { ...document.proof, type: 'Other' } },
    'proof without type': { proof: { ...document.proof, type: undefined } },
    'proof without creator': { proof: { ...document.proof, creator: undefined } },
    'proof without time': { proof: { ...document.proof, created: undefined } },
    'short proof': { proof: { ...document.proof, signatureValue: 'AAAA' } },
    'multisig alone': { multisig: '1:1' },
    'service without type': { service: [{ id: '#a', serviceEndpoint: 'x:' }] },
    'added service': { service: [{ id: '#a', type: 'T', serviceEndpoint: 'x:' }] },
    'empty lists': { service: [], verifiableCredential: [], authorization: [] },
    'unknown member': { note: 'not signed' },
  }
  for (const [what, change] of Object.entries(changes)) {
    const text = JSON.stringify({ ...document, ...change })
    const theirs = await sdk.DIDDocument.parseAsync(text)
      .then((one: { isGenuine: () => boolean }) => one.isGenuine())
      .catch(() => false)
    writeFileSync(folder.join('document.json'), text)
    const { code } = await run(`did verify ${folder.join('document.json')}`)
    assert.equal([what, code], [what, theirs ? 0 : 7])
  }
})

test.run()
