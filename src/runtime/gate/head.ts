/** How fresh the newest block of a node is. Who holds back blocks keeps what was revoked valid. */
import { ElaError } from '../../base/errors.ts'
import { callRpc } from '../../base/json-rpc.ts'
import { GateError } from './errors.ts'

/** @see dapp-lifecycle §1.8, freeze attack */
export const HEAD_REFUSED_AFTER_S = 24 * 3_600
const HEAD_WARNED_AFTER_S = 30 * 60
/** Block times may run ahead of ours a little. */
const HEAD_AHEAD_S = 15 * 60
const TIMEOUT_MS = 5_000

export interface ChainNode {
  /** Of its JSON-RPC. */
  readonly url: string
  /** A node of our own devnet makes blocks only when something happens: its head may be old. */
  readonly isDevnet: boolean
}

/**
 * What people should know of the age of the node's newest block, if anything.
 * Throws `gate/headStale`, `gate/headAhead`, `gate/unusableAnswer`, `rpc/unreachable`, `rpc/notJson`.
 *
 * @param time seconds since 1970
 */
export async function headWarning(
  { url, isDevnet }: ChainNode,
  time: number,
): Promise<string | undefined> {
  const block = await ask(url)
  const text = (block as { timestamp?: unknown } | null)?.timestamp
  const isTime = typeof text === 'string' && /^0x[0-9a-f]{1,12}$/i.test(text)
  if (!isTime) throw GateError.unusableAnswer(url, 'its newest block has no time')
  // The clock of a devnet can be moved on purpose, too.
  if (isDevnet) return undefined
  const age = time - Number(text)
  if (age > HEAD_REFUSED_AFTER_S) throw GateError.headStale(url, Math.round(age / 3_600))
  if (age < -HEAD_AHEAD_S) {
    throw GateError.headAhead(url, new Date(Number(text) * 1_000).toISOString())
  }
  if (age <= HEAD_WARNED_AFTER_S) return undefined
  return `the newest block that ${url} knows is ${Math.round(age / 60)} minutes old`
}

/** The number of the newest block, as text. Throws `rpc/…`. */
export async function heightOf(url: string): Promise<string> {
  return String(await callRpc(url, 'eth_blockNumber', [], { timeoutMs: TIMEOUT_MS }))
}

async function ask(url: string): Promise<unknown> {
  const options = { timeoutMs: TIMEOUT_MS }
  try {
    return await callRpc(url, 'eth_getBlockByNumber', ['latest', false], options)
  } catch (error) {
    throw isAway(error) ? error : GateError.unusableAnswer(url, error)
  }
}

/** Whether a failure means that nobody could be asked. Anything else is an answer. */
export function isAway(error: unknown): boolean {
  return error instanceof ElaError && /^rpc\/(?:unreachable|notJson)$/.test(error.code)
}
