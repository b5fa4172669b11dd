/** Intents that end in a DID transaction. */
import { parseRequest, requestText } from '../../protocol/did/request.ts'
import { assertDevnetEvm } from '../devnet-only.ts'
import { editDid, withService } from '../did-edit.ts'
import { publishDid, type Sending, sendDidRequest } from '../did-publish.ts'
import type { Action } from './action.ts'
import { eidOf, type Hand, signerOf } from './hand.ts'
import { objectParam, textParam } from './params.ts'

/** Sending as the account that answers: its DID signs, its coins pay. */
export function sendingOf(hand: Hand): Sending {
  return {
    chain: eidOf(hand),
    didKey: signerOf(hand).privateKey,
    payerKey: hand.account.evm.privateKey,
    waitMs: hand.waitMs,
    signal: hand.signal,
  }
}

export const promptpublishdid: Action = {
  service: 'did',
  name: 'promptpublishdid',
  describe: () => 'publish the DID',
  perform: async (_intent, hand) => {
    const { txid } = await publishDid({ ...sendingOf(hand), services: [] })
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
    const id = `${signerOf(hand).did}#hivevault`
    await editDid(sendingOf(hand), (document) =>
      withService(document, id, { type: 'HiveVault', endpoint }),
    )
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
  const { didKey: _, ...sending } = sendingOf(hand)
  await assertDevnetEvm({ chain: 'eid', rpc: sending.chain.rpc })
  const { hash } = await sendDidRequest(sending, requestText(request))
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
