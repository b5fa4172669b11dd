/** One request → one answer. */
import { messageOf } from '../../base/errors.ts'
import { callRpc } from '../../base/json-rpc.ts'
import type { Admin } from './admin.ts'
import { callData, legacyOnly } from './call-object.ts'
import type { Chain } from './chain.ts'
import { BLOCK_OF_CALLS, type DifficultyOpcode } from './difficulty-opcode.ts'
import { NO_FUNDS, realAnswer } from './engine-refusal.ts'
import { GasPrice } from './gas-price.ts'
import type { Guard } from './guard.ts'
import { isObject, type JsonObject, quantity, toQuantity } from './json-values.ts'
import { fixed, keyless, modules, notYet, passed, renamed, shaped } from './methods.ts'
import type { Natives } from './natives.ts'
import {
  methodMissing,
  type RpcAnswer,
  type RpcFailure,
  type RpcRequest,
  refusal,
} from './rpc-message.ts'
import { shapePending, shapeReceipt } from './shapes.ts'
import type { Transactions } from './transactions.ts'

export interface DispatcherOptions {
  readonly chain: Chain
  readonly admin: Admin
  readonly guard: Guard | undefined
  readonly natives: Natives | undefined
  readonly difficulty: DifficultyOpcode
  readonly transactions: Transactions
}

const calls: ReadonlySet<string> = new Set(['eth_call', 'eth_estimateGas'])

export class Dispatcher {
  readonly #options: DispatcherOptions

  readonly #gasPrice: GasPrice

  constructor(options: DispatcherOptions) {
    this.#options = options
    const { chain } = options
    this.#gasPrice = new GasPrice(() => chain.client, chain.settings.minGasPrice)
  }

  /** Answers a request; never throws. */
  async answer(request: RpcRequest): Promise<RpcAnswer> {
    try {
      const method = this.#options.chain.extension?.aliasOf?.(request.method)
      return await this.#answer(method === undefined ? request : { ...request, method })
    } catch (error) {
      return refusal(messageOf(error))
    }
  }

  async #answer(request: RpcRequest): Promise<RpcAnswer> {
    const { method, params } = request
    if (method === 'eth_sendRawTransaction') return this.#options.transactions.sendRaw(request)
    if (!Array.isArray(params)) return refusal('non-array args', -32602)
    if (params.includes('safe') || params.includes('finalized')) {
      return refusal('invalid argument: hex string without 0x prefix', -32602)
    }
    if (method === 'debug_traceCall') return this.#ask(method, tracedBlock(params))
    if (passed.has(method)) return this.#forward(request)
    if (calls.has(method)) return this.#call(request)
    const shape = shaped.get(method)
    if (method === 'eth_getBlockByNumber' && params[0] === 'pending') {
      return this.#reshape(method, params, shapePending)
    }
    if (shape !== undefined) return this.#reshape(method, params, shape)
    if (method === 'eth_getTransactionReceipt') return this.#receipt(params)
    if (method === 'eth_getCode') return this.#code(params)
    return this.#own(request, params)
  }

  async #own(request: RpcRequest, params: readonly unknown[]): Promise<RpcAnswer> {
    const { method } = request
    const { chain, admin, transactions } = this.#options
    const other = renamed.get(method)
    if (other !== undefined) return this.#reshape(other.method, [params[0], false], other.shape)
    if (method === 'eth_sendTransaction') return transactions.sendUnsigned(request)
    if (method === 'eth_gasPrice') {
      return { result: toQuantity(await this.#gasPrice.suggest()) }
    }
    if (method === 'web3_clientVersion') return { result: chain.settings.clientVersion }
    if (method === 'eth_getTransactionFeeDetails') return this.#feeDetails(params)
    if (method === 'eth_getFrozenAccounts') return { result: chain.settings.frozenAccounts ?? [] }
    if (method === 'rpc_modules') {
      return { result: chain.extension === undefined ? modules : { did: '1.0', ...modules } }
    }
    if (fixed.has(method)) return { result: fixed.get(method) }
    if (keyless.has(method)) return refusal('unknown account')
    if (notYet.has(method)) return refusal(`${method} is not supported by this devnet yet`)
    const done = await admin.call(method, params)
    if (done !== undefined) return done
    if (chain.extension !== undefined) {
      await chain.follower.sync()
      const said = chain.extension.call(method, params)
      if (said !== undefined) return said
    }
    return methodMissing(method)
  }

  async #forward({ method, params }: RpcRequest): Promise<RpcAnswer> {
    const rest = await this.#options.chain.client.ask(method, params)
    if (!rest.startsWith('"error":')) return { rest }
    const { error } = JSON.parse(`{${rest}`) as { error: RpcFailure }
    return this.#askOrigin(method, params, error)
  }

  async #ask(
    method: string,
    params: unknown,
  ): Promise<{ readonly result: unknown } | { readonly error: RpcFailure }> {
    const rest = await this.#options.chain.client.ask(method, params)
    const { result, error } = JSON.parse(`{${rest}`) as { result?: unknown; error?: RpcFailure }
    if (error === undefined) return { result: result ?? null }
    return this.#askOrigin(method, params, error)
  }

  /**
   * Of the chain a fork goes on from, the engine reads state, but no objects in the shapes of 2019.
   */
  async #askOrigin(
    method: string,
    params: unknown,
    error: RpcFailure,
  ): Promise<{ readonly result: unknown } | { readonly error: RpcFailure }> {
    const { fork } = this.#options.chain.settings
    if (fork === undefined || !error.message.startsWith('Fork Error')) {
      return realAnswer(method, params, error)
    }
    return { result: await callRpc(fork.url, method, Array.isArray(params) ? params : []) }
  }

  async #reshape(
    method: string,
    params: unknown,
    shape: (result: unknown) => unknown,
  ): Promise<RpcAnswer> {
    const answer = await this.#ask(method, params)
    return 'error' in answer ? answer : { result: shape(answer.result) }
  }

  async #receipt(params: readonly unknown[]): Promise<RpcAnswer> {
    const answer = await this.#ask('eth_getTransactionReceipt', params)
    if ('error' in answer) return answer
    const { guard, chain } = this.#options
    const { result } = answer
    if (!isObject(result) || guard?.covers(result['to']) !== true) {
      return { result: shapeReceipt(result) }
    }
    // What the extension says about a transaction is known once its block is read.
    if (chain.follower.height < quantity(result['blockNumber'])) await chain.follower.sync()
    const didLog = chain.follower.logOf(String(result['transactionHash']))
    return { result: shapeReceipt(result, didLog === undefined ? {} : { didLog }) }
  }

  /** `eth_call` and `eth_estimateGas`. A real node gives the sender of a call all the coins it wants. */
  async #call(request: RpcRequest): Promise<RpcAnswer> {
    const answer = await this.#run(request)
    if (request.method !== 'eth_call' || !('error' in answer)) return answer
    if (answer.error.message !== NO_FUNDS) return answer
    const [call, block = 'latest', overrides, ...rest] = request.params as readonly unknown[]
    if (!isObject(call) || typeof call['from'] !== 'string') return answer
    const others = isObject(overrides) ? overrides : {}
    const rich = { ...others, [call['from']]: { balance: `0x${'f'.repeat(64)}` } }
    return this.#run({ ...request, params: [call, block, rich, ...rest] })
  }

  async #run(request: RpcRequest): Promise<RpcAnswer> {
    const [given, block = 'latest', overrides, ownBlock] = request.params as readonly unknown[]
    if (!isObject(given)) return this.#forward(request)
    // The node's call objects have `data` alone; `input` is one of the names it does not know.
    const { input: _, ...named } = given
    const call = legacyOnly(named)
    const state = await this.#stateOf(call, block, overrides)
    const blockOfCall = isObject(ownBlock) ? { ...BLOCK_OF_CALLS, ...ownBlock } : BLOCK_OF_CALLS
    return this.#forward({ ...request, params: [call, block, state ?? null, blockOfCall] })
  }

  /** The state in which a call has to run: what the caller wants, and answers it will meet. */
  async #stateOf(call: JsonObject, block: unknown, wanted: unknown): Promise<unknown> {
    const { guard, natives } = this.#options
    const { from, to } = call
    if (guard?.covers(to) === true) {
      const sender = typeof from === 'string' ? from.toLowerCase() : undefined
      const state = guard.overrides({ to, data: callData(call), from: sender }, wanted)
      if (state !== undefined) return state
    }
    return (await natives?.overrides(call, block, wanted)) ?? wanted
  }

  /** As it was deployed, whatever runs in its place. */
  async #code(params: readonly unknown[]): Promise<RpcAnswer> {
    const answer = await this.#ask('eth_getCode', params)
    if ('error' in answer) return answer
    const [address, block = 'latest'] = params
    return { result: await this.#options.difficulty.deployed(answer.result, address, block) }
  }

  /** @see Elastos.ELA.SideChain.ESC internal/ethapi/api.go GetTransactionFeeDetails */
  async #feeDetails(params: readonly unknown[]): Promise<RpcAnswer> {
    const receipt = await this.#ask('eth_getTransactionReceipt', params)
    const transaction = await this.#ask('eth_getTransactionByHash', params)
    if ('error' in receipt) return receipt
    if ('error' in transaction) return transaction
    if (!isObject(receipt.result) || !isObject(transaction.result)) return { result: null }
    return { result: feeDetails(receipt.result, transaction.result) }
  }
}

/** A traced call with the block that every call has. */
function tracedBlock([call, block = 'latest', options]: readonly unknown[]): readonly unknown[] {
  const given = isObject(options) ? options : {}
  const own = given['blockOverrides']
  const blockOverrides = isObject(own) ? { ...BLOCK_OF_CALLS, ...own } : BLOCK_OF_CALLS
  return [call, block, { ...given, blockOverrides }]
}

function feeDetails(receipt: JsonObject, transaction: JsonObject): JsonObject {
  const gasPrice = BigInt(String(transaction['gasPrice']))
  return {
    crossFee: '0',
    crossReward: '0',
    gasPrice: `${gasPrice}`,
    gasUsed: receipt['gasUsed'],
    minerFee: `${gasPrice * BigInt(String(receipt['gasUsed']))}`,
    status: receipt['status'],
    transactionHash: receipt['transactionHash'],
    transactionIndex: receipt['transactionIndex'],
  }
}
