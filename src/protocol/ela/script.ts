/**
 * Codes: what an address commits to and a program shows when coins are spent.
 *
 *     standard     21 key AC
 *     Schnorr      51 21 key
 *     multisig     (50 + m) n × { 21 key } (50 + n) AE
 *     arbiters     the same, ending with AF
 *     X address    20 genesis hash AF
 *
 * @see Elastos.ELA core/contract, crypto/common.go
 */
import { concatBytes, toHex } from '../../base/bytes-text.ts'
import { ChainError } from './errors.ts'
import { parseDisplayHash } from './hash.ts'

const PUSH_KEY = 0x21
const PUSH_HASH = 0x20
const PUSH_0 = 0x50
const CHECK_SIG = 0xac
const CHECK_MULTISIG = 0xae
const CROSS_CHAIN = 0xaf
const KEY_BYTES = 33
const STANDARD_BYTES = 35
const MIN_MULTISIG_BYTES = 71
/** Above it the real node's builder writes a number in a form its own checker cannot read. */
const MAX_MULTISIG_KEYS = 16
/** One byte holds the count. */
const MAX_ARBITERS = 0xff - PUSH_0

export function standardCode(publicKey: Uint8Array): Uint8Array {
  return concatBytes(pushedKey(publicKey), Uint8Array.of(CHECK_SIG))
}

export function schnorrCode(publicKey: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(PUSH_0 + 1), pushedKey(publicKey))
}

/**
 * The code of an address that `m` of the keys can spend from. The order of keys is part of the
 * address and differs between wallets: see `sortedByX` and `sortedByHex`.
 */
export function multisigCode(m: number, publicKeys: readonly Uint8Array[]): Uint8Array {
  return manyKeys(m, publicKeys, { last: CHECK_MULTISIG, limit: MAX_MULTISIG_KEYS })
}

/** The code by which arbiters pay out what side chains send back. */
export function arbiterCode(m: number, publicKeys: readonly Uint8Array[]): Uint8Array {
  return manyKeys(m, publicKeys, { last: CROSS_CHAIN, limit: MAX_ARBITERS })
}

/** @param genesisHash of the side chain as its RPC shows it, with or without `0x` */
export function crossChainCode(genesisHash: string): Uint8Array {
  const internal = parseDisplayHash(genesisHash.replace(/^0x/, ''))
  return concatBytes(Uint8Array.of(PUSH_HASH), internal, Uint8Array.of(CROSS_CHAIN))
}

/** The order of the Go wallet: by X coordinate, whatever the sign of Y. */
export function sortedByX(publicKeys: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...publicKeys].sort((a, b) => Buffer.compare(a.subarray(1), b.subarray(1)))
}

/** The order of the JavaScript wallets: by the whole compressed key. */
export function sortedByHex(publicKeys: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...publicKeys].sort((a, b) => Buffer.compare(a, b))
}

export type Code =
  | { readonly kind: 'standard' | 'schnorr'; readonly publicKey: Uint8Array }
  | {
      readonly kind: 'multisig' | 'arbiters'
      readonly m: number
      readonly n: number
      readonly publicKeys: readonly Uint8Array[]
    }

/** What a code is, `undefined` when it is none of those that can be spent with. */
export function parseCode(code: Uint8Array): Code | undefined {
  const last = code.at(-1)
  if (code.length === STANDARD_BYTES) {
    if (code[0] === PUSH_KEY && last === CHECK_SIG) {
      return { kind: 'standard', publicKey: code.slice(1, -1) }
    }
    if (code[0] === PUSH_0 + 1 && code[1] === PUSH_KEY) {
      return { kind: 'schnorr', publicKey: code.slice(2) }
    }
    return undefined
  }
  if (last !== CHECK_MULTISIG && last !== CROSS_CHAIN) return undefined
  return parseManyKeys(code, last === CHECK_MULTISIG ? 'multisig' : 'arbiters')
}

function parseManyKeys(code: Uint8Array, kind: 'multisig' | 'arbiters'): Code | undefined {
  const keys = code.subarray(1, -2)
  if (code.length < MIN_MULTISIG_BYTES || keys.length % (KEY_BYTES + 1) !== 0) return undefined
  const publicKeys: Uint8Array[] = []
  for (let at = 0; at < keys.length; at += KEY_BYTES + 1) {
    if (keys[at] !== PUSH_KEY) return undefined
    publicKeys.push(keys.slice(at + 1, at + 1 + KEY_BYTES))
  }
  const m = (code[0] ?? 0) - PUSH_0
  const n = (code.at(-2) ?? 0) - PUSH_0
  if (m < 1 || m > n || n !== publicKeys.length) return undefined
  return { kind, m, n, publicKeys }
}

function manyKeys(
  m: number,
  publicKeys: readonly Uint8Array[],
  { last, limit }: { readonly last: number; readonly limit: number },
): Uint8Array {
  const n = publicKeys.length
  if (n < 2 || n > limit) throw ChainError.badMultisig(`it has ${n} keys, not 2 to ${limit}`)
  if (!Number.isInteger(m) || m < 1 || m > n) {
    throw ChainError.badMultisig(`${m} of ${n} signatures cannot be asked for`)
  }
  if (new Set(publicKeys.map(toHex)).size < n) throw ChainError.badMultisig('a key is there twice')
  return concatBytes(
    Uint8Array.of(PUSH_0 + m),
    ...publicKeys.map(pushedKey),
    Uint8Array.of(PUSH_0 + n, last),
  )
}

function pushedKey(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== KEY_BYTES) {
    throw ChainError.badPublicKey(`it has ${publicKey.length} bytes instead of ${KEY_BYTES}`)
  }
  return concatBytes(Uint8Array.of(PUSH_KEY), publicKey)
}
