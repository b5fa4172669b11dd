/** A node between us and the chain may say what it likes; only signed documents are believed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lookupOn } from '../../src/identity/chain-lookup.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { customizedDocument, sealDocument } from '../../src/identity/seal-document.ts'
import { type DidDocument, wholeDocumentText } from '../../src/protocol/did/document.ts'
import { fails } from '../support/fails.ts'
import { fakeRpc } from '../support/fake-rpc.ts'

const test = suite('identity: looking up on a node')
const TIME = 1_795_000_000

const [alice, bob, mallory] = [0, 1, 2].map((index) => {
  const account = devnetAccounts()[index]
  if (account === undefined) throw new Error(`no account ${index}`)
  const { did, privateKey } = account.did
  return { did, privateKey, document: newDocument({ privateKey, time: TIME }) }
}) as [Person, Person, Person]

interface Person {
  readonly did: string
  readonly privateKey: Uint8Array
  readonly document: DidDocument
}

/** What the node says of each DID. */
async function node(answers: Readonly<Record<string, DidDocument>>, status = 0) {
  const rpc = await fakeRpc({
    did_resolveDID: ([{ did }]: [{ did: string }]) => {
      const document = answers[did]
      if (document === undefined) return { did, status: 3 }
      const payload = Buffer.from(wholeDocumentText(document)).toString('base64url')
      const operation = { header: { specification: '', operation: 'create' }, payload }
      const mined = { txid: '11'.repeat(32), timestamp: '2026-01-01T00:00:00Z', operation }
      return { did, status, transaction: [mined] }
    },
    did_resolveCredential: ([{ id }]: [{ id: string }]) => ({ id, status: 2 }),
  })
  return { rpc, lookup: lookupOn(rpc.url), [Symbol.asyncDispose]: () => rpc[Symbol.asyncDispose]() }
}

function shared(did: string, controllers: readonly Person[]): DidDocument {
  const multisig = controllers.length > 1 ? `${controllers.length}:${controllers.length}` : ''
  const names = controllers.map((one) => one.did)
  return sealDocument(
    customizedDocument({ did, controllers: names, multisig, time: TIME }),
    controllers,
    TIME,
  )
}

test('believes what the key of the DID signed, and asks once', async () => {
  await using eid = await node({ [alice.did]: alice.document })
  assert.equal(await eid.lookup.did(alice.did), { document: alice.document, deactivated: false })
  await eid.lookup.did(alice.did)
  assert.is(await eid.lookup.did(bob.did), undefined)
  assert.is(await eid.lookup.isRevoked(`${alice.did}#email`, bob.did), true)
  assert.equal(eid.rpc.calls, ['did_resolveDID', 'did_resolveDID', 'did_resolveCredential'])
})

test('believes what the controllers of a customized DID signed, in any letter case', async () => {
  const choir = shared('did:elastos:Choir', [alice, bob])
  const people = { [alice.did]: alice.document, [bob.did]: bob.document }
  await using eid = await node({ 'did:elastos:choir': choir, ...people })
  assert.equal((await eid.lookup.did('did:elastos:choir'))?.document, choir)
})

test('refuses documents nobody signed, or somebody else', async () => {
  const changed = { ...alice.document, expires: '2039-01-01T00:00:00Z' }
  const stolen = { ...mallory.document, id: alice.did }
  const unsigned = { ...alice.document, proofs: [] }
  for (const [code, document] of [
    ['did/wrongSignature', changed],
    ['did/malformed', stolen],
    ['did/wrongProofCount', unsigned],
    ['did/otherDocument', mallory.document],
  ] as const) {
    await using eid = await node({ [alice.did]: document })
    await fails(code, () => eid.lookup.did(alice.did))
  }
})

test("refuses a customized DID that took the address of somebody's key", async () => {
  const taken = shared(alice.did, [mallory])
  await using eid = await node({ [alice.did]: taken, [mallory.did]: mallory.document })
  await fails('did/takenAddress', () => eid.lookup.did(alice.did))
})

test('refuses controllers with controllers, whoever is asked for first', async () => {
  const one = { ...shared('did:elastos:one', [alice]), controller: 'did:elastos:two' }
  const two = { ...shared('did:elastos:two', [alice]), controller: 'did:elastos:one' }
  await using eid = await node({ [one.id]: one, [two.id]: two, [alice.did]: alice.document })
  const asked = [one, two].map(({ id }) => fails('did/ringOfControllers', () => eid.lookup.did(id)))
  await Promise.all(asked)
})

test.run()
