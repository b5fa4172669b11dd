/** Asking and telling the registry contract on ESC. @see src/contracts/DAppRegistry.sol */
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import { callRpc } from '../../base/json-rpc.ts'
import { isKeyDid } from '../../protocol/did/did.ts'
import { readAddress } from '../../protocol/ela/address.ts'
import { selectorOf } from '../../protocol/evm/abi.ts'
import {
  AbiReader,
  type AbiValue,
  bytesValue,
  encodeCall,
  uintValue,
} from '../../protocol/evm/abi-arguments.ts'
import { WalletError } from '../errors.ts'
import {
  estimateEvmGas,
  type SentEvmTransaction,
  type SignedEvmTransaction,
  sendEvmTransaction,
} from '../evm-coins.ts'
import { RegistryError, refusal, refusalSignatures } from './errors.ts'

/** Where a registry is. */
export interface Registry {
  /** Of ESC. */
  readonly rpc: string
  readonly chainId: number
  /** Of the contract. */
  readonly address: string
}

/** Who tells it something: pays the gas and must have the right to it. */
export interface Teller {
  readonly registry: Registry
  /** secp256k1. */
  readonly privateKey: Uint8Array
  /** 0 does not wait for a block. */
  readonly waitMs?: number
  readonly signal?: AbortSignal
  /** As in `sendEvmTransaction`. */
  readonly onSigned?: (signed: SignedEvmTransaction) => void
}

/**
 * What the registry answers. Throws `registry/refused`, `registry/notThere`, `rpc/…`.
 *
 * @param signature such as `apps(bytes20)`
 */
export async function askRegistry(
  { rpc, address }: Registry,
  signature: string,
  values: readonly AbiValue[],
): Promise<AbiReader> {
  const call = { to: address, data: `0x${toHex(encodeCall(signature, values))}` }
  const answer = await callRpc(rpc, 'eth_call', [call, 'latest']).catch((error: unknown) => {
    throw withReason(error)
  })
  if (typeof answer !== 'string') throw WalletError.unexpectedReply(rpc, 'eth_call', answer)
  // Calling an address without code succeeds and answers nothing.
  if (answer === '0x') throw RegistryError.notThere(rpc, address)
  return new AbiReader(fromHex(answer))
}

/**
 * Sends a transaction to the registry. Throws `registry/refused` with the reason of the contract,
 * `registry/notThere`, and what `sendEvmTransaction` does.
 */
export async function tellRegistry(
  { registry, privateKey, ...patience }: Teller,
  signature: string,
  values: readonly AbiValue[],
): Promise<SentEvmTransaction> {
  const { rpc, chainId, address } = registry
  const code = await callRpc(rpc, 'eth_getCode', [address, 'latest'])
  // A transaction to an address without code would be mined and do nothing.
  if (code === '0x') throw RegistryError.notThere(rpc, address)
  const data = encodeCall(signature, values)
  const request = { chain: 'esc', rpc, chainId, privateKey, to: address, data } as const
  try {
    return await sendEvmTransaction({ ...request, ...patience })
  } catch (error) {
    throw withReason(error)
  }
}

/** What telling it would cost, in gas. Throws as `tellRegistry` does; nothing is sent. */
export async function estimateTelling(
  { rpc, address }: Registry,
  from: string,
  [signature, values]: readonly [string, readonly AbiValue[]],
): Promise<bigint> {
  try {
    return await estimateEvmGas(rpc, { from, to: address, data: encodeCall(signature, values) })
  } catch (error) {
    throw withReason(error)
  }
}

/** The contract's own reason in place of `execution reverted`. */
function withReason(error: unknown): unknown {
  if (!(error instanceof ElaError) || error.code !== 'rpc/refused') return error
  const { data } = (error.cause ?? {}) as { data?: unknown }
  if (typeof data !== 'string' || !/^0x([0-9a-f]{2}){4,}$/i.test(data)) return error
  const bytes = fromHex(data)
  const selector = toHex(bytes.subarray(0, 4))
  const signature = refusalSignatures.find((one) => toHex(selectorOf(one)) === selector)
  if (signature === undefined) return error
  const value = bytes.length > 4 ? new AbiReader(bytes.subarray(4)).uint(0) : undefined
  return refusal(signature, value, error)
}

/** The 20 bytes that name an app: the DID without prefix and checksum. Throws `registry/notAnAppDid`. */
export function appIdOf(did: string): Uint8Array {
  const read = isKeyDid(did) ? readAddress(did.slice(did.lastIndexOf(':') + 1)) : undefined
  if (read === undefined || 'fault' in read) throw RegistryError.notAnAppDid(did)
  return read.programHash.slice(1)
}

export function appValue(did: string): AbiValue {
  return bytesValue(appIdOf(did))
}

/** Throws `registry/badChannel`. */
export function channelValue(name: string): AbiValue {
  if (!/^[a-z0-9-]{1,32}$/.test(name)) throw RegistryError.badChannel(name)
  return bytesValue(new TextEncoder().encode(name))
}

/** Throws `registry/badSeq`. */
export function seqValue(seq: number): AbiValue {
  if (!Number.isInteger(seq) || seq < 1 || seq > 0xffff_ffff) throw RegistryError.badSeq(seq)
  return uintValue(seq)
}

/** `sha256:` and 64 digits. Throws `registry/badBundle`. */
export function bundleValue(bundle: string): AbiValue {
  if (!/^sha256:[0-9a-f]{64}$/.test(bundle)) throw RegistryError.badBundle(bundle)
  return { word: fromHex(bundle.slice('sha256:'.length)) }
}
