import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { newDocument } from '../../../src/identity/did-document.ts'
import { createRequest, deactivateRequest } from '../../../src/identity/did-request.ts'
import { gasOf } from '../../../src/nodes/eid/did-gas.ts'
import { parseOperation } from '../../../src/nodes/eid/did-operation.ts'
import { resolveDid } from '../../../src/nodes/eid/did-queries.ts'
import { DidState } from '../../../src/nodes/eid/did-state.ts'
import { checkOperation } from '../../../src/nodes/eid/did-validator.ts'
import { toBase64Url } from '../../../src/protocol/did/base64url.ts'
import type { Json } from '../../../src/protocol/did/canonical-json.ts'
import { didOf, encodeKey } from '../../../src/protocol/did/did.ts'
import { documentText, parseDocument, sortDocument } from '../../../src/protocol/did/document.ts'
import { type DidRequest, requestText, signedText } from '../../../src/protocol/did/request.ts'
import { publicKeyOf, signText } from '../../../src/protocol/did/sign.ts'
import { ticketText } from '../../../src/protocol/did/ticket.ts'
import { formatTime } from '../../../src/protocol/did/time.ts'
import { fails } from '../../support/fails.ts'

const NOW = 1_800_000_000
const YEAR = 365 * 86_400
const NAME = 'did:elastos:Singers'
const test = suite('customized DIDs')

interface Person {
  readonly secret: Uint8Array
  readonly did: string
}

function person(seed: number): Person {
  const secret = new Uint8Array(32).fill(seed)
  return { secret, did: didOf(publicKeyOf(secret)) }
}

const [alice, bob, carol, stranger] = [person(1), person(2), person(3), person(4)] as const

class Chain {
  readonly state = new DidState()
  #height = 0

  constructor() {
    for (const { secret } of [alice, bob, carol]) {
      const expires = NOW + 10 * YEAR
      this.take(createRequest(newDocument({ privateKey: secret, time: NOW, expires }), secret))
    }
  }

  check(request: DidRequest, time = NOW): void {
    checkOperation(parseOperation(requestText(request)), { state: this.state, time })
  }

  /** Returns the id of the transaction. */
  take(request: DidRequest, time = NOW): string {
    this.check(request, time)
    this.#height += 1
    const txid = `${this.#height}`.padStart(64, '0')
    const operation = parseOperation(requestText(request))
    this.state.apply(operation, { txid, height: this.#height, time })
    return txid
  }

  resolve(did: string) {
    const answer = resolveDid(this.state, { did })
    assert.ok('result' in answer)
    return answer.result as { did: string; status: number }
  }
}

interface Wish {
  readonly operation?: 'create' | 'update' | 'transfer'
  readonly controllers?: readonly Person[]
  readonly multisig?: string
  /** Who signs the document; the first also signs the request. */
  readonly signers?: readonly Person[]
  readonly previousTxid?: string
  readonly ticket?: string
  readonly change?: Readonly<Record<string, Json>>
  readonly expires?: number
}

function request({
  operation = 'create',
  controllers = [alice],
  multisig = '',
  signers = controllers,
  previousTxid = '',
  ticket = '',
  change = {},
  expires = NOW + YEAR,
}: Wish = {}): DidRequest {
  const dids = controllers.map(({ did }) => did)
  const value = {
    id: NAME,
    controller: dids.length === 1 ? (dids[0] ?? '') : dids,
    ...(multisig === '' ? {} : { multisig }),
    expires: formatTime(expires),
    ...change,
  }
  const text = documentText(sortDocument(parseDocument(value)))
  const proof = signers.map(({ did, secret }) => ({
    type: 'ECDSAsecp256r1',
    created: formatTime(NOW),
    creator: `${did}#primary`,
    signatureValue: signText(text, secret),
  }))
  const header = { specification: 'elastos/did/1.0', operation, previousTxid, ticket }
  const payload = toBase64Url(JSON.stringify({ ...value, proof }))
  return sealed({ header, payload }, signers[0] ?? alice)
}

function sealed(unsigned: Omit<DidRequest, 'proof'>, { did, secret }: Person): DidRequest {
  const signature = signText(signedText(unsigned), secret)
  return { ...unsigned, proof: { type: '', verificationMethod: `${did}#primary`, signature } }
}

function ticketFor(to: Person, txid: string, givers: readonly Person[], id = NAME): string {
  const text = ticketText({ id, to: to.did, txid, proofs: [] })
  const proof = givers.map(({ did, secret }) => ({
    type: 'ECDSAsecp256r1',
    created: formatTime(NOW),
    verificationMethod: `${did}#primary`,
    signature: signText(text, secret),
  }))
  return toBase64Url(JSON.stringify({ ...JSON.parse(text), proof }))
}

test('are created and updated by their controller, and found in any letter case', () => {
  const chain = new Chain()
  const first = chain.take(request())
  chain.take(request({ operation: 'update', previousTxid: first, expires: NOW + 2 * YEAR }))
  assert.equal(
    [chain.resolve('did:elastos:SINGERS').did, chain.resolve('singers').status],
    [NAME, 0],
  )
})

test('exist once, whatever the letter case', async () => {
  const chain = new Chain()
  chain.take(request())
  await fails('eid/alreadyExists', () => chain.check(request()))
  const lower = request({ change: { id: NAME.toLowerCase() } })
  await fails('eid/alreadyExists', () => chain.check(lower))
  const update = request({ operation: 'update', previousTxid: 'f'.repeat(64) })
  await fails('eid/wrongPreviousTxid', () => chain.check(update))
})

test('can be created anew a year after their end', async () => {
  const chain = new Chain()
  const first = chain.take(request())
  const again = request({ expires: NOW + 5 * YEAR })
  await fails('eid/alreadyExists', () => chain.check(again, NOW + 2 * YEAR - 10))
  const update = request({ operation: 'update', previousTxid: first, expires: NOW + 5 * YEAR })
  await fails('eid/notFound', () => chain.check(update, NOW + 2 * YEAR + 10))
  chain.take(again, NOW + 2 * YEAR + 10)
})

test('have controllers that are normal DIDs on the chain, each once', async () => {
  const chain = new Chain()
  const controller = (value: Json) => request({ change: { controller: value } })
  await fails('eid/missing', () => chain.check(controller(null)))
  await fails('eid/badController', () => chain.check(controller([alice.did])))
  await fails('eid/badController', () => chain.check(controller('alice')))
  await fails('eid/duplicate', () => chain.check(controller([alice.did, alice.did])))
  await fails('eid/invalidSigner', () => chain.check(request({ controllers: [stranger] })))
  chain.take(request())
  const nested = request({ change: { id: 'did:elastos:choir', controller: NAME } })
  await fails('eid/badController', () => chain.check(nested))
  chain.take(deactivateRequest(bob.secret))
  const ended = request({ controllers: [bob], change: { id: 'did:elastos:choir' } })
  await fails('eid/invalidSigner', () => chain.check(ended))
})

test('need as many signatures as multisig says, by different controllers', async () => {
  const chain = new Chain()
  const controllers = [alice, bob, carol]
  const of = (multisig: string, ...signers: Person[]) => request({ controllers, multisig, signers })
  for (const multisig of ['', '2', '2:2', '4:3', '0:3', 'a:b']) {
    await fails('eid/badMultisig', () => chain.check(of(multisig, alice, bob)))
  }
  await fails('eid/badMultisig', () => chain.check(request({ multisig: '1:1' })))
  await fails('eid/tooFewProofs', () => chain.check(of('2:3', alice)))
  await fails('eid/duplicate', () => chain.check(of('2:3', alice, alice)))
  await fails('eid/wrongKey', () => chain.check(of('2:3', alice, stranger)))
  const first = chain.take(of('2:3', bob, carol))
  const update = { operation: 'update', previousTxid: first } as const
  chain.check(request({ ...update, controllers, multisig: '2:3', signers: [alice, carol] }))
  await fails('eid/controllersChanged', () =>
    chain.check(request({ ...update, controllers, multisig: '1:3' })),
  )
  await fails('eid/controllersChanged', () =>
    chain.check(request({ ...update, controllers: [bob] })),
  )
})

test('have own keys only, and no authorization', async () => {
  const chain = new Chain()
  const key = (id: string, controller: string) => ({
    id,
    type: 'ECDSAsecp256r1',
    controller,
    publicKeyBase58: encodeKey(publicKeyOf(stranger.secret)),
  })
  const own = { publicKey: [key('#work', NAME)], authentication: ['#work'] }
  chain.check(request({ change: own }))
  await fails('eid/foreignKey', () =>
    chain.check(request({ change: { publicKey: [key('#work', alice.did)] } })),
  )
  await fails('eid/badAuthentication', () =>
    chain.check(request({ change: { authentication: ['#work'] } })),
  )
  await fails('eid/noAuthorization', () =>
    chain.check(request({ change: { ...own, authorization: ['#work'] } })),
  )
})

test('are signed outside by a controller or an own key', async () => {
  const chain = new Chain()
  const { header, payload } = request()
  await fails('eid/wrongKey', () => chain.check(sealed({ header, payload }, bob)))
  const forged = { ...request(), payload: request({ expires: NOW + 3 * YEAR }).payload }
  await fails('eid/badSignature', () => chain.check(forged))
})

test('are given away with a ticket, and only with a right one', async () => {
  const chain = new Chain()
  const first = chain.take(request())
  const transfer = (ticket: string, wish: Wish = {}) =>
    request({ operation: 'transfer', controllers: [bob], ticket, ...wish })
  const wrong = {
    'eid/badTicket': [
      ticketFor(bob, 'f'.repeat(64), [alice]),
      ticketFor(bob, first, [alice], 'did:elastos:others'),
      ticketFor(carol, first, [alice]),
    ],
    'eid/wrongKey': [ticketFor(bob, first, [bob])],
    'eid/duplicate': [ticketFor(bob, first, [alice, alice])],
    'eid/tooFewProofs': [ticketFor(bob, first, [])],
    'eid/malformed': ['', '?', toBase64Url('{}')],
  }
  for (const [code, tickets] of Object.entries(wrong)) {
    for (const ticket of tickets) await fails(code, () => chain.check(transfer(ticket)))
  }
  chain.take(transfer(ticketFor(bob, first, [alice])))
  const last = chain.state.did(NAME.toLowerCase())?.documents.at(-1)
  assert.is(last?.document.controller, bob.did)
  await fails('eid/badTicket', () => chain.check(transfer(ticketFor(bob, first, [alice]))))
})

test('are ended by the default key of a controller, for ever', async () => {
  const chain = new Chain()
  chain.take(request())
  const header = {
    specification: 'elastos/did/1.0',
    operation: 'deactivate',
    previousTxid: '',
    ticket: '',
  } as const
  const end = (who: Person) => sealed({ header, payload: NAME }, who)
  await fails('eid/wrongKey', () => chain.check(end(bob)))
  chain.take(end(alice))
  assert.is(chain.resolve(NAME).status, 2)
  await fails('eid/deactivated', () => chain.check(end(alice)))
  await fails('eid/deactivated', () => chain.check(request()))
})

test('cost more than normal ones', () => {
  const custom = parseOperation(requestText(request()))
  const normal = createRequest(newDocument({ privateKey: alice.secret, time: NOW }), alice.secret)
  assert.ok(gasOf(custom, NOW) > 4_000_000n)
  assert.ok(gasOf(parseOperation(requestText(normal)), NOW) < 100_000n)
})

test.run()
