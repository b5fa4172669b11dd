/**
 * Opcode 0x44, DIFFICULTY or PREVRANDAO: contracts of ESC and EID get 0 from it, in every block. The
 * engine gives calls the number they ask for, but transactions a number of its own. So the code of new
 * contracts gets PUSH0 in its place: as long, as cheap, and the number the real chains push.
 *
 * Not covered are constructors, which run before, and contracts made of another's call data.
 *
 * @see Elastos.ELA.SideChain.ESC core/vm/instructions.go opRandom, core/evm.go NewEVMBlockContext
 */
import { concatBytes, fromHex, toHex } from '../../base/bytes-text.ts'
import { keccak256 } from '../../protocol/evm/keccak.ts'
import type { Chain } from './chain.ts'
import { isObject, type JsonObject } from './json-values.ts'
import { minedSoon } from './mined-soon.ts'

/** What a call has to be told so that 0x44 is 0 in it. */
export const BLOCK_OF_CALLS: JsonObject = { random: `0x${'0'.repeat(64)}` }

const DIFFICULTY = 0x44
const PUSH0 = 0x5f
const PUSH32 = 0x7f
/** How the compiler's description of a contract begins, which stands behind its code: 53 bytes. */
const METADATA = Buffer.from('a2646970667358221220', 'hex')
const METADATA_BYTES = 53
const PURPOSE = new TextEncoder().encode('code as it was deployed')

/** The code with PUSH0 for 0x44; `undefined` when it has none. Code in code counts too. */
export function withoutDifficulty(code: Uint8Array): Uint8Array | undefined {
  const changed = code.slice()
  let found = false
  for (let at = 0; at < code.length; at++) {
    const opcode = code[at] ?? 0
    if (opcode === DIFFICULTY) {
      changed[at] = PUSH0
      found = true
    } else if (opcode > PUSH0 && opcode <= PUSH32) {
      at += opcode - PUSH0
    } else if (opcode === METADATA[0] && METADATA.compare(code, at, at + METADATA.length) === 0) {
      at += METADATA_BYTES - 1
    }
  }
  return found ? changed : undefined
}

/** Where the code of a changed contract is kept as it was deployed, behind a STOP. */
function placeOf(address: string): string {
  return `0x${toHex(keccak256(concatBytes(PURPOSE, fromHex(address)))).slice(24)}`
}

export class DifficultyOpcode {
  readonly #chain: Chain
  /** Transactions whose contracts are to be looked at. */
  readonly #creating = new Set<string>()

  constructor(chain: Chain) {
    this.#chain = chain
  }

  /** Notes a transaction that was taken, if it makes a contract that has 0x44. Whether it does. */
  watch(hash: string, to: unknown, data: Uint8Array): boolean {
    const creates = (to === undefined || to === null) && withoutDifficulty(data) !== undefined
    if (creates) this.#creating.add(hash)
    return creates
  }

  /** Watches, and changes the contract before its sender hears of it, if blocks come at once. */
  async seeTo(hash: string, to: unknown, data: Uint8Array): Promise<void> {
    if (this.watch(hash, to, data) && (await minedSoon(this.#chain, hash))) await this.tidyUp()
  }

  /** Changes the contracts of transactions that were mined meanwhile. */
  async tidyUp(): Promise<void> {
    const { turnstile, waiting } = this.#chain
    if (![...this.#creating].some((hash) => !waiting.has(hash))) return
    await turnstile.alone(async () => {
      await this.#chain.settle()
      for (const hash of [...this.#creating].filter((one) => !waiting.has(one))) {
        for (const address of await this.#createdBy(hash)) await this.#change(address)
        this.#creating.delete(hash)
      }
    })
  }

  /** The code a contract was deployed with, for an answer of the engine. */
  async deployed(code: unknown, address: unknown, block: unknown): Promise<unknown> {
    if (!String(code).includes('5f')) return code
    const kept = await this.#chain.client.call('eth_getCode', [placeOf(String(address)), block])
    return kept === '0x' ? code : `0x${String(kept).slice(4)}`
  }

  async #createdBy(hash: string): Promise<readonly string[]> {
    const tracer = { tracer: 'callTracer' }
    return creations(await this.#chain.client.call('debug_traceTransaction', [hash, tracer]))
  }

  async #change(address: string): Promise<void> {
    const { client } = this.#chain
    const code = fromHex(String(await client.call('eth_getCode', [address, 'latest'])))
    const changed = withoutDifficulty(code)
    if (changed === undefined) return
    await this.#setCode(placeOf(address), `0x00${toHex(code)}`)
    await this.#setCode(address, `0x${toHex(changed)}`)
  }

  async #setCode(...params: readonly [address: string, code: string]): Promise<void> {
    await this.#chain.client.call('anvil_setCode', params)
    this.#chain.note({ kind: 'call', method: 'anvil_setCode', params })
  }
}

/** Addresses of the contracts made in a call and in all calls in it. */
function creations(frame: unknown): readonly string[] {
  if (!isObject(frame)) return []
  const { type, to, calls } = frame
  const own = /^CREATE/.test(String(type)) && typeof to === 'string' ? [to] : []
  return [...own, ...(Array.isArray(calls) ? calls.flatMap(creations) : [])]
}
