/** The objects of `eth_call`, `eth_estimateGas` and `eth_sendTransaction`. */
import { fromHex } from '../../base/bytes-text.ts'
import type { JsonObject } from './json-values.ts'

/** A call object without what came after legacy transactions; the real nodes do not know it. */
export function legacyOnly(call: JsonObject): Record<string, unknown> {
  const {
    maxFeePerGas,
    maxPriorityFeePerGas: _tip,
    accessList: _list,
    type: _type,
    blobVersionedHashes: _blobs,
    maxFeePerBlobGas: _blobFee,
    authorizationList: _authorizations,
    ...legacy
  } = call as Record<string, unknown>
  if (legacy['gasPrice'] === undefined && maxFeePerGas !== undefined) {
    legacy['gasPrice'] = maxFeePerGas
  }
  return legacy
}

/** What makes the same transaction again. */
export function replayable(transaction: JsonObject): JsonObject {
  const { from, to, gas, gasPrice, value, input, nonce } = transaction
  return { from, ...(to === null ? {} : { to }), gas, gasPrice, value, input, nonce }
}

/** Call data as JSON-RPC has it; anything else is no data. */
export function callData(call: JsonObject): Uint8Array {
  const data = call['input'] ?? call['data']
  const isHex = typeof data === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(data)
  return isHex ? fromHex(data) : new Uint8Array()
}
