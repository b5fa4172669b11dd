import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../../src/base/errors.ts'
import { newDocument } from '../../../src/identity/did-document.ts'
import { createRequest, deactivateRequest } from '../../../src/identity/did-request.ts'
import { createDidExtension } from '../../../src/nodes/eid/did-extension.ts'
import { parseOperation } from '../../../src/nodes/eid/did-operation.ts'
import { listCredentials, resolveCredential } from '../../../src/nodes/eid/did-queries.ts'
import { DidState } from '../../../src/nodes/eid/did-state.ts'
import { checkOperation } from '../../../src/nodes/eid/did-validator.ts'
import { toBase64Url } from '../../../src/protocol/did/base64url.ts'
import type { Json } from '../../../src/protocol/did/canonical-json.ts'
import {
  credentialText,
  parseCredential,
  wholeCredentialText,
} from '../../../src/protocol/did/credential.ts'
import { didOf } from '../../../src/protocol/did/did.ts'
import { wholeDocumentText } from '../../../src/protocol/did/document.ts'
import { type DidRequest, requestText, signedText } from '../../../src/protocol/did/request.ts'
import { publicKeyOf, signText } from '../../../src/protocol/did/sign.ts'
import { formatTime } from '../../../src/protocol/did/time.ts'
import { encodeStringCall, selectorOf } from '../../../src/protocol/evm/abi.ts'
import { fails } from '../../support/fails.ts'

const NOW = 1_800_000_000
const test = suite('did credentials')

interface Person {
  readonly secret: Uint8Array
  readonly did: string
}

function person(seed: number): Person {
  const secret = new Uint8Array(32).fill(seed)
  return { secret, did: didOf(publicKeyOf(secret)) }
}

const [owner, issuer, stranger] = [person(1), person(2), person(3)] as const
const id = `${owner.did}#hobby`

class Chain {
  readonly state = new DidState()
  #height = 0

  constructor(...people: readonly Person[]) {
    for (const { secret } of people) {
      this.take(createRequest(newDocument({ privateKey: secret, time: NOW }), secret))
    }
  }

  check(request: DidRequest, time = NOW): void {
    checkOperation(parseOperation(requestText(request)), { state: this.state, time })
  }

  take(request: DidRequest): void {
    this.check(request)
    this.#height += 1
    const txid = `${this.#height}`.padStart(64, '0')
    const operation = parseOperation(requestText(request))
    this.state.apply(operation, { txid, height: this.#height, time: NOW })
  }

  resolve(asker?: Person) {
    const answer = resolveCredential(this.state, { id, issuer: asker?.did })
    assert.ok('result' in answer)
    const { status, transaction = [] } = answer.result as {
      status: number
      transaction?: { operation: { header: { operation: string } } }[]
    }
    return [status, ...transaction.map(({ operation }) => operation.header.operation)]
  }
}

function request(operation: 'declare' | 'revoke', payload: string, signer: Person): DidRequest {
  const header = {
    specification: 'elastos/credential/1.0',
    operation,
    previousTxid: '',
    ticket: '',
  }
  const signature = signText(signedText({ header, payload }), signer.secret)
  const verificationMethod = `${signer.did}#primary`
  return { header, payload, proof: { type: '', verificationMethod, signature } }
}

const revoke = (signer: Person) => request('revoke', id, signer)

function declare(change: Readonly<Record<string, Json>> = {}, signer = owner): DidRequest {
  const value = {
    id,
    type: ['Hobby'],
    issuer: issuer.did,
    issuanceDate: formatTime(NOW),
    expirationDate: formatTime(NOW + 1_000),
    credentialSubject: { id: owner.did, hobby: 'singing' },
    ...change,
  }
  const credential = parseCredential(value)
  const signature = signText(credentialText(credential), issuer.secret)
  const proof = { ...credential.proof, verificationMethod: `${issuer.did}#primary`, signature }
  const text = wholeCredentialText({ ...credential, proof })
  return request('declare', toBase64Url(text), signer)
}

test('are declared by their owner, once, and revoked by owner or issuer, once', async () => {
  for (const revoker of [owner, issuer]) {
    const chain = new Chain(owner, issuer, stranger)
    assert.equal(chain.resolve(), [3])
    chain.take(declare())
    assert.equal(chain.resolve(), [0, 'declare'])
    await fails('eid/alreadyDeclared', () => chain.check(declare()))
    await fails('eid/wrongKey', () => chain.check(revoke(stranger)))
    chain.take(revoke(revoker))
    assert.equal(chain.resolve(), [2, 'revoke', 'declare'])
    await fails('eid/revoked', () => chain.check(revoke(owner)))
    await fails('eid/revoked', () => chain.check(revoke(issuer)))
  }
})

test('need an end in the future, and an owner and an issuer on the chain', async () => {
  const chain = new Chain(owner, issuer)
  await fails('eid/badTime', () => chain.check(declare({ expirationDate: '' })))
  await fails('eid/expired', () => chain.check(declare(), NOW + 1_000))
  await fails('eid/invalidSigner', () => new Chain(issuer).check(declare()))
  await fails('eid/invalidSigner', () => new Chain(owner).check(declare()))
  chain.take(deactivateRequest(issuer.secret))
  await fails('eid/invalidSigner', () => chain.check(declare()))
})

test('are signed by the issuer inside and by the owner outside', async () => {
  const chain = new Chain(owner, issuer, stranger)
  await fails('eid/wrongKey', () => chain.check(declare({}, stranger)))
  await fails('eid/wrongKey', () => chain.check(declare({ issuer: stranger.did })))
  const { payload } = declare()
  const other = Buffer.from(payload, 'base64url').toString().replace('singing', 'diving')
  const forged = request('declare', toBase64Url(other), owner)
  await fails('eid/badSignature', () => chain.check(forged))
})

test('cannot be declared after owner or issuer revoked them', async () => {
  for (const revoker of [owner, issuer]) {
    const chain = new Chain(owner, issuer)
    chain.take(revoke(revoker))
    await fails('eid/revoked', () => chain.check(declare()))
  }
})

test('that nobody declared are revoked for those who ask about the revoker', async () => {
  const chain = new Chain(owner, issuer, stranger)
  chain.take(revoke(stranger))
  await fails('eid/revoked', () => chain.check(revoke(stranger)))
  assert.equal(chain.resolve(), [2, 'revoke'])
  assert.equal(chain.resolve(stranger), [2, 'revoke'])
  assert.equal(chain.resolve(issuer), [3])
  chain.take(declare())
  assert.equal(chain.resolve(), [0, 'declare'])
  assert.equal(chain.resolve(stranger), [0, 'declare'])
})

test('are listed newest first, in pages', () => {
  const chain = new Chain(owner, issuer)
  const ids = ['#a', '#b', '#c'].map((fragment) => owner.did + fragment)
  assert.equal(listCredentials(chain.state, { did: owner.did }), {
    result: { did: owner.did, credentials: null },
  })
  for (const one of ids) chain.take(declare({ id: one }))
  const list = (params: object) => {
    const answer = listCredentials(chain.state, { did: owner.did, ...params })
    return 'result' in answer
      ? (answer.result as { credentials: unknown }).credentials
      : answer.error
  }
  assert.equal(list({}), [...ids].reverse())
  assert.equal(list({ skip: 1, limit: 1 }), [ids[1]])
  assert.is(list({ skip: 3 }), null)
  const refused = { code: -32000, message: 'skip is negative' }
  assert.equal(list({ skip: -1 }), refused)
})

test('and documents of any shape are answered, never with a crash', () => {
  const chain = createDidExtension({ contract: '0xF654c3cBBB60D7F4ac7cDA325d51E62f47ACD436' })
  const selector = selectorOf('publishDidTransaction(string)')
  const admit = (data: Uint8Array) => chain.admit({ data, from: undefined, time: NOW }).admitted
  const document = newDocument({ privateKey: owner.secret, time: NOW })
  const whole = JSON.parse(wholeDocumentText(document)) as Record<string, Json>
  const names = [...Object.keys(whole), 'controller', 'authorization', 'service', '__proto__']
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
      const changed = toBase64Url(JSON.stringify({ ...whole, [name]: value }))
      const { header, proof } = createRequest(document, owner.secret)
      const text = requestText({ header, payload: changed, proof })
      admit(encodeStringCall(selector, text))
    }),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      admit(Uint8Array.of(...selector, ...bytes))
    }),
  )
  const valid = encodeStringCall(selector, requestText(createRequest(document, owner.secret)))
  assert.ok(admit(valid))
  fc.assert(
    fc.property(fc.nat(valid.length * 8 - 1), (bit) => {
      const flipped = valid.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      admit(flipped)
    }),
    { numRuns: 300 },
  )
  assert.throws(
    () => parseOperation('{'),
    (error: unknown) => error instanceof ElaError,
  )
})

test.run()
