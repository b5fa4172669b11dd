/** Answers of native contracts, put where the engine finds them before it runs a call. */
import { fromHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import type { Chain } from './chain.ts'
import { BLOCK_OF_CALLS } from './difficulty-opcode.ts'
import type { NativeContract } from './extension.ts'
import { isObject, type JsonObject } from './json-values.ts'
import { codeOf, placeOf } from './native-contract.ts'

/** An answer can lead to the next question; so many deep it is followed. */
const ROUNDS = 8

/** Address → its code. */
type Answers = Map<string, string>

export class Natives {
  readonly #chain: Chain
  readonly #contracts: Readonly<Record<string, NativeContract>>

  constructor(chain: Chain, contracts: Readonly<Record<string, NativeContract>>) {
    this.#chain = chain
    this.#contracts = contracts
  }

  /** The state in which a call has to run; `undefined` when it asks no native contract. */
  async overrides(
    call: JsonObject,
    block: unknown,
    wanted: unknown,
  ): Promise<JsonObject | undefined> {
    const answers = await this.#ask(call, block, wanted)
    return answers.size === 0 ? undefined : withAnswers(wanted, answers)
  }

  /** Sends a transaction, with the answers it will ask for on the chain. */
  async transact<T>(call: JsonObject, send: () => Promise<T>): Promise<T> {
    const { turnstile } = this.#chain
    const asked = await this.#ask(call, 'latest', undefined)
    if (asked.size === 0) return turnstile.together(send)
    return turnstile.alone(async () => {
      await this.#chain.settle()
      for (const [address, code] of await this.#ask(call, 'latest', undefined)) {
        const params = [address, code]
        await this.#chain.client.call('anvil_setCode', params)
        this.#chain.note({ kind: 'call', method: 'anvil_setCode', params })
      }
      return send()
    })
  }

  /** Runs the call until it asks nothing that is not answered yet. */
  async #ask(call: JsonObject, block: unknown, wanted: unknown): Promise<Answers> {
    const answers: Answers = new Map()
    const data = call['input'] ?? call['data']
    if (typeof data !== 'string' || data.length <= 2) return answers
    await this.#chain.follower.sync()
    for (let round = 0; round < ROUNDS; round++) {
      const known = answers.size
      const stateOverrides = withAnswers(wanted, answers)
      const options = { tracer: 'callTracer', stateOverrides, blockOverrides: BLOCK_OF_CALLS }
      for (const { to, input } of framesOf(await this.#trace([call, block, options]))) {
        const contract = this.#contracts[to]
        if (contract === undefined) continue
        const place = placeOf(to, input)
        if (!answers.has(place)) answers.set(place, codeOf(contract(input.subarray(32))))
      }
      if (answers.size === known) break
    }
    return answers
  }

  /** A call that cannot even be traced fails by itself, and says why. */
  async #trace(params: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#chain.client.call('debug_traceCall', params)
    } catch (error) {
      if (error instanceof ElaError) return undefined
      throw error
    }
  }
}

function withAnswers(wanted: unknown, answers: Answers): JsonObject {
  const own = [...answers].map(([address, code]) => [address, { code }] as const)
  return { ...(isObject(wanted) ? wanted : {}), ...Object.fromEntries(own) }
}

interface Frame {
  readonly to: string
  readonly input: Uint8Array
}

/** A call and all calls in it. */
function framesOf(frame: unknown): readonly Frame[] {
  if (!isObject(frame)) return []
  const { to, input, calls } = frame
  const own = { to: String(to).toLowerCase(), input: fromHex(String(input ?? '0x')) }
  return [own, ...(Array.isArray(calls) ? calls.flatMap(framesOf) : [])]
}
