/** The DID rules on a running node: what is mined, read by contracts, and there after a restart. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { issueCredential } from '../../../src/identity/credential.ts'
import { changedDocument, newDocument } from '../../../src/identity/did-document.ts'
import {
  createRequest,
  deactivateRequest,
  updateRequest,
} from '../../../src/identity/did-request.ts'
import {
  didContractOf,
  KYC_ADDRESS,
  RESOLVE_DID_ADDRESS,
} from '../../../src/nodes/eid/did-contract.ts'
import { eid } from '../../../src/nodes/eid/kind.ts'
import { didOf } from '../../../src/protocol/did/did.ts'
import { type DidDocument, documentText, sortDocument } from '../../../src/protocol/did/document.ts'
import { type DidRequest, requestText } from '../../../src/protocol/did/request.ts'
import { publicKeyOf, signText } from '../../../src/protocol/did/sign.ts'
import { encodeStringCall, selectorOf } from '../../../src/protocol/evm/abi.ts'
import { decodeTexts, encodeTexts } from '../../../src/protocol/evm/abi-texts.ts'
import { keccak256 } from '../../../src/protocol/evm/keccak.ts'
import { addressOf, ask, get, signed } from '../../support/evm.ts'
import { until } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startNode, type TestNode } from '../../support/node.ts'

const CONTRACT = didContractOf('testnet') as `0x${string}`
const PUBLISH = selectorOf('publishDidTransaction(string)')
const RESOLVE = selectorOf('resolveDID(string)')
const test = suite('EID node')

const now = () => Math.floor(Date.now() / 1000)
const urlOf = (node: TestNode) => String(node.entry['rpc'])

function person(seed: number) {
  const secret = new Uint8Array(32).fill(seed)
  const document = newDocument({ privateKey: secret, time: now() })
  return { secret, did: didOf(publicKeyOf(secret)), document }
}

const publication = (nonce: number, request: DidRequest, from = 0) =>
  signed(nonce, {
    from,
    to: CONTRACT,
    value: 0n,
    gasLimit: 3_000_000n,
    chainId: 23n,
    data: encodeStringCall(PUBLISH, requestText(request)),
  })

async function receiptOf(url: string, hash: string) {
  return until(`the receipt of ${hash}`, async () => {
    return (await get(url, 'eth_getTransactionReceipt', [hash])) ?? undefined
  })
}

async function publish(url: string, nonce: number, request: DidRequest) {
  const { raw, hash } = publication(nonce, request)
  await get(url, 'eth_sendRawTransaction', [raw])
  return receiptOf(url, hash)
}

const resolve = (url: string, did: string) => get(url, 'did_resolveDID', [{ did, all: true }])

const laterDocument = ({ secret }: ReturnType<typeof person>) =>
  newDocument({ privateKey: secret, time: now() + 60 })

/** A document of `who` with a credential inside, signed anew. */
function documentWithCredential({ secret, did, document }: ReturnType<typeof person>): DidDocument {
  const credential = issueCredential({
    issuer: { did, privateKey: secret },
    subject: did,
    fragment: '#kyc',
    types: ['BasicProfileCredential'],
    properties: { name: 'Ada', nation: 'Iceland' },
    time: now(),
    expires: now() + 86_400,
  })
  const fresh = { ...document, verifiableCredential: [credential] }
  const [proof] = document.proofs
  assert.ok(proof)
  const signatureValue = signText(documentText(sortDocument(fresh)), secret)
  return { ...fresh, proofs: [{ ...proof, signatureValue }] }
}

test('takes one operation per DID into a block, and reverts the others', async () => {
  await using node = await startNode(eid, { mining: { mode: 'none' } })
  const url = urlOf(node)
  const alice = person(1)
  const bob = person(2)
  const request = createRequest(alice.document, alice.secret)
  const other = createRequest(laterDocument(alice), alice.secret)
  const sent = [
    publication(0, request),
    publication(1, createRequest(bob.document, bob.secret)),
    publication(2, other),
    publication(0, request, 1),
  ]
  for (const { raw } of sent) await get(url, 'eth_sendRawTransaction', [raw])
  const twice = publication(3, request)
  const { error } = await ask(url, 'eth_sendRawTransaction', [twice.raw])
  assert.match(error?.message ?? '', /waits for the next block/)
  await get(url, 'evm_mine')
  const receipts = await Promise.all(sent.map(({ hash }) => receiptOf(url, hash)))
  assert.equal(
    receipts.map(({ status }) => status),
    ['0x1', '0x1', '0x0', '0x0'],
  )
  assert.equal(
    receipts.map((receipt) => receipt.didLog?.did),
    [alice.did, bob.did, undefined, undefined],
  )
  const why = await get(url, 'ela_whyRefused', [requestText(request)])
  assert.match(why, /already written to in this block/)
  assert.is((await resolve(url, alice.did)).transaction.length, 1)
})

test('knows after a crash which operations wait for the next block', async () => {
  using folder = temporaryFolder()
  const alice = person(1)
  const request = createRequest(alice.document, alice.secret)
  const first = await startNode(eid, { mining: { mode: 'none' }, dataDir: folder.path })
  await get(urlOf(first), 'eth_sendRawTransaction', [publication(0, request).raw])
  process.kill(first.process.pid, 'SIGKILL')
  await first.process.ended
  await using node = await startNode(eid, { mining: { mode: 'none' }, dataDir: folder.path })
  const url = urlOf(node)
  const late = publication(0, createRequest(laterDocument(alice), alice.secret), 1)
  await get(url, 'eth_sendRawTransaction', [late.raw])
  await get(url, 'evm_mine')
  assert.is((await receiptOf(url, publication(0, request).hash)).status, '0x1')
  assert.is((await receiptOf(url, late.hash)).status, '0x0')
})

test('has the same DIDs after revert, reorganisation, restart and kill', async () => {
  using folder = temporaryFolder()
  const [alice, bob] = [person(1), person(2)]
  let node = await startNode(eid, { dataDir: folder.path })
  const created = await publish(urlOf(node), 0, createRequest(alice.document, alice.secret))
  const snapshot = await get(urlOf(node), 'evm_snapshot')
  await publish(urlOf(node), 1, deactivateRequest(alice.secret))
  assert.is((await resolve(urlOf(node), alice.did)).status, 2)
  await get(urlOf(node), 'evm_revert', [snapshot])
  assert.is((await resolve(urlOf(node), alice.did)).status, 0)
  const services = [{ fragment: 'hive', type: 'HiveVault', endpoint: 'https://hive.example/' }]
  const changes = { privateKey: alice.secret, time: now(), services }
  const changed = changedDocument(alice.document, changes)
  await publish(urlOf(node), 1, updateRequest(changed, created.transactionHash, alice.secret))
  await publish(urlOf(node), 2, createRequest(bob.document, bob.secret))
  await get(urlOf(node), 'anvil_rollback', [1])
  assert.is((await resolve(urlOf(node), bob.did)).status, 3)
  const before = await resolve(urlOf(node), alice.did)
  assert.is(before.transaction.length, 2)
  for (const signal of ['SIGTERM', 'SIGKILL', 'SIGKILL'] as const) {
    process.kill(node.process.pid, signal)
    await node.process.ended
    node = await startNode(eid, { dataDir: folder.path })
    assert.equal(await resolve(urlOf(node), alice.did), before)
    assert.is((await resolve(urlOf(node), bob.did)).status, 3)
  }
  await node[Symbol.asyncDispose]()
})

test('answers under the names of both APIs, as one object serves both', async () => {
  await using node = await startNode(eid)
  const url = urlOf(node)
  const alice = person(1)
  const { raw, hash } = publication(0, createRequest(alice.document, alice.secret))
  assert.is(await get(url, 'did_sendRawTransaction', [raw]), hash)
  assert.is((await receiptOf(url, hash)).status, '0x1')
  for (const name of ['getTransactionReceipt', 'getTransactionByHash', 'getRawTransactionByHash']) {
    assert.equal(await get(url, `did_${name}`, [hash]), await get(url, `eth_${name}`, [hash]))
  }
  const asked = [{ did: alice.did }]
  assert.equal(await get(url, 'eth_resolveDID', asked), await get(url, 'did_resolveDID', asked))
  assert.equal(await get(url, 'eth_listCredentials', asked), {
    did: alice.did,
    credentials: null,
  })
  assert.is((await get(url, 'eth_resolveCredential', [{ id: `${alice.did}#x` }])).status, 3)
  assert.is((await get(url, 'rpc_modules')).did, '1.0')
  for (const method of ['did_blockNumber', 'did_getBalance', 'did_constructor', 'eth_resolve']) {
    assert.is((await ask(url, method, [])).error?.code, -32601)
  }
})

/** Forwards its call data to the address in the first word; keeps the answer's hash and success. */
const ASKER = '365f5f375f5f365f5f355afa6001553d5f5f3e3d5f205f553d5ff3'

async function deployAsker(url: string, nonce: number): Promise<`0x${string}`> {
  const size = (ASKER.length / 2).toString(16).padStart(2, '0')
  const data = fromHex(`60${size}600a5f3960${size}5ff3${ASKER}`)
  const creation = { to: undefined, value: 0n, gasLimit: 300_000n, chainId: 23n, data }
  const { raw, hash } = signed(nonce, creation)
  await get(url, 'eth_sendRawTransaction', [raw])
  return (await receiptOf(url, hash)).contractAddress
}

const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = (hex: string) => Buffer.from(fromHex(hex)).toString('utf8')

test('lets contracts read DIDs and credentials, in calls and in transactions', async () => {
  await using node = await startNode(eid)
  const url = urlOf(node)
  const alice = person(1)
  const request = createRequest(documentWithCredential(alice), alice.secret)
  const { transactionHash, status } = await publish(url, 0, request)
  assert.is(status, '0x1')
  const txid = transactionHash.slice(2)

  const resolveCall = (params: object, to = CONTRACT as string) => {
    const data = `0x${toHex(encodeStringCall(RESOLVE, JSON.stringify(params)))}`
    return get(url, 'eth_call', [{ from: addressOf(0), to, data }, 'latest'])
  }
  const branch = ['transaction', 0, 'txid']
  const answer = await resolveCall({ did: alice.did, branch })
  const [text = new Uint8Array()] = decodeTexts(fromHex(answer), 1)
  assert.is(Buffer.from(text).toString(), JSON.stringify(txid))

  const native = (contract: string, input: Uint8Array) => {
    const data = `0x${'00'.repeat(32)}${toHex(input)}`
    return ask(url, 'eth_call', [{ to: contract, data }, 'latest'])
  }
  const part = async (path: readonly (string | number)[]) => {
    const input = bytes(JSON.stringify({ did: alice.did, branch: path }))
    return JSON.parse(textOf((await native(RESOLVE_DID_ADDRESS, input)).result))
  }
  const inDocument = ['transaction', 0, 'operation', 'payload']
  assert.is(await part([...inDocument, 'id']), alice.did)
  assert.is(await part(['no', 'such']), null)
  assert.is((await part([])).status, 0)
  const unknown = bytes(JSON.stringify({ did: person(9).did, branch }))
  assert.ok((await native(RESOLVE_DID_ADDRESS, unknown)).error)
  assert.ok((await native(RESOLVE_DID_ADDRESS, bytes('{'))).error)

  const kyc = encodeTexts(bytes(alice.did), bytes('#kyc'))
  const [json, facts] = decodeTexts(fromHex((await native(KYC_ADDRESS, kyc)).result), 2)
  const rpc = await get(url, 'did_kycCredential', [{ did: alice.did, id: '#kyc' }])
  assert.is(Buffer.from(json ?? []).toString(), rpc.verifiableCredentialData)
  assert.is(JSON.parse(rpc.verifiableCredentialData).credentialSubject.name, 'Ada')
  const [id, issuer] = decodeTexts(facts ?? new Uint8Array(), 4).map((one) =>
    Buffer.from(one).toString(),
  )
  assert.equal([id, issuer], [`${alice.did}#kyc`, alice.did])

  const asker = await deployAsker(url, 1)
  const input = bytes(JSON.stringify({ did: alice.did, branch }))
  const word = fromHex(RESOLVE_DID_ADDRESS.slice(2).padStart(64, '0'))
  const data = Uint8Array.of(...word, ...input)
  const call = { from: addressOf(0), to: asker, data: `0x${toHex(data)}` }
  const gas = BigInt(await get(url, 'eth_estimateGas', [call]))
  const { raw, hash } = signed(2, {
    ...{ to: asker, value: 0n, gasLimit: gas, chainId: 23n, data },
  })
  await get(url, 'eth_sendRawTransaction', [raw])
  assert.is((await receiptOf(url, hash)).status, '0x1')
  const kept = (slot: string) => get(url, 'eth_getStorageAt', [asker, slot, 'latest'])
  assert.is(BigInt(await kept('0x1')), 1n)
  assert.is(await kept('0x0'), `0x${toHex(keccak256(bytes(JSON.stringify(txid))))}`)
})

test('says in kycCredential what is missing', async () => {
  await using node = await startNode(eid)
  const url = urlOf(node)
  const alice = person(1)
  await publish(url, 0, createRequest(alice.document, alice.secret))
  const kyc = async (params: object) => ask(url, 'did_kycCredential', [params])
  assert.is((await kyc({ id: '#a' })).error?.message, 'did is null')
  assert.is((await kyc({ did: alice.did })).error?.message, 'id is null')
  assert.is((await kyc({ did: person(8).did, id: '#a' })).error?.message, 'leveldb: not found')
  assert.is((await kyc({ did: alice.did, id: '#a' })).result, '')
})

test.run()
