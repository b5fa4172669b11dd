/**
 * Intents about the EVM account: signatures, networks, tokens, addresses.
 *
 * @see Elastos.Essentials.App src/app/wallet/pages/intents/, src/app/model/ethereum/requestparams.ts
 */
import { fromHex } from '../../base/bytes-text.ts'
import {
  isObject,
  type Json,
  type JsonObject,
  parseJson,
} from '../../protocol/did/canonical-json.ts'
import { isAddress } from '../../protocol/evm/address.ts'
import { personalMessageHash, signHash } from '../../protocol/evm/sign-message.ts'
import { parseTypedData, typedDataHash } from '../../protocol/evm/typed-data.ts'
import { formatAmount } from '../amount.ts'
import { mainchainBalance } from '../mainchain-coins.ts'
import type { Action } from './action.ts'
import { readBox, writeBox } from './box.ts'
import { readDecimals } from './coin-actions.ts'
import { IntentError } from './errors.ts'
import { escOf, type Hand } from './hand.ts'
import { listParam, objectParam, optionalText, own, textParam } from './params.ts'

const NOTHING = { data: null }

export const signtypeddata: Action = {
  service: 'wallet',
  name: 'signtypeddata',
  describe: (params) => {
    const { primaryType, domain } = typedDataOf(params)
    return `sign a ${primaryType} for ${String(domain['name'] ?? 'an unnamed contract')}`
  },
  perform: async ({ params }, hand) => {
    const useV4 = own(params, 'useV4')
    const version = useV4 === true || useV4 === 'true' ? 4 : 3
    const hash = typedDataHash(typedDataOf(params), version)
    return { signedData: signHash(hash, hand.account.evm.privateKey) }
  },
  denied: NOTHING,
}

/** `payload` is JSON in a text; in a query it was read as JSON already. */
function typedDataOf(params: JsonObject) {
  const payload = own(params, 'payload')
  return parseTypedData(typeof payload === 'string' ? parseJson(payload, 'payload') : payload)
}

export const personalsign: Action = {
  service: 'wallet',
  name: 'personalsign',
  describe: (params) => `sign the message ${messageText(textParam(params, 'data'))}`,
  perform: async ({ params }, hand) => {
    const hash = personalMessageHash(messageBytes(textParam(params, 'data')))
    return { signedData: signHash(hash, hand.account.evm.privateKey) }
  },
  denied: NOTHING,
}

/** `eth_sign`: 32 bytes that can be anything, a transaction too. */
export const insecureethsign: Action = {
  service: 'wallet',
  name: 'insecureethsign',
  describe: (params) =>
    `sign the hash ${textParam(params, 'data')}, which can be that of a transaction`,
  perform: async ({ params }, hand) => {
    const data = textParam(params, 'data')
    if (!/^(0x)?[0-9a-fA-F]{64}$/.test(data)) throw IntentError.badParameter('data', '32 bytes')
    return { signedData: signHash(fromHex(data), hand.account.evm.privateKey) }
  },
  denied: NOTHING,
}

function messageBytes(data: string): Uint8Array {
  return /^0x([0-9a-fA-F]{2})*$/.test(data) ? fromHex(data) : new TextEncoder().encode(data)
}

function messageText(data: string): string {
  const text = new TextDecoder().decode(messageBytes(data))
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}

/** Ids that Essentials knows from the start: it does not take them from a DApp. */
const BUILT_IN_CHAIN_IDS = [1, 20, 21, 22, 23, 56, 128, 137, 42161, 43114]

export const addethereumchain: Action = {
  service: 'wallet',
  name: 'addethereumchain',
  describe: (params) => {
    const rpc = String(listParam(params, 'rpcUrls')[0])
    return `add the network ${textParam(params, 'chainName')} (${chainIdOf(params)}) at ${rpc}`
  },
  perform: async ({ params }, hand) => {
    const chainId = chainIdOf(params)
    const box = readBox(hand.boxFile)
    const isKnown = [...BUILT_IN_CHAIN_IDS, ...box.networks.map((one) => one.chainId)]
    if (isKnown.includes(chainId)) return { networkAdded: false }
    const [rpcUrl] = listParam(params, 'rpcUrls')
    if (typeof rpcUrl !== 'string' || !URL.canParse(rpcUrl)) {
      throw IntentError.badParameter('rpcUrls', 'a list of addresses')
    }
    const currency = objectParam(params, 'nativeCurrency')
    if (own(currency, 'decimals') !== 18) {
      throw IntentError.badParameter('nativeCurrency.decimals', '18')
    }
    const key = `custom${chainId}`
    const name = textParam(params, 'chainName')
    const network = { key, chainId, name, rpcUrl, symbol: textParam(currency, 'symbol') }
    writeBox(hand.boxFile, { ...box, networks: [...box.networks, network] })
    return { networkAdded: true, networkKey: key }
  },
  denied: { networkAdded: false },
}

/** Hexadecimal in EIP-3085; a plain number too, as in Essentials. */
function chainIdOf(params: JsonObject): number {
  const value = own(params, 'chainId')
  const chainId = Number(value)
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(String(value)) || !Number.isSafeInteger(chainId)) {
    throw IntentError.badParameter('chainId', 'a number such as 0x7e5')
  }
  return chainId
}

export const adderctoken: Action = {
  service: 'wallet',
  name: 'adderctoken',
  describe: (params) => `add the token ${tokenOf(params)}`,
  perform: async ({ params }, hand) => {
    const address = tokenOf(params)
    const decimals = await readDecimals(escOf(hand).rpc, address)
    const options = own(params, 'options')
    const symbol = optionalText(isObject(options) ? options : params, 'symbol') ?? '?'
    const box = readBox(hand.boxFile)
    const others = box.tokens.filter((token) => token.address !== address)
    writeBox(hand.boxFile, { ...box, tokens: [...others, { address, symbol, decimals }] })
    return { added: true }
  },
  denied: { added: false },
}

/** EIP-747 has the address in `options`. */
function tokenOf(params: JsonObject): string {
  const options = own(params, 'options')
  const address = textParam(isObject(options) ? options : params, 'address')
  if (!isAddress(address)) throw IntentError.badParameter('address', 'an address of ESC')
  return address
}

export const walletaccess: Action = {
  service: 'wallet',
  name: 'walletaccess',
  describe: (params) => `show ${Object.keys(fieldsOf(params)).join(', ')}`,
  perform: async ({ params }, hand) => {
    const entries = Object.keys(fieldsOf(params)).map(async (name) => [
      name,
      await field(name, hand),
    ])
    return { walletinfo: [Object.fromEntries(await Promise.all(entries)) as JsonObject] }
  },
  denied: { walletinfo: null, status: 'cancelled' },
}

function fieldsOf(params: JsonObject): JsonObject {
  const fields = own(params, 'reqfields')
  if (isObject(fields)) return fields
  const { redirecturl: _, callbackurl: __, ...others } = params
  return others
}

/** What the wallet has no answer for is an empty text, as in Essentials. */
async function field(name: string, { account, mainchain }: Hand): Promise<Json> {
  if (name === 'elaaddress') return account.ela.address
  if (name === 'ethaddress') return account.evm.address
  if (name === 'elaamount' && mainchain !== undefined) {
    return formatAmount(await mainchainBalance(mainchain.rpc, account.ela.address), 'mainchain')
  }
  return ''
}
