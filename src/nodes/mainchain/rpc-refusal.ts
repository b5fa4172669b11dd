/** What the RPC, REST and WebSocket interfaces answer instead of a result. */

/** @see Elastos.ELA servers/errors/errcode.go */
export const RpcCode = {
  sessionExpired: 41001,
  badFormat: 41003,
  invalidMethod: 42001,
  invalidParams: 42002,
  invalidTransaction: 43001,
  unknownTransaction: 44001,
  unknownBlock: 44003,
  unknownConfirm: 44004,
  internal: 45002,
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  httpRefused: -32603,
} as const

/** The words of a code where the refusal has none of its own, and `Desc` of REST and WebSocket. */
const descriptions: ReadonlyMap<number, string> = new Map([
  [0, 'Success'],
  [RpcCode.sessionExpired, 'Session expired'],
  [RpcCode.badFormat, 'Illegal Dataformat'],
  [RpcCode.invalidMethod, 'Invalid method'],
  [RpcCode.invalidParams, 'Invalid Params'],
  [RpcCode.invalidTransaction, 'Invalid transaction'],
  [RpcCode.unknownTransaction, 'Unknown BaseTransaction'],
  [RpcCode.unknownBlock, 'Unknown Block'],
  [RpcCode.unknownConfirm, 'Unknown Confirm'],
  [RpcCode.internal, 'Internal error'],
])

export function describeCode(code: number): string {
  return descriptions.get(code) ?? 'Error'
}

/** An answer with an error code. Not a failure of the node. */
export class RpcRefusal extends Error {
  override readonly name = 'RpcRefusal'
  readonly code: number

  constructor(code: number, message = describeCode(code)) {
    super(message)
    this.code = code
  }
}
