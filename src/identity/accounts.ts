/** One phrase, three kinds of account: main chain, DID (both P-256) and EVM (secp256k1). */
import { type Did, didOf } from '../protocol/did/did.ts'
import { addressOf, Prefix, programHashOf } from '../protocol/ela/address.ts'
import { standardCode } from '../protocol/ela/script.ts'
import { addressOfPrivateKey, checksumAddress, type EvmAddress } from '../protocol/evm/address.ts'
import { childOf, derive, type HdKey, publicKeyOn, rootKey } from './derive.ts'

/** A P-256 key pair: 32 bytes and 33 bytes compressed. */
export interface KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

export interface Account {
  readonly index: number
  /** `m/44'/0'/0'/0/index`. The address begins with E. */
  readonly ela: KeyPair & { readonly address: string }
  /** `m/44'/60'/0'/0/index`. The address carries its checksum. */
  readonly evm: { readonly address: EvmAddress; readonly privateKey: Uint8Array }
  /** The DID has the key pair of the main chain account with the same index. */
  readonly did: KeyPair & { readonly did: Did }
}

const ELA_PATH = "m/44'/0'/0'/0"
const EVM_PATH = "m/44'/60'/0'/0"

/**
 * The accounts of a seed, each derived when it is asked for.
 *
 *     const account = accountsOf(seedOfMnemonic(phrase))
 *     account(0).did.did
 */
export function accountsOf(seed: Uint8Array): (index: number) => Account {
  return accountsOfRoots(rootKey(seed, 'p256'), rootKey(seed, 'secp256k1'))
}

/** The accounts of root keys: those of one seed are the same bytes on both curves. */
export function accountsOfRoots(p256: HdKey, secp256k1: HdKey): (index: number) => Account {
  const ela = derive(p256, ELA_PATH)
  const evm = derive(secp256k1, EVM_PATH)
  return (index) => accountAt(index, ela, evm)
}

/** One account; for several of a seed `accountsOf` does the common steps once. */
export function accountOf(seed: Uint8Array, index: number): Account {
  return accountsOf(seed)(index)
}

function accountAt(index: number, elaChain: HdKey, evmChain: HdKey): Account {
  const { privateKey } = childOf(elaChain, index)
  return { index, ...p256Account(privateKey), evm: evmAccount(childOf(evmChain, index).privateKey) }
}

/** What one P-256 key is on the main chain and as a DID. */
export function p256Account(privateKey: Uint8Array): Pick<Account, 'ela' | 'did'> {
  const publicKey = publicKeyOn('p256', privateKey)
  return {
    ela: { privateKey, publicKey, address: elaAddressOf(publicKey) },
    did: { privateKey, publicKey, did: didOf(publicKey) },
  }
}

/** What one secp256k1 key is on ESC and EID. */
export function evmAccount(privateKey: Uint8Array): Account['evm'] {
  return { address: checksumAddress(addressOfPrivateKey(privateKey)), privateKey }
}

function elaAddressOf(publicKey: Uint8Array): string {
  return addressOf(programHashOf(standardCode(publicKey), Prefix.standard))
}
