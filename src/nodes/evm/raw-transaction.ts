/**
 * What a node checks on a raw transaction before its pool does, in the words of the real nodes.
 *
 * @see Elastos.ELA.SideChain.ESC core/tx_pool.go validateTx, rlp/decode.go
 */
import { fromHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import {
  decodeLegacyTransaction,
  type SignedLegacyTransaction,
} from '../../protocol/evm/legacy-transaction.ts'
import { invalidParams, type RpcFailure, refusal } from './rpc-message.ts'

export interface RawLimits {
  readonly chainId: number
  readonly maxTransactionBytes: number
  readonly minGasPrice: number
  readonly gasLimit: number
}

const FIRST_LIST_BYTE = 0xc0

export function checkRawTransaction(
  raw: unknown,
  limits: RawLimits,
): { readonly transaction: SignedLegacyTransaction } | { readonly error: RpcFailure } {
  if (typeof raw !== 'string') return invalidParams('missing value for required argument 0')
  if (!/^0x(?:[0-9a-f]{2})*$/i.test(raw)) {
    return invalidParams(
      'invalid argument 0: json: cannot unmarshal invalid hex string into Go value of type hexutil.Bytes',
    )
  }
  const bytes = fromHex(raw)
  const [first] = bytes
  if (first === undefined) return refusal('EOF')
  if (first < FIRST_LIST_BYTE) return refusal('rlp: expected input list for types.txdata')
  let transaction: SignedLegacyTransaction
  try {
    transaction = decodeLegacyTransaction(bytes)
  } catch (error) {
    return refusal(decodingRefusal(error))
  }
  const { chainId, gasPrice, gasLimit } = transaction
  if (bytes.length > limits.maxTransactionBytes) return refusal('oversized data')
  if (gasLimit > BigInt(limits.gasLimit)) return refusal('exceeds block gas limit')
  if (chainId !== undefined && chainId !== BigInt(limits.chainId)) return refusal('invalid sender')
  if (gasPrice < BigInt(limits.minGasPrice)) return refusal('gasPrice too low')
  return { transaction }
}

function decodingRefusal(error: unknown): string {
  switch (error instanceof ElaError ? error.code : '') {
    case 'protocol/truncated':
      return 'rlp: value size exceeds available input length'
    case 'protocol/trailing':
      return 'rlp: input contains more than one value'
    case 'protocol/notCanonical':
      return 'rlp: non-canonical integer (leading zero bytes) for *big.Int'
    case 'protocol/tooLong':
      return 'rlp: input string too long for types.txdata'
    default:
      if (error instanceof ElaError && error.message.includes('fields')) {
        return 'rlp: too few elements for types.txdata'
      }
      return 'invalid sender'
  }
}

const poolRefusals: readonly (readonly [RegExp, string])[] = [
  [/nonce too low/i, 'nonce too low'],
  [/insufficient funds/i, 'insufficient funds for gas * price + value'],
  [/intrinsic gas|gas floor/i, 'intrinsic gas too low'],
  [/underpriced/i, 'replacement transaction underpriced'],
  [/gas limit/i, 'exceeds block gas limit'],
  [/signature|decode/i, 'invalid sender'],
]

/** The engine's reason not to take a transaction, as the real pool would put it. */
export function poolRefusal(message: string, hash: string): RpcFailure {
  if (/already imported|already known/i.test(message)) {
    return { code: -32000, message: `known transaction: ${hash.replace(/^0x/, '')}` }
  }
  const known = poolRefusals.find(([pattern]) => pattern.test(message))
  return { code: -32000, message: known?.[1] ?? message }
}
