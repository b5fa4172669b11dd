/** Calls of the extension's contract: admitted or not before the engine runs them. */
import { concatBytes, fromHex, toHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import { decodeStringBytes } from '../../protocol/evm/abi.ts'
import { keccak256 } from '../../protocol/evm/keccak.ts'
import type { Chain } from './chain.ts'
import { EvmError } from './errors.ts'
import type { ChainExtension } from './extension.ts'
import { GUARD_ADDRESS } from './guard-contract.ts'
import { isObject, type JsonObject } from './json-values.ts'
import { minedSoon } from './mined-soon.ts'

/** `publishDidTransaction(string)` */
const PUBLISH = '03c6d240'
/** What the guard itself uses: reading a cold slot, hashing, and the call that burns the rest. */
const GUARD_GAS = 2_300n
const NOTHING = `0x${'0'.repeat(64)}`

export interface Guarded {
  readonly to: unknown
  readonly data: Uint8Array
  readonly from: string | undefined
}

interface Verdict {
  readonly slot: string
  readonly value: string
  readonly subject: string | undefined
}

export class Guard {
  readonly #chain: Chain
  readonly #extension: ChainExtension
  /** Admitted transactions that wait for a block, by hash. */
  readonly #open = new Map<string, Verdict>()

  constructor(chain: Chain, extension: ChainExtension) {
    this.#chain = chain
    this.#extension = extension
  }

  covers(to: unknown): boolean {
    return typeof to === 'string' && to.toLowerCase() === this.#extension.contract.toLowerCase()
  }

  /** Whether it is one of the calls that are admitted or not. */
  rules({ to, data }: Guarded): boolean {
    return this.covers(to) && operationOf(data) !== undefined
  }

  /** The state in which a call or estimate has to run, merged with what the caller wants. */
  overrides(call: Guarded, wanted: unknown): JsonObject | undefined {
    const verdict = this.#judge(call)
    if (verdict === undefined) return undefined
    const others = isObject(wanted) ? wanted : {}
    return { ...others, [GUARD_ADDRESS]: { stateDiff: { [verdict.slot]: verdict.value } } }
  }

  /**
   * Sends a transaction alone, with the guard told about it; `send` returns the hash if taken.
   * Throws `evm/sameCallWaits`.
   */
  async transact<T extends { readonly hash?: string }>(
    call: Guarded,
    send: () => Promise<T>,
  ): Promise<T> {
    return this.#chain.turnstile.alone(async () => {
      await this.#chain.settle()
      const verdict = this.#judge(call)
      if (this.#waiting().some(({ slot }) => slot === verdict?.slot)) throw EvmError.sameCallWaits()
      const admitted = verdict !== undefined && verdict.value !== NOTHING
      if (admitted) await this.#set(verdict.slot, verdict.value)
      const sent = await send()
      if (!admitted) return sent
      if (sent.hash !== undefined) this.#open.set(sent.hash, verdict)
      if (sent.hash === undefined || (await minedSoon(this.#chain, sent.hash))) {
        if (sent.hash !== undefined) this.#open.delete(sent.hash)
        await this.#set(verdict.slot, NOTHING)
      }
      return sent
    })
  }

  /** Closes the slots of transactions that were mined meanwhile. */
  async tidyUp(): Promise<void> {
    const waiting = this.#chain.waiting
    if (![...this.#open.keys()].some((hash) => !waiting.has(hash))) return
    await this.#chain.turnstile.alone(async () => {
      for (const [hash, { slot }] of this.#open) {
        if (waiting.has(hash)) continue
        this.#open.delete(hash)
        await this.#set(slot, NOTHING)
      }
    })
  }

  /** Takes over a transaction that waits since before this process. */
  adopt(hash: string, call: Guarded): void {
    const verdict = this.#judge(call)
    if (verdict !== undefined) this.#open.set(hash, verdict)
  }

  #waiting(): readonly Verdict[] {
    const { waiting } = this.#chain
    return [...this.#open].flatMap(([hash, verdict]) => (waiting.has(hash) ? [verdict] : []))
  }

  #judge({ data, from }: Guarded): Verdict | undefined {
    const operation = operationOf(data)
    if (operation === undefined) return undefined
    const slot = slotOf(from, operation)
    const waiting = this.#waiting().flatMap(({ subject }) => subject ?? [])
    const said = this.#extension.admit({ data, from, time: this.#chain.now, waiting })
    if (!said.admitted) return { slot, value: NOTHING, subject: undefined }
    const gas = said.gas > GUARD_GAS ? said.gas - GUARD_GAS : 0n
    const value = `0x${(gas + 1n).toString(16).padStart(64, '0')}`
    return { slot, value, subject: said.subject }
  }

  async #set(slot: string, value: string): Promise<void> {
    const params = [GUARD_ADDRESS, slot, value]
    await this.#chain.client.call('anvil_setStorageAt', params)
    this.#chain.note({ kind: 'call', method: 'anvil_setStorageAt', params })
  }
}

function operationOf(data: Uint8Array): Uint8Array | undefined {
  try {
    return decodeStringBytes(data, PUBLISH)
  } catch (error) {
    if (error instanceof ElaError) return undefined
    throw error
  }
}

/** The guard's own rule. A call without a sender is from address zero. */
function slotOf(from: string | undefined, operation: Uint8Array): string {
  const origin = fromHex((from ?? '').replace(/^0x/, '').padStart(64, '0'))
  return `0x${toHex(keccak256(concatBytes(origin, operation)))}`
}
