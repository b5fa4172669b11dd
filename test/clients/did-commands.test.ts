/** What `ela did`, `credential` and `app` write is read by the unmodified DID SDK, and the other way round. */
import { readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type EidProject, eidProject } from '../support/eid-project.ts'
import { accountOf, connect, PASSWORD, sdk, storeOf } from '../support/eid-sdk.ts'

const test = suite('ela did and did-js-sdk read each other')

async function done(line: string | readonly string[], { run }: EidProject) {
  const answer = await run(line)
  assert.equal([line, answer.code, answer.error], [line, 0, undefined])
  return answer.data
}

const resolved = async (did: string) => sdk.DID.from(did).resolve(true)

test('documents: keys, services, customized, shared and given away', async () => {
  await using project = await eidProject()
  connect(project)
  for (const name of ['alice', 'bob', 'carol', 'dave']) await done(`did publish ${name}`, project)
  const alice = accountOf('alice').did.did
  await done('did new laptop', project)
  await done('did key add alice laptop --of laptop', project)
  await done('did key add alice recovery --authorize bob', project)
  await done('did service add alice hive,HiveVault,https://hive.example', project)
  const document = await resolved(alice)
  assert.ok(await document.isGenuine())
  assert.ok(await document.isValid())
  assert.equal([document.getPublicKeyCount(), document.getAuthenticationKeyCount()], [3, 2])
  assert.equal([document.getAuthorizationKeyCount(), document.getServiceCount()], [1, 1])

  await done('did new --custom Choir --controllers alice,bob,carol --multisig 2:3', project)
  await done('did publish choir', project)
  await done('did update choir --service songs,Songs,https://choir.example --as carol', project)
  const choir = await resolved('did:elastos:Choir')
  assert.ok(await choir.isValid())
  assert.equal([choir.getControllerCount(), JSON.parse(choir.toString(true)).proof.length], [3, 2])
  await done('did transfer choir --to dave', project)
  const given = await resolved('did:elastos:Choir')
  assert.ok(await given.isValid())
  assert.is(given.getController().toString(), accountOf('dave').did.did)
  await done('did deactivate alice --as bob', project)
  assert.ok(await (await resolved(alice)).isDeactivated())
})

test('credentials, presentations and apps of ours', async () => {
  await using project = await eidProject()
  const { folder } = project
  connect(project)
  for (const name of ['alice', 'bob']) await done(`did publish ${name}`, project)
  const file = folder.join('email.json')
  const issue = 'credential issue email --issuer bob --to alice --type EmailCredential'
  await done(`${issue} --claim email=a@b.example --claim age:=30 --out ${file}`, project)
  const parse = () => {
    // The SDK remembers answers for ten minutes.
    sdk.DIDBackend.getInstance().clearCache()
    return sdk.VerifiableCredential.parse(readFileSync(file, 'utf8'))
  }
  assert.ok(await parse().isGenuine())
  assert.ok(await parse().isValid())
  await done(`credential declare ${file}`, project)
  assert.ok(await parse().wasDeclared())
  const shown = folder.join('shown.json')
  await done(`did present alice --credential ${file} --nonce n1 --realm r1 --out ${shown}`, project)
  const presentation = sdk.VerifiablePresentation.parse(readFileSync(shown, 'utf8'))
  assert.ok(await presentation.isGenuine())
  assert.ok(await presentation.isValid())
  assert.equal(
    [presentation.getProof().getNonce(), presentation.getProof().getRealm()],
    ['n1', 'r1'],
  )
  await done(`credential revoke ${file} --as bob`, project)
  assert.ok(await parse().isRevoked())

  const icon = '--icon https://shop.example/icon.png'
  const { did } = await done(`app register shop ${icon} --redirect https://shop.example/`, project)
  const app = await resolved(did)
  assert.ok(await app.isValid())
  const [info] = app.selectCredentials(null, 'ApplicationCredential')
  assert.ok(await info.isValid())
  assert.is(info.getId().toString(), `${did}#appinfo`)
  assert.ok(info.isSelfProclaimed())
})

test('documents, tickets, credentials and presentations of the SDK', async () => {
  await using project = await eidProject()
  const { folder, run } = project
  connect(project)
  const { store, root } = await storeOf(project)
  const [first, second] = [await root.newDid(PASSWORD, 0), await root.newDid(PASSWORD, 1)]
  const save = (name: string, text: string) => {
    writeFileSync(folder.join(name), text)
    return folder.join(name)
  }
  // Both forms, before anything is published.
  for (const normalized of [true, false]) {
    const file = save('first.json', first.toString(normalized))
    assert.is((await done(`did verify ${file}`, project)).id, first.getSubject().toString())
  }
  for (const document of [first, second]) await document.publish(PASSWORD)

  const issuer = await sdk.Issuer.create(await store.loadDid(second.getSubject()), null)
  const credential = await issuer
    .issueFor(first.getSubject())
    .id('#profile')
    .types('ProfileCredential')
    .properties({ name: 'Élan', nested: { b: [1, 2], a: true } })
    .seal(PASSWORD)
  await store.storeCredential(credential)
  for (const normalized of [true, false]) {
    const file = save('profile.json', credential.toString(normalized))
    assert.is((await run(`credential verify ${file}`)).code, 0)
  }
  const builder = await sdk.VerifiablePresentation.createFor(first.getSubject(), null, store)
  const presentation = await builder
    .credentials(credential)
    .realm('https://shop.example')
    .nonce('8f2a')
    .seal(PASSWORD)
  const shown = save('shown.json', presentation.toString(true))
  const asked = `presentation verify ${shown} --nonce 8f2a --realm https://shop.example`
  assert.is((await done(asked, project)).holder, first.getSubject().toString())
  const offline = [
    `--with ${save('first.json', first.toString(true))}`,
    `--with ${save('second.json', second.toString(true))}`,
  ].join(' ')
  await done(`${asked} ${offline}`, project)
  await credential.declare(null, PASSWORD)
  await credential.revoke(null, null, PASSWORD)
  assert.is((await run(asked)).error, 'did/revoked')

  const band = await first.newCustomizedDidWithController(
    'did:elastos:band',
    [second.getSubject()],
    2,
    PASSWORD,
  )
  const unfinished = save('band.json', band.toString(true))
  assert.is((await run(`did verify ${unfinished}`)).error, 'did/wrongProofCount')
  const sealed = await second.signWithDocument(band, PASSWORD)
  sealed.setEffectiveController(first.getSubject())
  await store.storeDid(sealed)
  await done(`did verify ${save('band.json', sealed.toString(true))}`, project)
  await sealed.publish(PASSWORD)

  const ticket = await sealed.createTransferTicket(accountOf('bob').did.did, PASSWORD)
  const file = save('ticket.json', ticket.toString(true))
  assert.is((await run(`did verify ${file}`)).error, 'did/wrongProofCount')
  const whole = save('ticket.json', (await second.signWithTicket(ticket, PASSWORD)).toString(true))
  await done(`did verify ${whole}`, project)
  await done('did publish bob', project)
  const taken = await done(`did transfer did:elastos:band --to bob --ticket ${whole}`, project)
  assert.is(taken.operation, 'transfer')
  assert.ok(await (await resolved('did:elastos:band')).isValid())
})

test.run()
