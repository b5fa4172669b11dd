/** Taking transactions: what the engine accepts is in the journal before the client hears of it. */

import { fromHex, toHex } from '../../base/bytes-text.ts'
import { keccak256 } from '../../protocol/evm/keccak.ts'
import { callData, legacyOnly, replayable } from './call-object.ts'
import type { Chain } from './chain.ts'
import type { Guard } from './guard.ts'
import { isObject, type JsonObject, toQuantity } from './json-values.ts'
import { checkRawTransaction, poolRefusal } from './raw-transaction.ts'
import {
  invalidParams,
  type RpcAnswer,
  type RpcFailure,
  type RpcRequest,
  refusal,
} from './rpc-message.ts'

interface Sent {
  readonly hash?: string
  readonly answer: RpcAnswer
}

const GIVEN_HASH = /"result":"(0x[0-9a-f]{64})"/

export class Transactions {
  readonly #chain: Chain
  readonly #guard: Guard | undefined

  constructor(chain: Chain, guard: Guard | undefined) {
    this.#chain = chain
    this.#guard = guard
  }

  /** `eth_sendRawTransaction`. `body` is the request as it came, if the engine can take it so. */
  async sendRaw({ params }: RpcRequest, body: Buffer | undefined): Promise<RpcAnswer> {
    const raw = Array.isArray(params) ? (params[0] as unknown) : undefined
    const { settings, chainId } = this.#chain
    const checked = checkRawTransaction(raw, { ...settings, chainId })
    if ('error' in checked) return checked
    const { to, data } = checked.transaction
    const send = () => this.#forwardRaw(String(raw), body)
    if (this.#guard?.covers(to) === true) {
      const { senderOf } = await import('../../protocol/evm/legacy-transaction.ts')
      let from: string
      try {
        from = senderOf(checked.transaction)
      } catch {
        return refusal('invalid sender')
      }
      return (await this.#guard.transact({ to, data, from }, send)).answer
    }
    return (await this.#chain.turnstile.together(send)).answer
  }

  async #forwardRaw(raw: string, body: Buffer | undefined): Promise<Sent> {
    const request = { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [raw] }
    const text = await this.#chain.client.send(body ?? JSON.stringify(request))
    const hash = GIVEN_HASH.exec(text.toString('latin1'))?.[1]
    if (hash === undefined) {
      const { error } = JSON.parse(text.toString('utf8')) as { error?: RpcFailure }
      const known = () => `0x${toHex(keccak256(fromHex(raw)))}`
      return { answer: { error: poolRefusal(error?.message ?? 'refused', known()) } }
    }
    this.#chain.took({ kind: 'sent', hash, raw })
    return { hash, answer: body === undefined ? { result: hash } : { text } }
  }

  /** `eth_sendTransaction`, for accounts the devnet impersonates. */
  async sendUnsigned({ params }: RpcRequest): Promise<RpcAnswer> {
    const given = Array.isArray(params) ? (params[0] as unknown) : undefined
    if (!isObject(given)) return invalidParams('missing value for required argument 0')
    const order = legacyOnly(given)
    order['gasPrice'] ??= toQuantity(this.#chain.settings.minGasPrice)
    const send = () => this.#forwardOrder(order)
    const { to, from } = order
    if (this.#guard?.covers(to) === true) {
      const call = { to, data: callData(order), from: String(from).toLowerCase() }
      return (await this.#guard.transact(call, send)).answer
    }
    return (await this.#chain.turnstile.together(send)).answer
  }

  async #forwardOrder(order: JsonObject): Promise<Sent> {
    const { client } = this.#chain
    const request = { jsonrpc: '2.0', id: 1, method: 'eth_sendTransaction', params: [order] }
    const text = (await client.send(JSON.stringify(request))).toString('utf8')
    const { result, error } = JSON.parse(text) as { result?: unknown; error?: RpcFailure }
    if (typeof result !== 'string') {
      const message = error?.message ?? 'refused'
      if (/no signer/i.test(message)) return { answer: refusal('unknown account') }
      return { answer: { error: poolRefusal(message, '') } }
    }
    const filled = await client.call('eth_getTransactionByHash', [result])
    const transaction = isObject(filled) ? replayable(filled) : order
    this.#chain.took({ kind: 'ordered', hash: result, transaction })
    return { hash: result, answer: { result } }
  }
}
