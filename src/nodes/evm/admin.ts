/** The engine's own methods, done so that what they change is there after a restart. */
import { adminName, clocks, miners, miningModes, readers, rewriters } from './admin-methods.ts'
import type { Chain } from './chain.ts'
import { isObject, quantity } from './json-values.ts'
import { invalidParams, type RpcAnswer, type RpcFailure, refusal } from './rpc-message.ts'

interface Snapshot {
  readonly mark: ReturnType<Chain['mark']>
  readonly height: number
}

interface Reply {
  readonly result?: unknown
  readonly error?: RpcFailure
}

export class Admin {
  readonly #chain: Chain
  readonly #onReset: () => void
  readonly #snapshots = new Map<number, Snapshot>()

  /** @param onReset called when the chain began anew and subscriptions are void */
  constructor(chain: Chain, onReset: () => void) {
    this.#chain = chain
    this.#onReset = onReset
  }

  /** Does the call, or returns `undefined` when `method` is not of this kind. */
  async call(method: string, params: unknown): Promise<RpcAnswer | undefined> {
    const name = adminName(method)
    if (name === undefined) return undefined
    if (readers.has(name)) return answerOf(await this.#forward(method, params))
    if (rewriters.has(name) && this.#chain.settings.fork !== undefined) {
      return refusal(`${method} is not supported on a fork of another chain`)
    }
    return this.#chain.turnstile.alone(async () => {
      if (name === 'reset') return this.#reset(params)
      await this.#chain.settle()
      const before = this.#chain.follower.height
      const mark = this.#chain.mark()
      const answer = await this.#forward(method, params)
      if (answer.error !== undefined) return answerOf(answer)
      if (name === 'snapshot')
        this.#snapshots.set(asNumber(answer.result), { mark, height: before })
      else if (name === 'revert') await this.#reverted(answer.result, params)
      else if (rewriters.has(name)) await this.#rewritten(name, params, before)
      else if (clocks.has(name)) await this.#chain.measureClock()
      else if (!miners.has(name)) this.#changed(name, method, params)
      await this.#chain.follower.sync()
      return answerOf(answer)
    })
  }

  async #forward(method: string, params: unknown): Promise<Reply> {
    const rest = await this.#chain.client.ask(method, params)
    const { result, error } = JSON.parse(`{${rest}`) as Reply
    return error === undefined ? { result: result ?? null } : { error }
  }

  #changed(name: string, method: string, params: unknown): void {
    const chain = this.#chain
    if (name === 'setChainId' && Array.isArray(params)) chain.chainId = asNumber(params[0])
    if (miningModes.has(name)) chain.miner.chosen(name, params)
    chain.note({ kind: 'call', method, params })
    chain.sticky.note({ method, params })
  }

  async #reverted(result: unknown, params: unknown): Promise<void> {
    if (result !== true) return
    const id = asNumber(Array.isArray(params) ? params[0] : undefined)
    const snapshot = this.#snapshots.get(id)
    for (const other of this.#snapshots.keys()) {
      if (other >= id) this.#snapshots.delete(other)
    }
    if (snapshot !== undefined) await this.#chain.rewind(snapshot.mark, snapshot.height)
  }

  /** Blocks were replaced: the journal's lines of them are void, so a whole copy takes its place. */
  async #rewritten(name: string, params: unknown, before: number): Promise<void> {
    const first = Array.isArray(params) ? (params[0] as unknown) : undefined
    const given = isObject(first) ? first['depth'] : first
    const depth = name === 'loadState' ? before : asNumber(given ?? 1)
    this.#chain.follower.rollBack(Math.max(0, before - depth))
    await this.#chain.copy()
  }

  async #reset(params: unknown): Promise<RpcAnswer> {
    const first = Array.isArray(params) ? (params[0] as unknown) : undefined
    if (isObject(first) && first['forking'] !== undefined) {
      return invalidParams('forking of another chain is not supported by this node')
    }
    this.#snapshots.clear()
    await this.#chain.reset()
    this.#onReset()
    return { result: null }
  }
}

function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : quantity(value, Number(value))
}

function answerOf({ result, error }: Reply): RpcAnswer {
  return error === undefined ? { result: result ?? null } : { error }
}
