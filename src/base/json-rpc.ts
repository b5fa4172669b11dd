/** A JSON-RPC 2.0 client over HTTP, for every chain we talk to. */
import { defineErrors, messageOf } from './errors.ts'
import { stringify } from './printer.ts'

export const RpcError = defineErrors('rpc', {
  unreachable: (url: string, cause: unknown) => ({
    message: `${url} does not answer: ${reasonOf(cause)}.`,
    hint: 'Look at what is running with `ela node status`.',
    exit: 'unreachable',
    cause,
  }),
  notJson: (url: string, status: number, text: string) => ({
    message: `${url} answered with status ${status} and no JSON: ${text.slice(0, 120)}`,
    exit: 'unreachable',
  }),
  refused: (method: string, code: number, message: string, data?: unknown) => ({
    message: `${method} was refused: ${message} (${code}).`,
    exit: 'refused',
    cause: { code, message, data },
  }),
})

export interface RpcOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 15_000
let lastId = 0

/**
 * Calls one method and returns its `result`.
 *
 * Throws `rpc/unreachable` when nothing answers within `timeoutMs`, `rpc/notJson` for an answer
 * that is no JSON-RPC reply, and `rpc/refused` (cause `{code, message, data}`) for an `error`.
 */
export async function callRpc(
  url: string,
  method: string,
  params: readonly unknown[] | Readonly<Record<string, unknown>> = [],
  { signal, timeoutMs = TIMEOUT_MS }: RpcOptions = {},
): Promise<unknown> {
  lastId += 1
  const limit = AbortSignal.timeout(timeoutMs)
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: stringify({ jsonrpc: '2.0', id: lastId, method, params }),
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  }
  let status: number
  let text: string
  try {
    const response = await fetch(url, request)
    status = response.status
    text = await response.text()
  } catch (error) {
    throw RpcError.unreachable(url, error)
  }
  return resultOf(url, method, status, text)
}

function resultOf(url: string, method: string, status: number, text: string): unknown {
  let reply: unknown
  try {
    reply = JSON.parse(text)
  } catch {
    throw RpcError.notJson(url, status, text)
  }
  if (typeof reply !== 'object' || reply === null) throw RpcError.notJson(url, status, text)
  const { error, result } = reply as { error?: unknown; result?: unknown }
  if (error !== undefined && error !== null) {
    const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown }
    throw RpcError.refused(method, Number(code), String(message), data)
  }
  return result
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.cause instanceof Error) return messageOf(thrown.cause)
  return messageOf(thrown)
}
