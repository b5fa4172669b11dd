import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changedDocument, newDocument, yearsAfter } from '../../../src/identity/did-document.ts'
import {
  createRequest,
  deactivateRequest,
  updateRequest,
} from '../../../src/identity/did-request.ts'
import { createDidExtension } from '../../../src/nodes/eid/did-extension.ts'
import { parseOperation } from '../../../src/nodes/eid/did-operation.ts'
import { DidState } from '../../../src/nodes/eid/did-state.ts'
import { checkOperation } from '../../../src/nodes/eid/did-validator.ts'
import { toBase64Url } from '../../../src/protocol/did/base64url.ts'
import type { Json } from '../../../src/protocol/did/canonical-json.ts'
import { didOf, encodeKey } from '../../../src/protocol/did/did.ts'
import {
  documentText,
  parseDocument,
  sortDocument,
  wholeDocumentText,
} from '../../../src/protocol/did/document.ts'
import { type DidRequest, requestText, signedText } from '../../../src/protocol/did/request.ts'
import { publicKeyOf, signText } from '../../../src/protocol/did/sign.ts'
import { encodeStringCall, selectorOf } from '../../../src/protocol/evm/abi.ts'
import { fails } from '../../support/fails.ts'

const NOW = 1_800_000_000
const CONTRACT = '0xF654c3cBBB60D7F4ac7cDA325d51E62f47ACD436'
const PUBLISH = selectorOf('publishDidTransaction(string)')
const MIGRATION = '0xFEca85Ac94C1c9ef6e1293fc1F94486305420D7f'

interface Person {
  readonly secret: Uint8Array
  readonly key: Uint8Array
  readonly did: string
}

function person(seed: number): Person {
  const secret = new Uint8Array(32).fill(seed)
  const key = publicKeyOf(secret)
  return { secret, key, did: didOf(key) }
}

const alice = person(1)
const bob = person(2)
const txid = (digit: string) => digit.repeat(64)
const test = suite('did rules')

const document = (who = alice, expires = NOW + 86_400 * 400) =>
  newDocument({ privateKey: who.secret, time: NOW, expires })

/** A chain on which these requests were mined, one a block, with ids 111…, 222…, … */
function chainWith(...requests: readonly DidRequest[]): DidState {
  const state = new DidState()
  for (const [index, request] of requests.entries()) {
    const operation = parseOperation(requestText(request))
    checkOperation(operation, { state, time: NOW })
    state.apply(operation, { txid: txid(`${index + 1}`), height: index + 1, time: NOW })
  }
  return state
}

function check(request: DidRequest | string, state = new DidState(), time = NOW): void {
  const text = typeof request === 'string' ? request : requestText(request)
  checkOperation(parseOperation(text), { state, time })
}

type Loose = Record<string, Json>

/** A create request of any document, signed rightly inside and outside by `who`. */
function signed(change: (value: Loose) => void, who = alice, signer = who): DidRequest {
  const value = JSON.parse(wholeDocumentText(document(who))) as Loose
  change(value)
  const proof = value['proof'] as Loose
  if (proof !== undefined && proof['signatureValue'] !== '') {
    const text = documentText(sortDocument(parseDocument(value)))
    proof['signatureValue'] = signText(text, who.secret)
  }
  return sealed(value, signer, `${who.did}#primary`)
}

function sealed(value: Json, signer: Person, method: string): DidRequest {
  const header = {
    specification: 'elastos/did/1.0',
    operation: 'create',
    previousTxid: '',
    ticket: '',
  } as const
  const payload = toBase64Url(JSON.stringify(value))
  const signature = signText(signedText({ header, payload }), signer.secret)
  return { header, payload, proof: { type: '', verificationMethod: method, signature } }
}

const keyOf = (who: Person, id: string, controller = who.did) => ({
  id,
  type: 'ECDSAsecp256r1',
  controller,
  publicKeyBase58: encodeKey(who.key),
})
const keys = (value: Loose) => value['publicKey'] as Json[]

test('take a document, its successors and its end', () => {
  const first = createRequest(document(), alice.secret)
  const changed = changedDocument(document(), {
    privateKey: alice.secret,
    time: NOW + 1,
    services: [{ fragment: 'hive', type: 'HiveVault', endpoint: 'https://hive.example/' }],
  })
  const second = updateRequest(changed, txid('1'), alice.secret)
  const third = updateRequest(document(), `0x${txid('2')}`, alice.secret)
  const state = chainWith(first, second, third, deactivateRequest(alice.secret))
  assert.is(state.did(alice.did)?.documents.length, 3)
  assert.is(state.did(alice.did)?.deactivation?.txid, txid('4'))
})

test('refuse what is no request', async () => {
  const broken = [
    '',
    '[]',
    'null',
    '{}',
    '{"header":{"operation":"destroy"}}',
    '{"header":{"operation":"create"},"payload":5}',
    '{"header":{"operation":"create"},"payload":"?"}',
    `{"header":{"operation":"create"},"payload":"${toBase64Url('[]')}"}`,
    `{"header":{"operation":"create"},"payload":"${toBase64Url('{"id":[]}')}"}`,
  ]
  for (const text of broken) await fails('eid/malformed', () => check(text))
  const noPrefix = signed((value) => Object.assign(value, { id: 'did:example:abc' }))
  await fails('eid/badId', () => check(noPrefix))
})

test('ask for an end in the future, written as a time', async () => {
  const ending = (expires: string) => signed((value) => Object.assign(value, { expires: expires }))
  for (const text of ['', 'tomorrow', '2030-02-30T00:00:00Z', '2030-01-01', '2030-01-01T25:00:00Z'])
    await fails('eid/badTime', () => check(ending(text)))
  await fails('eid/expired', () => check(ending('2027-01-15T08:00:00Z')))
  check(ending('2027-01-15T08:00:01Z'))
  check(ending('2027-01-15T09:00:01.5+01:00'))
})

test('ask for both parts of the outer proof', async () => {
  const request = createRequest(document(), alice.secret)
  const without = (part: object) => ({ ...request, proof: { ...request.proof, ...part } })
  await fails('eid/missing', () => check(without({ verificationMethod: '' })))
  await fails('eid/missing', () => check(without({ signature: '' })))
})

test('ask for ids that are unique', async () => {
  const twice = signed((value) => keys(value).push(keyOf(bob, `${bob.did}#primary`)))
  await fails('eid/duplicate', () => check(twice))
  const embedded = signed((value) =>
    Object.assign(value, { authentication: [`${alice.did}#primary`, keyOf(bob, '#primary', '')] }),
  )
  await fails('eid/duplicate', () => check(embedded))
  const references = signed((value) =>
    Object.assign(value, { authentication: [`${alice.did}#primary`, '#primary'] }),
  )
  await fails('eid/duplicate', () => check(references))
  const service = { id: '#a', type: 'T', serviceEndpoint: 'x' }
  await fails('eid/duplicate', () =>
    check(signed((value) => Object.assign(value, { service: [service, service] }))),
  )
  const credential = { id: '#c', credentialSubject: { id: alice.did }, proof: {} }
  await fails('eid/duplicate', () =>
    check(
      signed((value) => Object.assign(value, { verifiableCredential: [credential, credential] })),
    ),
  )
})

test('ask for authentication by own keys, the default key among them', async () => {
  const authentication = (...references: Json[]) =>
    signed((value) => {
      keys(value).push(keyOf(bob, '#second', alice.did), keyOf(bob, '#bob', bob.did))
      value['authentication'] = references
    })
  const primary = `${alice.did}#primary`
  check(authentication(primary, '#second'))
  await fails('eid/missing', () => check(authentication()))
  await fails('eid/badAuthentication', () => check(authentication(primary, '#nobody')))
  await fails('eid/badAuthentication', () => check(authentication(primary, '#bob')))
  await fails('eid/badAuthentication', () =>
    check(authentication(primary, keyOf(bob, '#third', bob.did))),
  )
  await fails('eid/noDefaultKey', () => check(authentication('#second')))
})

test('ask for authorization by keys of others', async () => {
  const authorization = (reference: Json) =>
    signed((value) => {
      keys(value).push(keyOf(bob, '#recovery', bob.did))
      value['authorization'] = [reference]
    })
  check(authorization('#recovery'))
  await fails('eid/badAuthorization', () => check(authorization(`${alice.did}#primary`)))
  await fails('eid/badAuthorization', () => check(authorization('#nobody')))
})

test('ask for complete keys and proofs', async () => {
  await fails('eid/missing', () =>
    check(signed((value) => keys(value).push({ id: '#x', publicKeyBase58: '' }))),
  )
  await fails('eid/missing', () => check(signed((value) => Reflect.deleteProperty(value, 'proof'))))
  for (const member of ['created', 'creator', 'signatureValue']) {
    await fails('eid/missing', () =>
      check(signed((value) => Object.assign(value['proof'] as Loose, { [member]: '' }))),
    )
  }
  await fails('eid/badProofType', () =>
    check(signed((value) => Object.assign(value['proof'] as Loose, { type: 'Ed25519' }))),
  )
})

test('keep creating, updating and the order of updates apart', async () => {
  const create = createRequest(document(), alice.secret)
  const state = chainWith(create)
  const update = (previous: string) => updateRequest(document(), previous, alice.secret)
  await fails('eid/alreadyExists', () => check(create, state))
  await fails('eid/notFound', () => check(update(txid('1'))))
  await fails('eid/wrongPreviousTxid', () => check(update(txid('f')), state))
  await fails('eid/badPreviousTxid', () => check(update(''), state))
  const { header } = update(txid('1'))
  const with0x = { ...update(txid('1')), header: { ...header, previousTxid: `0x${txid('1')}` } }
  await fails('eid/badPreviousTxid', () => check(with0x, state))
  check(update(txid('1')), state)
})

test('take the outer proof by any authentication key and by no other', async () => {
  const add = (value: Loose) => {
    keys(value).push(keyOf(bob, '#second', alice.did))
    value['authentication'] = [`${alice.did}#primary`, '#second']
  }
  const value = JSON.parse(atob64(signed(add).payload)) as Json
  check(sealed(value, bob, '#second'))
  await fails('eid/badSignature', () => check(sealed(value, bob, `${alice.did}#primary`)))
  await fails('eid/wrongKey', () => check(sealed(value, bob, '#third')))
  const garbled = sealed(value, bob, '#second')
  for (const signature of ['AA', '!', `${garbled.proof.signature}AA`]) {
    const request = { ...garbled, proof: { ...garbled.proof, signature } }
    await fails('eid/badSignature', () => check(request))
  }
})

test('take the inner proof by the default key alone, over the text of the node', async () => {
  const other = signed((value) => {
    keys(value).push(keyOf(bob, '#second', alice.did))
    value['authentication'] = [`${alice.did}#primary`, '#second']
    ;(value['proof'] as Loose)['creator'] = '#second'
  })
  await fails('eid/wrongKey', () => check(other))
  const service = (endpoint: string) => [{ id: '#s', type: 'T', serviceEndpoint: endpoint }]
  check(signed((value) => Object.assign(value, { service: service('https://a.example/?b=1') })))
  await fails('eid/badSignature', () =>
    check(
      signed((value) => Object.assign(value, { service: service('https://a.example/?b=1&c=2') })),
    ),
  )
})

test('deactivate by the default key or an authorization key, once and for ever', async () => {
  const recoverable = signed((value) => {
    keys(value).push(keyOf(bob, `${alice.did}#recovery`, bob.did))
    value['authorization'] = [`${alice.did}#recovery`]
  })
  const end = deactivateRequest(alice.secret)
  const by = (who: Person, method: string): DidRequest => {
    const signature = signText(signedText(end), who.secret)
    return { ...end, proof: { type: '', verificationMethod: method, signature } }
  }
  const state = chainWith(recoverable)
  check(by(bob, `${alice.did}#recovery`), state)
  check(end, state)
  await fails('eid/badSignature', () => check(by(bob, `${alice.did}#primary`), state))
  await fails('eid/wrongKey', () => check(by(alice, `${alice.did}#other`), state))
  await fails('eid/invalidSigner', () => check(by(bob, `${bob.did}#primary`), state))
  await fails('eid/invalidSigner', () => check(end, state, NOW + 86_400 * 401))
  await fails('eid/notFound', () => check(end))
  const ended = chainWith(recoverable, end)
  await fails('eid/deactivated', () => check(end, ended))
  await fails('eid/deactivated', () => check(recoverable, ended))
  const update = updateRequest(document(), txid('1'), alice.secret)
  await fails('eid/deactivated', () => check(update, ended))
})

test('renew a document that has expired', () => {
  const state = chainWith(createRequest(document(alice, NOW + 10), alice.secret))
  check(updateRequest(document(alice, NOW + 500), txid('1'), alice.secret), state, NOW + 20)
})

test('live in an extension that replays and rolls back exactly', async () => {
  const chain = createDidExtension({ contract: CONTRACT })
  const data = (request: DidRequest) => encodeStringCall(PUBLISH, requestText(request))
  const create = data(createRequest(document(), alice.secret))
  const update = data(updateRequest(document(), txid('a'), alice.secret))
  const end = data(deactivateRequest(alice.secret))
  const resolve = () => chain.call('did_resolveDID', [{ did: alice.did, all: true }])
  const mine = (bytes: Uint8Array, id: string, height: number) =>
    chain.mined({ data: bytes, hash: `0x${txid(id)}`, height, time: NOW + height })
  const nothing = await resolve()
  assert.ok(chain.admit({ data: create, from: undefined, time: NOW }).admitted)
  assert.is(mine(create, 'a', 5)?.['operation'], 'create')
  const created = await resolve()
  assert.is(mine(update, 'b', 6)?.['operation'], 'update')
  const updated = await resolve()
  assert.is(mine(end, 'c', 7)?.['operation'], 'deactivate')
  const ended = await resolve()
  chain.rolledBack(6)
  assert.equal(await resolve(), updated)
  mine(end, 'c', 7)
  assert.equal(await resolve(), ended)
  chain.rolledBack(5)
  assert.equal(await resolve(), created)
  chain.rolledBack(4)
  assert.equal(await resolve(), nothing)
})

test('count one of two operations that exclude each other', async () => {
  const chain = createDidExtension({ contract: CONTRACT })
  const data = (request: DidRequest) => encodeStringCall(PUBLISH, requestText(request))
  const create = data(createRequest(document(), alice.secret))
  const mine = (bytes: Uint8Array, id: string, height: number) =>
    chain.mined({ data: bytes, hash: `0x${txid(id)}`, height, time: NOW })
  mine(create, 'a', 1)
  assert.is(mine(create, 'b', 1), undefined)
  assert.is(mine(create, 'c', 2), undefined)
  const update = data(updateRequest(document(), txid('a'), alice.secret))
  assert.is(mine(update, 'd', 1), undefined)
  assert.is(mine(update, 'e', 3)?.['transactionHash'], `0x${txid('e')}`)
  assert.is(mine(update, 'f', 4), undefined)
})

test('refuse the migration account, and say why to those who ask', async () => {
  const chain = createDidExtension({ contract: CONTRACT })
  const request = requestText(createRequest(document(), alice.secret))
  const data = encodeStringCall(PUBLISH, request)
  assert.is(chain.admit({ data, from: MIGRATION, time: NOW }).admitted, false)
  const answer = await chain.call('ela_whyRefused', [request])
  assert.ok(answer !== undefined && 'result' in answer)
  assert.match(String(answer.result), MIGRATION)
  assert.equal(await chain.call('ela_whyRefused', [{}]), { result: null })
  assert.ok(chain.admit({ data, from: CONTRACT, time: NOW }).admitted)
  assert.ok(
    chain.admit({ data: Uint8Array.of(1, 2, 3, 4, 5), from: undefined, time: NOW }).admitted,
  )
})

test('answer every method of their own, rightly or with an error', async () => {
  const chain = createDidExtension({ contract: CONTRACT })
  for (const params of [undefined, null, [], {}, ['x'], [null], [[]], 5]) {
    const answer = await chain.call('did_resolveDID', params)
    assert.ok(answer !== undefined && 'error' in answer)
    assert.is(answer.error.code, -32602)
  }
  for (const method of ['did_resolveDID', 'did_resolveCredential', 'did_listCredentials']) {
    const answer = await chain.call(method, [{}])
    assert.ok(answer !== undefined && 'error' in answer)
    assert.is(answer.error.code, -32000)
  }
  const unknown = await chain.call('did_resolveDeactivateDID', [{}])
  assert.ok(unknown !== undefined && 'error' in unknown)
  assert.is(unknown.error.code, -32601)
  assert.is(chain.call('eth_chainId', []), undefined)
  assert.is(chain.call('constructor', []), undefined)
})

test('find a year later on the same day', () => {
  assert.is(yearsAfter(Date.UTC(2026, 10, 23) / 1000, 5), Date.UTC(2031, 10, 23) / 1000)
})

function atob64(text: string): string {
  return Buffer.from(text, 'base64url').toString()
}

test.run()
