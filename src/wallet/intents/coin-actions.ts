/**
 * Intents that move coins: `pay` and `esctransaction`.
 *
 * @see Elastos.Essentials.App src/app/wallet/services/intent.service.ts
 */
import { concatBytes, fromHex, toHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import { callRpc } from '../../base/json-rpc.ts'
import { isObject, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { selectorOf } from '../../protocol/evm/abi.ts'
import { addressBytes, isAddress } from '../../protocol/evm/address.ts'
import type { Chain, EvmNode } from '../chains.ts'
import { sendEvmTransaction } from '../evm-coins.ts'
import { type Endpoint, readOrder, transfer } from '../transfer.ts'
import type { Action } from './action.ts'
import { readBox } from './box.ts'
import { IntentError } from './errors.ts'
import { eidOf, escOf, type Hand } from './hand.ts'
import { listParam, objectParam, optionalText, own, textParam } from './params.ts'

const CURRENCIES: Readonly<Record<string, Chain>> = {
  ELA: 'mainchain',
  ETHSC: 'esc',
  'ELA/ETHSC': 'esc',
  ETHDID: 'eid',
  'ELA/ETHDID': 'eid',
}
const TOKEN = 'ELA/ETHSC:'

export const pay: Action = {
  service: 'wallet',
  name: 'pay',
  describe: (params) =>
    `pay ${amountOf(params)} ${currencyOf(params)} to ${textParam(params, 'receiver')}`,
  perform: async ({ params }, hand) => {
    const network = optionalText(params, 'network') ?? 'elastos'
    if (network !== 'elastos') throw IntentError.badParameter('network', '`elastos`')
    const currency = currencyOf(params)
    const chain = CURRENCIES[currency]
    const txid =
      chain === undefined
        ? await payToken(params, currency, hand)
        : await payCoins(params, chain, hand)
    return { txid, status: 'published' }
  },
  denied: { txid: null, status: 'cancelled' },
  failed: ({ message }) => ({ message, status: 'error' }),
}

function currencyOf(params: JsonObject): string {
  return optionalText(params, 'currency') ?? 'ELA'
}

/** Numbers come as numbers and as text. */
function amountOf(params: JsonObject): string {
  const amount = own(params, 'amount')
  // 1e-7 and the like: never in exponents, and no more digits than the number has.
  if (typeof amount === 'number' && amount < 1e21) {
    const text = String(amount)
    return text.includes('e') ? amount.toFixed(18).replace(/\.?0+$/, '') : text
  }
  if (typeof amount === 'string' && amount !== '') return amount
  throw IntentError.badParameter('amount', 'an amount')
}

async function payCoins(params: JsonObject, chain: Chain, hand: Hand): Promise<string> {
  const order = readOrder(chain, textParam(params, 'receiver'), amountOf(params))
  const memo = chain === 'mainchain' ? optionalText(params, 'memo') : undefined
  const { txid } = await transfer({
    endpoint: endpointOf(hand, chain),
    from: hand.account,
    order,
    memo,
    waitMs: hand.waitMs,
    signal: hand.signal,
  })
  return txid
}

function endpointOf(hand: Hand, chain: Chain): Endpoint {
  if (chain === 'esc') return escOf(hand)
  if (chain === 'eid') return eidNode(hand)
  if (hand.mainchain === undefined) throw IntentError.chainMissing('the main chain')
  return { chain, rpc: hand.mainchain.rpc }
}

function eidNode(hand: Hand): EvmNode {
  const { rpc, chainId } = eidOf(hand)
  return { chain: 'eid', rpc, chainId }
}

async function payToken(params: JsonObject, currency: string, hand: Hand): Promise<string> {
  const contract = currency.startsWith(TOKEN) ? currency.slice(TOKEN.length) : ''
  if (!isAddress(contract)) {
    throw IntentError.badParameter('currency', 'ELA, ETHSC, ETHDID or ELA/ETHSC:<contract>')
  }
  const esc = escOf(hand)
  const receiver = textParam(params, 'receiver')
  if (!isAddress(receiver)) throw IntentError.badParameter('receiver', 'an address of ESC')
  const units = unitsOf(amountOf(params), await decimalsOf(contract, esc, hand))
  const data = concatBytes(
    selectorOf('transfer(address,uint256)'),
    new Uint8Array(12),
    addressBytes(receiver),
    fromHex(units.toString(16).padStart(64, '0')),
  )
  return sendOn(esc, hand, { to: contract, data, value: 0n })
}

async function decimalsOf(contract: string, { rpc }: EvmNode, hand: Hand): Promise<number> {
  const known = readBox(hand.boxFile).tokens.find(
    ({ address }) => address.toLowerCase() === contract.toLowerCase(),
  )
  if (known !== undefined) return known.decimals
  return readDecimals(rpc, contract)
}

/** Throws `intent/unknownToken` for an address that is no token. */
export async function readDecimals(rpc: string, contract: string): Promise<number> {
  const data = `0x${toHex(selectorOf('decimals()'))}`
  let reply: unknown
  try {
    reply = await callRpc(rpc, 'eth_call', [{ to: contract, data }, 'latest'])
  } catch (error) {
    if (!(error instanceof ElaError) || error.code !== 'rpc/refused') throw error
  }
  if (typeof reply !== 'string' || !/^0x0{62}[0-9a-f]{2}$/.test(reply)) {
    throw IntentError.unknownToken(contract)
  }
  return Number(reply)
}

function unitsOf(amount: string, decimals: number): bigint {
  const [, whole = '', fraction = ''] = /^(\d{1,40})(?:\.(\d{1,80}))?$/.exec(amount) ?? []
  if (whole === '' || fraction.replace(/0+$/, '').length > decimals) {
    throw IntentError.badParameter('amount', `a number with at most ${decimals} decimals`)
  }
  const units = BigInt(whole + fraction.replace(/0+$/, '').padEnd(decimals, '0'))
  if (units === 0n || units >= 1n << 256n) {
    throw IntentError.badParameter('amount', 'more than nothing, and no more than a token can hold')
  }
  return units
}

export const esctransaction: Action = {
  service: 'wallet',
  name: 'esctransaction',
  describe: (params) => {
    const { to, value, data } = callOf(params)
    const what = data.length === 0 ? '' : ` with ${data.length} bytes of data`
    return `send ${value} wei to ${to ?? 'a new contract'}${what}`
  },
  perform: async ({ params }, hand) => {
    const txid = await sendOn(chosenChain(params, hand), hand, callOf(params))
    return { published: true, txid, status: 'published' }
  },
  denied: { txid: null, status: 'cancelled' },
  failed: () => ({ txid: null, status: 'error' }),
}

interface Call {
  readonly to?: string
  readonly data: Uint8Array
  readonly value: bigint
  readonly gas?: bigint
}

function callOf(params: JsonObject): Call {
  const [first] = listParam(objectParam(params, 'payload'), 'params')
  if (!isObject(first))
    throw IntentError.badParameter('payload.params', 'a list with a transaction')
  const to = optionalText(first, 'to')
  if (to !== undefined && !isAddress(to)) throw IntentError.badParameter('to', 'an address')
  const data = optionalText(first, 'data') ?? optionalText(first, 'input') ?? '0x'
  if (!/^0x([0-9a-fA-F]{2})*$/.test(data)) throw IntentError.badParameter('data', 'hexadecimal')
  const gas = quantity(first, 'gas') ?? quantity(first, 'gasLimit')
  return {
    ...(to === undefined ? {} : { to }),
    data: fromHex(data),
    value: quantity(first, 'value') ?? 0n,
    ...(gas === undefined ? {} : { gas }),
  }
}

function quantity(params: JsonObject, name: string): bigint | undefined {
  const value = own(params, name)
  if (value === undefined || value === '') return undefined
  const text = String(value)
  if (!/^(0x[0-9a-fA-F]{1,64}|\d{1,78})$/.test(text))
    throw IntentError.badParameter(name, 'a number')
  return BigInt(text)
}

/** ESC, unless `chainId` names EID. */
function chosenChain(params: JsonObject, hand: Hand): EvmNode {
  const chainId = own(params, 'chainId')
  if (chainId === undefined || Number(chainId) === hand.esc?.chainId) return escOf(hand)
  if (Number(chainId) === hand.eid?.chainId) return eidNode(hand)
  throw IntentError.unknownChainId(String(chainId))
}

async function sendOn(node: EvmNode, hand: Hand, call: Call): Promise<string> {
  const { hash } = await sendEvmTransaction({
    ...node,
    ...call,
    privateKey: hand.account.evm.privateKey,
    waitMs: hand.waitMs,
    signal: hand.signal,
  })
  return hash
}
