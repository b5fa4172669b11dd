/** Taking transactions: what the engine accepts is in the journal before the client hears of it. */

import { fromHex, toHex } from '../../base/bytes-text.ts'
import { keccak256 } from '../../protocol/evm/keccak.ts'
import type { SignedLegacyTransaction } from '../../protocol/evm/legacy-transaction.ts'
import { callData, legacyOnly, replayable } from './call-object.ts'
import type { Chain } from './chain.ts'
import type { DifficultyOpcode } from './difficulty-opcode.ts'
import type { Guard, Guarded } from './guard.ts'
import { isObject, type JsonObject, toQuantity } from './json-values.ts'
import type { Natives } from './natives.ts'
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

/** Who has a say in what the engine does with a transaction. */
export interface Rulers {
  readonly guard: Guard | undefined
  readonly natives: Natives | undefined
  readonly difficulty: DifficultyOpcode
}

export class Transactions {
  readonly #chain: Chain
  readonly #guard: Guard | undefined
  readonly #natives: Natives | undefined
  readonly #difficulty: DifficultyOpcode

  constructor(chain: Chain, { guard, natives, difficulty }: Rulers) {
    this.#chain = chain
    this.#guard = guard
    this.#natives = natives
    this.#difficulty = difficulty
  }

  /** `eth_sendRawTransaction` */
  async sendRaw({ params }: RpcRequest): Promise<RpcAnswer> {
    const raw = Array.isArray(params) ? (params[0] as unknown) : undefined
    const { settings, chainId } = this.#chain
    const checked = checkRawTransaction(raw, { ...settings, chainId })
    if ('error' in checked) return checked
    const send = () => this.#forwardRaw(String(raw))
    const { to, data } = checked.transaction
    if (await this.#isFrozen(checked.transaction)) return refusal('is frozen account')
    const answer = this.#isRuled(checked.transaction)
      ? await this.#sendSigned(checked.transaction, send)
      : (await this.#chain.turnstile.together(send)).answer
    // Only then is the hash needed, which costs JavaScript some ten microseconds.
    if (!('error' in answer) && to === undefined) {
      await this.#difficulty.seeTo(hashOf(String(raw)), to, data)
    }
    return answer
  }

  async #isFrozen(transaction: SignedLegacyTransaction): Promise<boolean> {
    const { frozenAccounts = [] } = this.#chain.settings
    if (frozenAccounts.length === 0) return false
    const { senderOf } = await import('../../protocol/evm/legacy-transaction.ts')
    try {
      const from = senderOf(transaction)
      return frozenAccounts.some((one) => one.toLowerCase() === from)
    } catch {
      // The engine says what is wrong with the signature.
      return false
    }
  }

  async #sendSigned(
    transaction: SignedLegacyTransaction,
    send: () => Promise<Sent>,
  ): Promise<RpcAnswer> {
    const { senderOf } = await import('../../protocol/evm/legacy-transaction.ts')
    const { to, data, value, gasLimit } = transaction
    let from: string
    try {
      from = senderOf(transaction)
    } catch {
      return refusal('invalid sender')
    }
    const order = {
      ...{ from, ...(to === undefined ? {} : { to }), input: `0x${toHex(data)}` },
      ...{ value: toQuantity(value), gas: toQuantity(gasLimit) },
    }
    return this.#sendRuled({ to, data, from }, order, send)
  }

  /** Whether a transaction may meet a contract whose answers are ours to give. */
  #isRuled({ to, data }: Pick<SignedLegacyTransaction, 'to' | 'data'>): boolean {
    if (data.length === 0) return false
    return this.#natives !== undefined || this.#guard?.covers(to) === true
  }

  async #sendRuled(
    call: Guarded,
    order: JsonObject,
    send: () => Promise<Sent>,
  ): Promise<RpcAnswer> {
    const guard = this.#guard
    if (guard?.rules(call) === true) return (await guard.transact(call, send)).answer
    const { turnstile } = this.#chain
    return (await (this.#natives?.transact(order, send) ?? turnstile.together(send))).answer
  }

  /** Takes over transactions that wait since before this process. */
  async adopt(): Promise<void> {
    const guard = this.#guard
    const { waiting } = this.#chain
    if (waiting.size === 0) return
    const { decodeLegacyTransaction, senderOf } = await import(
      '../../protocol/evm/legacy-transaction.ts'
    )
    for (const [hash, one] of waiting) {
      if (one.kind === 'sent') {
        const transaction = decodeLegacyTransaction(fromHex(one.raw))
        const { to, data } = transaction
        this.#difficulty.watch(hash, to, data)
        if (guard?.covers(to)) guard.adopt(hash, { to, data, from: senderOf(transaction) })
      } else if (isObject(one.transaction)) {
        const { to, from } = one.transaction
        const data = callData(one.transaction)
        this.#difficulty.watch(hash, to, data)
        if (guard?.covers(to)) guard.adopt(hash, { to, data, from: String(from) })
      }
    }
  }

  async #forwardRaw(raw: string): Promise<Sent> {
    const rest = await this.#chain.client.ask('eth_sendRawTransaction', [raw])
    const { result, error } = JSON.parse(`{${rest}`) as { result?: unknown; error?: RpcFailure }
    if (typeof result !== 'string') {
      return { answer: { error: poolRefusal(error?.message ?? 'refused', hashOf(raw)) } }
    }
    this.#chain.took({ kind: 'sent', hash: result, raw })
    return { hash: result, answer: { result } }
  }

  /** `eth_sendTransaction`, for accounts the devnet impersonates. */
  async sendUnsigned({ params }: RpcRequest): Promise<RpcAnswer> {
    const given = Array.isArray(params) ? (params[0] as unknown) : undefined
    if (!isObject(given)) return invalidParams('missing value for required argument 0')
    const order = legacyOnly(given)
    order['gasPrice'] ??= toQuantity(this.#chain.settings.minGasPrice)
    const send = () => this.#forwardOrder(order)
    const { to, from } = order
    const call = { to, data: callData(order), from: String(from).toLowerCase() }
    const answer = await this.#sendRuled(call, order, send)
    if ('result' in answer) await this.#difficulty.seeTo(String(answer.result), to, call.data)
    return answer
  }

  async #forwardOrder(order: JsonObject): Promise<Sent> {
    const { client } = this.#chain
    const rest = await client.ask('eth_sendTransaction', [order])
    const { result, error } = JSON.parse(`{${rest}`) as { result?: unknown; error?: RpcFailure }
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

function hashOf(raw: string): string {
  return `0x${toHex(keccak256(fromHex(raw)))}`
}
