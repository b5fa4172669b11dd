/** A saved chain → the same chain in a fresh engine that does not mine by itself. */

import { adminName, miningModes, type StickyCalls } from './admin-methods.ts'
import type { AnvilClient } from './anvil-client.ts'
import { EvmError } from './errors.ts'
import type { JournalRecord } from './journal.ts'
import { isObject, quantity } from './json-values.ts'

export type Waiting = Extract<JournalRecord, { kind: 'sent' | 'ordered' }>
type Block = Extract<JournalRecord, { kind: 'block' }>

export interface Replayed {
  /** Transactions that were taken and are in no block yet; they are in the engine's pool again. */
  readonly waiting: Map<string, Waiting>
  readonly clockAhead: number
  readonly operations: Extract<JournalRecord, { kind: 'operation' }>[]
  /** Blocks that came out with another hash than they had. */
  readonly rebuilt: number
}

export interface ReplayOptions {
  readonly client: AnvilClient
  readonly sticky: StickyCalls
  /** Blocks the engine has already. */
  readonly height: number
  readonly log: (line: string) => void
}

/** Throws `evm/engineGone`, `evm/engineRefused`. */
export async function replay(
  records: readonly JournalRecord[],
  { client, sticky, height, log }: ReplayOptions,
): Promise<Replayed> {
  // A block can be noted a moment before the last of its transactions is.
  const taken = new Map<string, Waiting>()
  for (const record of records) {
    if (record.kind === 'sent' || record.kind === 'ordered') taken.set(record.hash, record)
  }
  const operations: Replayed['operations'] = []
  let clockAhead = 0
  let rebuilt = 0
  const orders = records.some((record) => record.kind === 'ordered')
  if (orders) await client.call('anvil_autoImpersonateAccount', [true])
  for (const record of records) {
    if (record.kind === 'block' && record.number <= height) {
      // A block made while the copy was taken is in the copy.
      for (const hash of record.transactions) taken.delete(hash)
    } else if (record.kind === 'block') {
      if (!(await remake(record, { client, taken, log }))) rebuilt += 1
    } else if (record.kind === 'call') {
      sticky.note(record)
      await repeat(record, { client, taken, log })
    } else if (record.kind === 'clock') {
      clockAhead = record.ahead
    } else if (record.kind === 'operation') {
      operations.push(record)
    }
  }
  for (const [hash, waiting] of taken) {
    // One that was replaced by another of the same number is refused now.
    if (!(await put(client, waiting, log))) taken.delete(hash)
  }
  if (orders) await client.call('anvil_autoImpersonateAccount', [false])
  for (const { method, params } of sticky.all()) {
    await client.call(method, Array.isArray(params) ? params : [])
  }
  return { waiting: taken, clockAhead, operations, rebuilt }
}

interface Scene {
  readonly client: AnvilClient
  readonly taken: Map<string, Waiting>
  readonly log: (line: string) => void
}

/** Makes one block again. Whether it is the same, to the last byte of its hash. */
async function remake(block: Block, { client, taken, log }: Scene): Promise<boolean> {
  for (const hash of block.transactions) {
    const waiting = taken.get(hash)
    if (waiting !== undefined) await put(client, waiting, log)
    taken.delete(hash)
  }
  await client.call('evm_mine', [block.time])
  const made = await client.call('eth_getBlockByNumber', ['latest', false])
  if (!isObject(made) || quantity(made['number']) !== block.number) {
    throw EvmError.engineRefused('evm_mine', `block ${block.number} could not be made again`)
  }
  return made['hash'] === block.hash
}

/** Whether the engine took it again. */
async function put(
  client: AnvilClient,
  waiting: Waiting,
  log: (line: string) => void,
): Promise<boolean> {
  try {
    if (waiting.kind === 'sent') await client.call('eth_sendRawTransaction', [waiting.raw])
    else await client.call('eth_sendTransaction', [waiting.transaction])
    return true
  } catch (error) {
    log(`transaction ${waiting.hash} was not taken again: ${String(error)}`)
    return false
  }
}

async function repeat(
  { method, params }: { readonly method: string; readonly params: unknown },
  { client, taken, log }: Scene,
): Promise<void> {
  const name = adminName(method)
  const list = Array.isArray(params) ? params : []
  if (name === 'dropTransaction') taken.delete(String(list[0]).toLowerCase())
  if (name === 'dropAllTransactions') taken.clear()
  if (name !== undefined && miningModes.has(name)) return
  try {
    await client.call(method, list)
  } catch (error) {
    log(`${method} could not be repeated: ${String(error)}`)
  }
}
