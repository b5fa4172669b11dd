/** Requests and answers as the nodes of ESC and EID read and write them. */
import { isObject } from './json-values.ts'

export interface RpcRequest {
  /** `undefined` for a notification, which gets no answer. */
  readonly id: unknown
  readonly hasId: boolean
  readonly method: string
  readonly params: unknown
}

export interface RpcFailure {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** Ours, or the engine's own from behind its id on (`"result":…}`), to be passed on as it is. */
export type RpcAnswer =
  | { readonly result: unknown }
  | { readonly error: RpcFailure }
  | { readonly rest: string }

export const refusal = (message: string, code = -32000): { error: RpcFailure } => ({
  error: { code, message },
})

export const invalidRequest = refusal('invalid request', -32600)
export const parseFailure = refusal('parse error', -32700)

export function methodMissing(method: string): { error: RpcFailure } {
  return refusal(`the method ${method} does not exist/is not available`, -32601)
}

export function invalidParams(why: string): { error: RpcFailure } {
  return refusal(why, -32602)
}

/** The request in a message, or the id to refuse it under. A missing `jsonrpc` is no fault. */
export function readRequest(message: unknown): RpcRequest | { readonly id: unknown } {
  if (!isObject(message)) return { id: null }
  const { id, method, params } = message
  const hasId = id !== undefined
  const validId = hasId && (id === null || typeof id !== 'object')
  if (typeof method !== 'string' || method === '' || (hasId && !validId)) {
    return { id: validId ? id : null }
  }
  return { id, hasId, method, params: params ?? [] }
}

export function answerText(id: unknown, answer: RpcAnswer): string {
  if ('rest' in answer) return `{"jsonrpc":"2.0","id":${JSON.stringify(id ?? null)},${answer.rest}`
  return JSON.stringify({ jsonrpc: '2.0', id: id ?? null, ...answer })
}
