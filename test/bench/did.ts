import { createPublicClient, createWalletClient, defineChain, http, parseAbi, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { devnetAccountAt, devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { newDocument } from '../../src/identity/did-document.ts'
import { resolveDid } from '../../src/identity/did-resolve.ts'
import { checkGenuineDocument } from '../../src/identity/verify-document.ts'
import { lookupAmong } from '../../src/identity/verify-lookup.ts'
import { documentOfText } from '../../src/identity/verify-text.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { wholeDocumentText } from '../../src/protocol/did/document.ts'
import { changeDid } from '../../src/wallet/did-change.ts'
import { connectSdk } from '../support/did-js-sdk.ts'
import { sdk } from '../support/eid-sdk.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { startNode, type TestNode } from '../support/node.ts'
import { type Figure, ratio } from './figure.ts'
import { pair } from './measure.ts'

const ROUNDS = 5
const DIDS = 8
const OUR_VERIFICATIONS = 400
const SDK_VERIFICATIONS = 40
const PASSWORD = 'a password of the store'
const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'

/** Our own DID code against the SDK's: DIDs put onto a chain and read back, documents verified. */
export async function benchDid(): Promise<readonly Figure[]> {
  using folder = temporaryFolder()
  await using node = await startNode(eid)
  // The inverse of the time ratio is the ratio of rates.
  const ours = ourLife(node)
  const theirs = await sdkLife(node, folder)
  const single = await pair(ROUNDS, inTurn(ours), inTurn(theirs))
  const many = await pair(ROUNDS, atOnce(ours), atOnce(theirs))
  const verified = await pair(ROUNDS, ourVerifications, sdkVerifications)
  return [
    ratio('publish and resolve, ours against the SDK', single, '≥ 5 ×', 'DIDs/s'),
    ratio(`the same, ${DIDS} at once`, many, '≥ 5 ×', 'DIDs/s'),
    ratio('verify a document, ours against the SDK', verified, '≥ 5 ×', 'documents/s'),
  ]
}

type Life = (number: number) => Promise<void>

/** DIDs a second, one after the other: made, signed, mined, resolved. */
function inTurn(life: Life): () => Promise<number> {
  return () => perSecond(DIDS, () => life(0))
}

/** DIDs a second of so many at once, each paid by another account. */
function atOnce(life: Life): () => Promise<number> {
  return async () => {
    const all = () => Promise.all(Array.from({ length: DIDS }, (_, number) => life(number)))
    return DIDS * (await perSecond(1, async () => void (await all())))
  }
}

function ourLife({ entry }: TestNode): Life {
  const chain = {
    rpc: String(entry['rpc']),
    chainId: Number(entry['chainId']),
    contract: String(entry['didContract']),
  }
  const signal = new AbortController().signal
  let index = 100
  return async (number) => {
    index += 1
    const signer = devnetAccountAt(index).did
    const payerKey = payer(number).privateKey
    const { did } = await changeDid({
      authority: { name: signer.did, did: signer.did, signers: [signer] },
      paying: { chain, payerKey, waitMs: 5_000, signal },
      when: 'new',
      edit: (document) => document,
    })
    const { status } = await resolveDid(chain.rpc, did)
    if (status !== 'valid') throw new Error(`${did} is ${status}`)
  }
}

/** The same with the SDK, its transactions sent by viem. */
async function sdkLife(node: TestNode, folder: TemporaryFolder): Promise<Life> {
  const store = await sdk.DIDStore.open(folder.join('store'))
  const root = await sdk.RootIdentity.createFromMnemonic(PHRASE, '', store, PASSWORD, true)
  connectSdk(sdk, String(node.entry['rpc']), viemPublisher(node))
  let index = 0
  return async () => {
    index += 1
    const document = await root.newDid(PASSWORD, index)
    await document.publish(PASSWORD)
    if ((await document.getSubject().resolve(true)) === null) throw new Error('not resolved')
  }
}

/** The accounts pay in turn, so that those at once do not wait for one nonce. */
function viemPublisher({ entry }: TestNode): (payload: string) => Promise<void> {
  const rpc = String(entry['rpc'])
  const chain = defineChain({
    id: Number(entry['chainId']),
    name: 'EID',
    nativeCurrency: { name: 'ELA', symbol: 'ELA', decimals: 18 },
    rpcUrls: { default: { http: [rpc] } },
  })
  const reader = createPublicClient({ chain, transport: http(rpc), pollingInterval: 5 })
  let sent = 0
  return async (payload) => {
    sent += 1
    const account = privateKeyToAccount(toHex(payer(sent % DIDS).privateKey))
    const wallet = createWalletClient({ account, chain, transport: http(rpc) })
    const hash = await wallet.writeContract({
      abi: parseAbi(['function publishDidTransaction(string data)']),
      address: String(entry['didContract']) as `0x${string}`,
      functionName: 'publishDidTransaction',
      args: [payload],
      type: 'legacy',
    })
    await reader.waitForTransactionReceipt({ hash })
  }
}

function payer(index: number) {
  const account = devnetAccounts()[index]
  if (account === undefined) throw new Error('no account')
  return account.evm
}

const text = wholeDocumentText(
  newDocument({
    privateKey: devnetAccountAt(99).did.privateKey,
    time: Math.floor(Date.now() / 1000),
    services: [{ fragment: 'hive', type: 'HiveVault', endpoint: 'https://hive.example' }],
  }),
)

/** Documents a second, from their text each time. */
function ourVerifications(): Promise<number> {
  const lookup = lookupAmong([])
  return perSecond(OUR_VERIFICATIONS, () => checkGenuineDocument(documentOfText(text), lookup))
}

function sdkVerifications(): Promise<number> {
  return perSecond(SDK_VERIFICATIONS, async () => {
    const document = await sdk.DIDDocument.parseAsync(text)
    if (!(await document.isGenuine())) throw new Error('not genuine')
  })
}

async function perSecond(times: number, act: () => Promise<void>): Promise<number> {
  const began = performance.now()
  for (let time = 0; time < times; time += 1) await act()
  return (times * 1_000) / (performance.now() - began)
}
