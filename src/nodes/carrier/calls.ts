/** Requests that wait for their answers. */
import { randomInt } from 'node:crypto'
import { toHex } from '../../base/bytes-text.ts'
import type { Failure } from '../../protocol/carrier/bodies.ts'
import {
  type Message,
  OUR_VERSION,
  type RequestBody,
  type Response,
} from '../../protocol/carrier/message.ts'
import { addressOf, type NodeInfo } from '../../protocol/carrier/node-info.ts'
import type { CarrierTimes } from './times.ts'
import type { Wire } from './wire.ts'

const MOST_ACTIVE = 256
/** Round trips of so many last answers decide how long to wait for the next. */
const SAMPLES = 32
const TIMEOUT_BASE_MS = 100
const FIRST_TRANSACTION_MAX = 0x7fff
const LAST_TRANSACTION = 0x7fff_ffff

export type CallResult =
  | { readonly outcome: 'answered'; readonly response: Response }
  | { readonly outcome: 'refused'; readonly failure: Failure; readonly version: number }
  | { readonly outcome: 'silent' }

interface Pending {
  readonly id: string
  readonly address: string
  readonly method: string
  readonly sentAt: number
  readonly settle: (result: CallResult) => void
}

export interface CallsOptions {
  readonly times: Pick<CarrierTimes, 'callAtMostMs' | 'callAtLeastMs'>
  readonly wire: Pick<Wire, 'send' | 'delayMs'>
  /** Milliseconds that only grow. */
  readonly now: () => number
}

export class Calls {
  readonly #options: CallsOptions
  readonly #pending = new Map<number, Pending>()
  readonly #timers = new Map<NodeJS.Timeout, () => void>()
  readonly #roundTrips: number[] = []
  /** Real nodes begin anywhere up to here and count up. */
  #transaction = randomInt(1, FIRST_TRANSACTION_MAX + 1)
  #active = 0
  readonly #waiting: (() => void)[] = []
  #isClosed = false

  constructor(options: CallsOptions) {
    this.#options = options
  }

  /** Asks `node`. Never throws: no answer in time, an unusable id and a closed node are silence. */
  async call(node: NodeInfo, body: RequestBody): Promise<CallResult> {
    if (this.#active >= MOST_ACTIVE) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#active += 1
    try {
      const delay = this.#options.wire.delayMs(node.host)
      if (delay > 0) await this.#sleep(delay)
      return this.#isClosed ? { outcome: 'silent' } : await this.#exchange(node, body)
    } finally {
      this.#active -= 1
      this.#waiting.shift()?.()
    }
  }

  /** Whether the message answers a call: same transaction, method, address and id. */
  settle(message: Message, from: NodeInfo): boolean {
    const pending = this.#pending.get(message.transaction)
    const fits =
      pending?.address === addressOf(from) &&
      pending.id === toHex(from.id) &&
      pending.method === message.method
    if (pending === undefined || !fits || message.type === 'request') return false
    this.#measured(this.#options.now() - pending.sentAt)
    if (message.type === 'response') {
      pending.settle({ outcome: 'answered', response: message })
    } else {
      const { body: failure, version } = message
      pending.settle({ outcome: 'refused', failure, version })
    }
    return true
  }

  /** Every call that waits ends in silence. */
  close(): void {
    this.#isClosed = true
    for (const [timer, wake] of this.#timers) {
      clearTimeout(timer)
      wake()
    }
    this.#timers.clear()
    for (const { settle } of this.#pending.values()) settle({ outcome: 'silent' })
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #exchange(node: NodeInfo, body: RequestBody): Promise<CallResult> {
    const transaction = this.#nextTransaction()
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ outcome: 'silent' }), this.#timeoutMs())
      const settle = (result: CallResult) => {
        clearTimeout(timer)
        this.#pending.delete(transaction)
        resolve(result)
      }
      const { method } = body
      const sentAt = this.#options.now()
      const waiting = { id: toHex(node.id), address: addressOf(node), method, sentAt, settle }
      this.#pending.set(transaction, waiting)
      const envelope = { type: 'request', transaction, version: OUR_VERSION } as const
      if (!this.#options.wire.send(node, { ...envelope, ...body })) settle({ outcome: 'silent' })
    })
  }

  #nextTransaction(): number {
    const transaction = this.#transaction
    this.#transaction = transaction === LAST_TRANSACTION ? 1 : transaction + 1
    return this.#pending.has(transaction) ? this.#nextTransaction() : transaction
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        resolve()
      }, ms)
      this.#timers.set(timer, resolve)
    })
  }

  #measured(roundTripMs: number): void {
    this.#roundTrips.push(roundTripMs)
    if (this.#roundTrips.length > SAMPLES) this.#roundTrips.shift()
  }

  /** Twice the slowest of the last answers and a little; the full wait until something is known. */
  #timeoutMs(): number {
    const { callAtMostMs, callAtLeastMs } = this.#options.times
    if (this.#roundTrips.length === 0) return callAtMostMs
    const expected = TIMEOUT_BASE_MS + 2 * Math.max(...this.#roundTrips)
    return Math.min(callAtMostMs, Math.max(callAtLeastMs, expected))
  }
}
