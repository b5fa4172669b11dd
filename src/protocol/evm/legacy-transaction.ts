/**
 * The only transactions ESC and EID know.
 *
 *     rlp([nonce, gasPrice, gasLimit, to, value, data, v, r, s])
 *
 * `v` is 35 + 2 × chain id + parity (EIP-155), or 27 + parity without a chain id. The signature is
 * over the hash of the first six fields, followed under EIP-155 by [chain id, 0, 0].
 *
 * @see Elastos.ELA.SideChain.ESC core/types/transaction.go, transaction_signing.go
 */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { concatBytes, toHex } from '../../base/bytes-text.ts'
import { CodecError } from '../codec.ts'
import { addressBytes, addressOfBytes, addressOfPublicKey, type EvmAddress } from './address.ts'
import { keccak256 } from './keccak.ts'
import { bytesOfUint, decodeRlp, encodeRlp, type RlpItem, uintOfBytes } from './rlp.ts'

export interface LegacyTransaction {
  readonly nonce: bigint
  /** Wei for one unit of gas. */
  readonly gasPrice: bigint
  readonly gasLimit: bigint
  /** Lower-case address; `undefined` creates a contract. */
  readonly to: EvmAddress | undefined
  readonly value: bigint
  readonly data: Uint8Array
  /** `undefined`: valid on every chain (before EIP-155). */
  readonly chainId: bigint | undefined
}

export interface SignedLegacyTransaction extends LegacyTransaction {
  readonly v: bigint
  readonly r: bigint
  readonly s: bigint
}

const FIELDS = 9
const HALF_ORDER = secp256k1.Point.Fn.ORDER / 2n

/** Throws `protocol/…` for anything but one whole legacy transaction with a possible signature. */
export function decodeLegacyTransaction(raw: Uint8Array): SignedLegacyTransaction {
  const item = decodeRlp(raw)
  if (item instanceof Uint8Array) throw CodecError.malformed('A transaction is a list')
  if (item.length !== FIELDS) {
    throw CodecError.malformed(`A transaction has ${FIELDS} fields, not ${item.length}`)
  }
  const field = (at: number) => stringAt(item, at)
  const v = uintOfBytes(field(6))
  return {
    nonce: uintOfBytes(field(0), 8),
    gasPrice: uintOfBytes(field(1)),
    gasLimit: uintOfBytes(field(2), 8),
    to: recipientOf(field(3)),
    value: uintOfBytes(field(4)),
    data: field(5),
    chainId: chainIdOf(v),
    v,
    r: uintOfBytes(field(7)),
    s: uintOfBytes(field(8)),
  }
}

function stringAt(items: readonly RlpItem[], at: number): Uint8Array {
  const item = items[at]
  if (!(item instanceof Uint8Array)) throw CodecError.malformed(`Field ${at} is no string`)
  return item
}

function recipientOf(bytes: Uint8Array): EvmAddress | undefined {
  return bytes.length === 0 ? undefined : addressOfBytes(bytes)
}

function chainIdOf(v: bigint): bigint | undefined {
  if (v === 27n || v === 28n) return undefined
  if (v < 35n) throw CodecError.malformed(`A signature with v = ${v} belongs to no chain`)
  return (v - 35n) / 2n
}

export function encodeLegacyTransaction(transaction: SignedLegacyTransaction): Uint8Array {
  const { v, r, s } = transaction
  return encodeRlp([...contentOf(transaction), bytesOfUint(v), bytesOfUint(r), bytesOfUint(s)])
}

function contentOf(transaction: LegacyTransaction): readonly Uint8Array[] {
  const { nonce, gasPrice, gasLimit, to, value, data } = transaction
  return [
    bytesOfUint(nonce),
    bytesOfUint(gasPrice),
    bytesOfUint(gasLimit),
    to === undefined ? new Uint8Array() : addressBytes(to),
    bytesOfUint(value),
    data,
  ]
}

/** What the sender signs. */
export function signingHash(transaction: LegacyTransaction): Uint8Array {
  const { chainId } = transaction
  const forChain =
    chainId === undefined ? [] : [bytesOfUint(chainId), bytesOfUint(0n), bytesOfUint(0n)]
  return keccak256(encodeRlp([...contentOf(transaction), ...forChain]))
}

/** Signs with a 32-byte private key; the signature is deterministic (RFC 6979) with a low `s`. */
export function signLegacyTransaction(
  transaction: LegacyTransaction,
  privateKey: Uint8Array,
): { readonly raw: Uint8Array; readonly hash: `0x${string}` } {
  const bytes = secp256k1.sign(signingHash(transaction), privateKey, {
    prehash: false,
    format: 'recovered',
  })
  const { r, s, recovery } = secp256k1.Signature.fromBytes(bytes, 'recovered')
  const parity = BigInt(recovery ?? 0)
  const { chainId } = transaction
  const v = chainId === undefined ? 27n + parity : 35n + 2n * chainId + parity
  const raw = encodeLegacyTransaction({ ...transaction, v, r, s })
  return { raw, hash: transactionHash(raw) }
}

/** The id of a transaction as everybody writes it: `0x` and 64 digits. */
export function transactionHash(raw: Uint8Array): `0x${string}` {
  return `0x${toHex(keccak256(raw))}`
}

/**
 * Who signed. Throws `protocol/malformed` for a signature of nobody, or with the high `s` that
 * nodes refuse since Homestead.
 */
export function senderOf(transaction: SignedLegacyTransaction): EvmAddress {
  const { r, s, v, chainId } = transaction
  if (s > HALF_ORDER) throw CodecError.malformed('The signature has a high s')
  const parity = chainId === undefined ? Number(v - 27n) : Number((v - 35n) % 2n)
  try {
    const compact = concatBytes(Uint8Array.of(parity), wordOf(r), wordOf(s))
    const publicKey = secp256k1.recoverPublicKey(compact, signingHash(transaction), {
      prehash: false,
    })
    return addressOfPublicKey(publicKey)
  } catch (cause) {
    throw CodecError.malformed(`The signature is of no key (${String(cause)})`)
  }
}

function wordOf(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
}
