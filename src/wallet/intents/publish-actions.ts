/** Intents that end in a DID transaction. */
import { withService } from '../../identity/document-edit.ts'
import type { DidDocument } from '../../protocol/did/document.ts'
import { parseRequest, requestText } from '../../protocol/did/request.ts'
import { assertDevnetEvm } from '../devnet-only.ts'
import { changeDid, type Paying } from '../did-change.ts'
import { type PublishedDid, sendDidRequest } from '../did-publish.ts'
import type { Action } from './action.ts'
import { eidOf, type Hand, signerOf } from './hand.ts'
import { objectParam, textParam } from './params.ts'

/** The account that answers pays. */
function payingOf(hand: Hand): Paying {
  return {
    chain: eidOf(hand),
    payerKey: hand.account.evm.privateKey,
    waitMs: hand.waitMs,
    signal: hand.signal,
  }
}

/**
 * Publishes what `edit` makes of the document of whoever answers, or of a new one.
 * Throws as `changeDid` does.
 */
export function publishEdited(
  hand: Hand,
  edit: (document: DidDocument) => DidDocument,
): Promise<PublishedDid> {
  const signer = signerOf(hand)
  return changeDid({
    authority: { name: hand.account.name, did: signer.did, signers: [signer] },
    paying: payingOf(hand),
    when: 'either',
    edit,
  })
}

export const promptpublishdid: Action = {
  service: 'did',
  name: 'promptpublishdid',
  describe: () => 'publish the DID',
  perform: async (_intent, hand) => {
    const { txid } = await publishEdited(hand, (document) => document)
    return { txid }
  },
  denied: { txid: null },
}

export const sethiveprovider: Action = {
  service: 'did',
  name: 'sethiveprovider',
  describe: (params) => `publish ${textParam(params, 'address')} as the Hive vault`,
  perform: async ({ params }, hand) => {
    const endpoint = textParam(params, 'address')
    const service = { fragment: 'hivevault', type: 'HiveVault', endpoint }
    await publishEdited(hand, (document) => withService(document, service))
    return { status: 'published' }
  },
  denied: { status: 'cancelled' },
  failed: () => ({ status: 'error' }),
}

const describeRequest: Action['describe'] = (params) => {
  const { header, proof } = parseRequest(JSON.stringify(objectParam(params, 'didrequest')))
  return `pay for the DID operation ${header.operation} signed by ${proof.verificationMethod}`
}

/** Somebody else's finished request: this account only pays. */
const performRequest = async (params: Parameters<Action['describe']>[0], hand: Hand) => {
  const request = parseRequest(JSON.stringify(objectParam(params, 'didrequest')))
  const paying = payingOf(hand)
  await assertDevnetEvm({ chain: 'eid', rpc: paying.chain.rpc })
  const { hash } = await sendDidRequest(paying, requestText(request))
  return hash
}

/** Through the identity part of the wallet. */
export const didtransaction: Action = {
  service: 'did',
  name: 'didtransaction',
  describe: describeRequest,
  perform: async ({ params }, hand) => ({ txid: await performRequest(params, hand) }),
  denied: { txid: null },
}

/** Through its coin part, which says how it went. */
export const walletDidtransaction: Action = {
  service: 'wallet',
  name: 'didtransaction',
  describe: describeRequest,
  perform: async ({ params }, hand) => ({
    published: true,
    txid: await performRequest(params, hand),
    status: 'published',
  }),
  denied: { txid: null, status: 'cancelled' },
  failed: () => ({ txid: null, status: 'error' }),
}
