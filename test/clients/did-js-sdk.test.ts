/** The unmodified DID SDK against a real EID node; viem sends its transactions. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPublicClient, createWalletClient, defineChain, http, parseAbi, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { callRpc } from '../../src/base/json-rpc.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { resolveDid } from '../../src/identity/did-resolve.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { connectSdk, loadSdk } from '../support/did-js-sdk.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startNode, type TestNode } from '../support/node.ts'

const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
const FIRST_DID = 'did:elastos:iY4Ghz9tCuWvB5rNwvn4ngWvthZMNzEA7U'
const PASSWORD = 'a password of the store'
const abi = parseAbi(['function publishDidTransaction(string data)'])
const test = suite('did-js-sdk against EID')

/** Publishes as a web3 library does: legacy transaction, gas estimated, receipt awaited. */
function publisher({ entry }: TestNode) {
  const rpc = String(entry['rpc'])
  const chain = defineChain({
    id: Number(entry['chainId']),
    name: 'EID',
    nativeCurrency: { name: 'ELA', symbol: 'ELA', decimals: 18 },
    rpcUrls: { default: { http: [rpc] } },
  })
  const [alice] = devnetAccounts()
  assert.ok(alice)
  const account = privateKeyToAccount(toHex(alice.evm.privateKey))
  const wallet = createWalletClient({ account, chain, transport: http(rpc) })
  const reader = createPublicClient({ chain, transport: http(rpc), pollingInterval: 20 })
  return async (payload: string) => {
    const hash = await wallet.writeContract({
      abi,
      address: String(entry['didContract']) as `0x${string}`,
      functionName: 'publishDidTransaction',
      args: [payload],
      type: 'legacy',
    })
    const receipt = await reader.waitForTransactionReceipt({ hash })
    assert.is(receipt.status, 'success')
    return receipt
  }
}

async function openStore(folder: string) {
  const sdk = loadSdk()
  const store = await sdk.DIDStore.open(folder)
  const root = await sdk.RootIdentity.createFromMnemonic(PHRASE, '', store, PASSWORD, true)
  return { sdk, store, root }
}

test('lives a whole life: new, publish, resolve, update, resolve all, deactivate', async () => {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  const { sdk, store, root } = await openStore(folder.join('store'))
  const publish = publisher(node)
  connectSdk(sdk, String(node.entry['rpc']), async (payload) => void (await publish(payload)))

  const document = await root.newDid(PASSWORD, 0)
  const did = document.getSubject()
  assert.is(did.toString(), FIRST_DID)
  assert.is(await did.resolve(true), null)
  await document.publish(PASSWORD)
  const resolved = await did.resolve(true)
  assert.ok(resolved)
  assert.ok(await resolved.isGenuine())
  assert.ok(await resolved.isValid())

  const builder = sdk.DIDDocument.Builder.newFromDocument(await store.loadDid(did)).edit()
  const changed = await builder
    .addService('#hive', 'HiveVault', 'https://hive.example/')
    .seal(PASSWORD)
  await store.storeDid(changed)
  await changed.publish(PASSWORD)
  const updated = await did.resolve(true)
  assert.is(updated?.getServiceCount(), 1)
  assert.is(updated?.toString(true), changed.toString(true))

  const history = await did.resolveBiography()
  assert.is(history.getStatus().toString(), 'valid')
  assert.is(history.getTransactionCount(), 2)
  const operationAt = (index: number) =>
    history.getTransaction(index).getRequest().getOperation().toString()
  assert.equal([operationAt(0), operationAt(1)], ['update', 'create'])

  await (await store.loadDid(did)).deactivate(null, PASSWORD)
  const ended = await did.resolve(true)
  assert.ok(await ended?.isDeactivated())
  const last = await did.resolveBiography()
  assert.is(last.getStatus().toString(), 'deactivated')
  assert.is(last.getTransactionCount(), 3)

  const { status, transactions } = await resolveDid(String(node.entry['rpc']), FIRST_DID, true)
  assert.is(status, 'deactivated')
  const operations = transactions.map(({ operation }) => operation)
  assert.equal(operations, ['deactivate', 'update', 'create'])
})

test('declares, lists and revokes a credential', async () => {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  const { sdk, store, root } = await openStore(folder.join('store'))
  const publish = publisher(node)
  connectSdk(sdk, String(node.entry['rpc']), async (payload) => void (await publish(payload)))
  const document = await root.newDid(PASSWORD, 0)
  const did = document.getSubject()
  await document.publish(PASSWORD)
  const issuer = await sdk.Issuer.create(await store.loadDid(did), null)
  const credential = await issuer
    .issueFor(did)
    .id('#hobby')
    .types('SelfProclaimedCredential')
    .properties({ hobby: 'singing' })
    .seal(PASSWORD)
  await store.storeCredential(credential)
  await credential.declare(null, PASSWORD)
  assert.ok(await credential.wasDeclared())
  const listed = await sdk.VerifiableCredential.list(did)
  assert.equal(listed.map(String), [`${FIRST_DID}#hobby`])
  await credential.revoke(null, null, PASSWORD)
  assert.ok(await credential.isRevoked())
})

test('creates customized DIDs, alone and with others, and gives one away', async () => {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  const { sdk, store, root } = await openStore(folder.join('store'))
  const publish = publisher(node)
  connectSdk(sdk, String(node.entry['rpc']), async (payload) => void (await publish(payload)))
  const [first, second, third] = [
    await root.newDid(PASSWORD, 0),
    await root.newDid(PASSWORD, 1),
    await root.newDid(PASSWORD, 2),
  ]
  for (const document of [first, second, third]) await document.publish(PASSWORD)

  const singer = await first.newCustomized('did:elastos:Singer', PASSWORD)
  await singer.publish(PASSWORD)
  const resolved = await singer.getSubject().resolve(true)
  assert.ok(await resolved?.isValid())
  const ticket = await singer.createTransferTicket(second.getSubject(), PASSWORD)
  const given = await second.newCustomized(singer.getSubject(), PASSWORD, true)
  await given.publishWithTicket(ticket, second.getDefaultPublicKeyId(), PASSWORD)
  const history = await singer.getSubject().resolveBiography()
  assert.is(history.getTransactionCount(), 2)
  assert.is(history.getTransaction(0).getRequest().getOperation().toString(), 'transfer')

  const others = [second.getSubject(), third.getSubject()]
  const drafted = await first.newCustomizedDidWithController(
    'did:elastos:choir',
    others,
    2,
    PASSWORD,
  )
  const choir = await third.signWithDocument(drafted, PASSWORD)
  choir.setEffectiveController(first.getSubject())
  await store.storeDid(choir)
  await choir.publish(PASSWORD)
  const sung = await choir.getSubject().resolve(true)
  assert.ok(await sung?.isValid())
})

test('has its refused operations reverted, with the node knowing why', async () => {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  const { sdk, root } = await openStore(folder.join('store'))
  const publish = publisher(node)
  const payloads: string[] = []
  connectSdk(sdk, String(node.entry['rpc']), async (payload) => {
    payloads.push(payload)
    await publish(payload)
  })
  await (await root.newDid(PASSWORD, 1)).publish(PASSWORD)
  const [create = ''] = payloads
  let refused: unknown
  await publish(create).catch((error: unknown) => {
    refused = error
  })
  assert.match(String(refused), 'diderror')
  const reason = await callRpc(String(node.entry['rpc']), 'ela_whyRefused', [create])
  assert.match(String(reason), 'exists already')
})

test('finds its DIDs again after the node was killed and started anew', async () => {
  using folder = temporaryFolder()
  const dataDir = folder.join('eid')
  const first = await startNode(eid, { dataDir })
  const { sdk, root } = await openStore(folder.join('store'))
  connectSdk(sdk, String(first.entry['rpc']), async (payload) => {
    await publisher(first)(payload)
  })
  const document = await root.newDid(PASSWORD, 2)
  await document.publish(PASSWORD)
  const did = document.getSubject().toString()
  const published = await resolveDid(String(first.entry['rpc']), did)
  assert.is(published.status, 'valid')
  process.kill(first.process.pid, 'SIGKILL')
  await first.process.ended
  await using second = await startNode(eid, { dataDir, ports: first.ports })
  assert.equal(await resolveDid(String(second.entry['rpc']), did), published)
})

test.run()
