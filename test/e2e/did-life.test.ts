/** All that `ela did` and `ela credential` change on a chain, and what they refuse. */
import { readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { type EidProject, eidProject } from '../support/eid-project.ts'
import { ela } from '../support/ela.ts'

const test = suite('the life of DIDs and credentials on a devnet')

function didOf(name: string): string {
  const account = devnetAccounts().find((one) => one.name === name)
  assert.ok(account)
  return account.did.did
}

async function documentOf(name: string, { run }: EidProject) {
  return (await run(`did resolve ${name}`)).data.transactions[0].document
}

async function done(line: string | readonly string[], { run }: EidProject) {
  const answer = await run(line)
  assert.equal([line, answer.code, answer.error], [line, 0, undefined])
  return answer.data
}

async function refused(code: number, error: string, line: string, { run }: EidProject) {
  const answer = await run(line)
  assert.equal([line, answer.code, answer.error], [line, code, error])
}

test('adds keys and services to a document, and removes them', async () => {
  await using project = await eidProject()
  await refused(1, 'did/notOnChain', 'did update alice --expires 2040-01-01', project)
  await refused(1, 'did/notOnChain', 'did key add alice laptop --of bob', project)
  await done('did publish alice', project)
  await done('did publish bob', project)
  await done('did new laptop', project)
  await done('did key add alice laptop --of laptop', project)
  await done('did key add alice recovery --authorize bob', project)
  await done('did service add alice hive,HiveVault,https://hive.example', project)
  const { publicKey, authentication, authorization, service } = await documentOf('alice', project)
  assert.is(publicKey.length, 3)
  const alice = didOf('alice')
  assert.equal(authentication, [`${alice}#laptop`, `${alice}#primary`])
  assert.equal(authorization, [`${alice}#recovery`])
  assert.is(
    publicKey.find(({ id }: { id: string }) => id.endsWith('#recovery')).controller,
    didOf('bob'),
  )
  assert.is(service.length, 1)
  await refused(2, 'did/alreadyInDocument', 'did key add alice laptop --of carol', project)
  await refused(2, 'did/defaultKeyStays', 'did key remove alice primary', project)
  await refused(2, 'did/notInDocument', 'did key remove alice phone', project)
  await refused(2, 'did/notInDocument', 'did service remove alice vault', project)
  await refused(2, 'did/keyNeeded', 'did key add alice other', project)
  await refused(2, 'did/badKey', 'did key add alice other --public-key xyz', project)
  await refused(2, 'did/nothingToChange', 'did update alice', project)
  await done('did key remove alice laptop', project)
  await done('did service remove alice hive', project)
  await done('did update alice --expires 2040-05-06', project)
  const after = await documentOf('alice', project)
  assert.equal([after.publicKey.length, after.service], [2, undefined])
  assert.is(after.expires, '2040-05-06T23:59:59Z')
  const history = await done('did history alice', project)
  const operations = history.steps.map(({ operation }: { operation: string }) => operation)
  assert.equal(operations, [...Array(6).fill('update'), 'create'])
  await refused(6, 'did/noAuthorization', 'did deactivate alice --as carol', project)
  const ended = await done('did deactivate alice --as bob', project)
  assert.equal([ended.did, ended.operation], [alice, 'deactivate'])
})

test('creates a customized DID of several, changes it with two of three, and gives it away', async () => {
  await using project = await eidProject()
  const { folder } = project
  for (const name of ['alice', 'bob', 'carol', 'dave']) await done(`did publish ${name}`, project)
  const controllers = '--controllers alice,bob,carol'
  await refused(
    2,
    'did/badMultisig',
    `did new --custom choir ${controllers} --multisig 4:3`,
    project,
  )
  await refused(2, 'did/badCustomName', `did new --custom my-choir ${controllers}`, project)
  const made = await done(`did new --custom Choir ${controllers} --multisig 2:3`, project)
  assert.equal([made.name, made.did, made.multisig], ['choir', 'did:elastos:Choir', '2:3'])
  const published = await done('did publish choir', project)
  assert.equal([published.did, published.operation], ['did:elastos:Choir', 'create'])
  const { proof, controller } = await documentOf('choir', project)
  assert.equal([proof.length, controller.length], [2, 3])
  await done('did service add choir songs,Songs,https://choir.example --as carol', project)
  const signers = (await documentOf('choir', project)).proof.map(
    ({ creator }: { creator: string }) => creator,
  )
  assert.ok(signers.includes(`${didOf('carol')}#primary`))

  const file = folder.join('choir.json')
  writeFileSync(file, JSON.stringify(await documentOf('choir', project)))
  assert.is((await done(`did verify ${file}`, project)).id, 'did:elastos:Choir')
  await done(`did transfer choir --to dave --ticket-out ${folder.join('ticket.json')}`, project)
  assert.is((await done(`did verify ${folder.join('ticket.json')}`, project)).kind, 'ticket')
  await refused(2, 'did/notCustomized', 'did transfer alice --to dave', project)
  const wrong = `did transfer choir --to bob --ticket ${folder.join('ticket.json')}`
  await refused(2, 'did/otherTicket', wrong, project)
  const given = await done(
    `did transfer choir --to dave --ticket ${folder.join('ticket.json')}`,
    project,
  )
  assert.is(given.operation, 'transfer')
  await refused(7, 'did/outdatedTicket', `did verify ${folder.join('ticket.json')}`, project)
  assert.is((await documentOf('choir', project)).controller, didOf('dave'))
  await refused(2, 'did/noKey', 'did update did:elastos:nobody --expires 2040-01-01', project)
  // Erin is not on the chain.
  await refused(6, 'did/refused', 'did transfer choir --to erin', project)
  const ended = await done('did deactivate choir', project)
  assert.equal([ended.did, ended.operation], ['did:elastos:Choir', 'deactivate'])
})

test('issues, declares, lists and revokes credentials, and shows them', async () => {
  await using project = await eidProject()
  const { folder, run } = project
  for (const name of ['alice', 'bob']) await done(`did publish ${name}`, project)
  const email = folder.join('email.json')
  const issue = `credential issue email --issuer bob --to alice --type EmailCredential --out ${email}`
  await refused(2, 'did/claimNeeded', issue, project)
  await refused(2, 'did/badClaim', `${issue} --claim id=x`, project)
  await refused(2, 'did/badClaim', `${issue} --claim age:=x`, project)
  await refused(2, 'did/unsafeCharacter', `${issue} --claim me=a&b`, project)
  await refused(2, 'did/unsafeNumber', `${issue} --claim pi:=3.14`, project)
  await done(`${issue} --claim email=a@b.example --claim age:=30`, project)
  const verified = await done(`credential verify ${email}`, project)
  assert.equal(verified.credentialSubject, {
    id: didOf('alice'),
    age: 30,
    email: 'a@b.example',
  })
  await done(`credential declare ${email}`, project)
  await refused(6, 'did/refused', `credential declare ${email}`, project)
  await done(`did update alice --credential ${email}`, project)
  await refused(2, 'did/notAboutThis', `did update bob --credential ${email}`, project)
  const listed = await done('credential list alice', project)
  assert.equal(
    listed.credentials.map(({ id, status, where }: Record<string, unknown>) => [id, status, where]),
    [[`${didOf('alice')}#email`, 'valid', ['document', 'declared']]],
  )

  const shown = folder.join('shown.json')
  const question = '--nonce 8f2a --realm https://shop.example'
  await done(`did present alice --id email ${question} --out ${shown}`, project)
  const { holder } = await done(`presentation verify ${shown} ${question}`, project)
  assert.is(holder, didOf('alice'))
  await refused(7, 'did/wrongChallenge', `presentation verify ${shown} --nonce other`, project)
  await refused(
    7,
    'did/notTheHolders',
    `did present bob --credential ${email} ${question}`,
    project,
  )
  const forged = JSON.parse(readFileSync(shown, 'utf8'))
  forged.verifiableCredential[0].credentialSubject.age = 31
  const { code, error } = await run('presentation verify -', JSON.stringify(forged))
  assert.equal([code, error], [7, 'did/wrongSignature'])

  await refused(6, 'did/refused', `credential revoke ${didOf('alice')}#email --as judy`, project)
  await done(`credential revoke ${email} --as bob`, project)
  await refused(7, 'did/revoked', `credential verify ${email}`, project)
  await refused(7, 'did/revoked', `presentation verify ${shown}`, project)
  const [after] = (await done('credential list alice', project)).credentials
  assert.is(after.status, 'revoked')
})

test('issues and shows in the name of a customized DID', async () => {
  await using project = await eidProject()
  const { folder } = project
  for (const name of ['alice', 'bob']) await done(`did publish ${name}`, project)
  await done('did new --custom school --controllers bob', project)
  await done('did publish school', project)
  const file = folder.join('diploma.json')
  await done(
    `credential issue diploma --issuer school --to alice --claim grade=a --out ${file}`,
    project,
  )
  assert.is((await done(`credential verify ${file}`, project)).issuer, 'did:elastos:school')
  await done(`credential declare ${file}`, project)
  await done(`credential revoke ${file} --as school`, project)
})

test('uses the DID in use where none is named, and names DIDs that exist', async () => {
  await using project = await eidProject()
  await refused(2, 'did/noneInUse', 'did publish', project)
  await done('did publish bob', project)
  await done('did use bob', project)
  assert.is((await done('did show', project)).name, 'bob')
  assert.is((await done('did history', project)).did, didOf('bob'))
  await done('did new --custom shop --controllers bob', project)
  await done('did publish shop', project)
  await refused(2, 'did/nameTaken', 'did import shop did:elastos:shop', project)
  const imported = await done('did import store did:elastos:shop', project)
  assert.equal(imported.controllers, [didOf('bob')])
  assert.is((await done('did import eleven --index 11', project)).index, 11)
  await refused(1, 'did/notOnChain', 'did import none did:elastos:none', project)
  const stranger = 'did import me did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y'
  await refused(2, 'did/notFoundOnTree', stranger, project)
})

test('signs with a key of the keystore, opened by its password', async () => {
  await using project = await eidProject()
  const password = project.folder.join('password')
  writeFileSync(password, 'a long password of mine\n', { mode: 0o600 })
  const env = { ...project.at.env, ELA_PASSWORD_FILE: password }
  const run = async (line: string, environment: Readonly<Record<string, string>>) => {
    const { code, stdout } = await ela(`${line} --json`, { ...project.at, env: environment })
    const { error, data } = JSON.parse(stdout)
    return { code, error: error?.code, data }
  }
  assert.is((await run('keys new mine', env)).code, 0)
  const imported = await run('did import me --key mine', env)
  assert.equal([imported.code, imported.data?.phrase], [0, 'keystore'])
  const published = await run('did publish me', env)
  assert.equal([published.code, published.data?.did], [0, imported.data.did])
  const locked = await run('did update me --expires 2040-01-01', project.at.env)
  assert.equal([locked.code, locked.error], [3, 'input/passwordNeeded'])
})

test('makes devices from a key of this machine that others do not have', async () => {
  await using project = await eidProject()
  const made = await done('did new sensor --kind device', project)
  assert.equal([made.phrase, made.kind], ['machine', 'device'])
  await done('did publish sensor', project)
  const { verifiableCredential } = await documentOf('sensor', project)
  assert.equal(verifiableCredential[0].type, ['DeviceCredential', 'VerifiableCredential'])
  assert.is((await done('did new gateway --kind service', project)).index, 1)
  const elsewhere = { ...project.at, env: { HOME: project.folder.join('other') } }
  const { code, stdout } = await ela('did deactivate sensor --json', elsewhere)
  assert.equal([code, JSON.parse(stdout).error.code], [6, 'did/otherMachine'])
})

test.run()
