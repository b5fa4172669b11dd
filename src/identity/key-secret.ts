/**
 * What a key file protects: words, a root key, or one private key.
 *
 *     kind 1 | what belongs to it
 *
 *     1 phrase   language 1 | length of entropy 1 | entropy | passphrase in UTF-8
 *     2 root     private key 32 | chain code 32
 *     3 ela      private key 32 (P-256)
 *     4 evm      private key 32 (secp256k1)
 *
 * Kept as bytes, not as text: bytes can be overwritten.
 */
import { base58 } from '@scure/base'
import { concatBytes, toHex } from '../base/bytes-text.ts'
import { hide } from '../base/redactor.ts'
import { type Account, accountsOf, accountsOfRoots, evmAccount, p256Account } from './accounts.ts'
import { type Curve, type HdKey, hdKey, isPrivateKey, rootKey } from './derive.ts'
import { KeyError } from './key-errors.ts'
import { type Language, languages, mnemonicOf, seedOfMnemonic } from './mnemonic.ts'

export const keyKinds = ['phrase', 'root', 'ela', 'evm'] as const
export type KeyKind = (typeof keyKinds)[number]

export type KeySecret =
  | {
      readonly kind: 'phrase'
      readonly language: Language
      readonly entropy: Uint8Array
      readonly passphrase: string
    }
  /** The root of a tree whose words are not known; the same bytes on both curves. */
  | { readonly kind: 'root'; readonly privateKey: Uint8Array; readonly chainCode: Uint8Array }
  | { readonly kind: 'ela' | 'evm'; readonly privateKey: Uint8Array }

/** What may be seen without the password: the account with index 0. */
export interface PublicParts {
  readonly did?: string
  readonly ela?: string
  readonly evm?: string
}

/** The accounts a secret has: a whole tree, or the halves one key serves. */
export type KeyTree =
  | { readonly kind: 'tree'; readonly at: (index: number) => Account }
  | { readonly kind: 'ela'; readonly one: Pick<Account, 'ela' | 'did'> }
  | { readonly kind: 'evm'; readonly one: Account['evm'] }

export const MAX_PASSPHRASE_BYTES = 256
const ENTROPY_BYTES = [16, 20, 24, 28, 32]

/** Throws `keys/longPassphrase`. */
export function encodeSecret(secret: KeySecret): Uint8Array {
  const kind = Uint8Array.of(keyKinds.indexOf(secret.kind) + 1)
  if (secret.kind === 'root') return concatBytes(kind, secret.privateKey, secret.chainCode)
  if (secret.kind !== 'phrase') return concatBytes(kind, secret.privateKey)
  const { language, entropy, passphrase } = secret
  const text = Buffer.from(passphrase.normalize('NFKD'), 'utf8')
  if (text.length > MAX_PASSPHRASE_BYTES) throw KeyError.longPassphrase(MAX_PASSPHRASE_BYTES)
  const head = Uint8Array.of(languages.indexOf(language), entropy.length)
  return concatBytes(kind, head, entropy, text)
}

/** `undefined` for bytes that are no secret. */
export function decodeSecret(bytes: Uint8Array): KeySecret | undefined {
  const kind = keyKinds[(bytes[0] ?? 0) - 1]
  const body = bytes.slice(1)
  if (kind === undefined) return undefined
  if (kind === 'phrase') return decodePhrase(body)
  const privateKey = body.slice(0, 32)
  const curves: readonly Curve[] =
    kind === 'root' ? ['p256', 'secp256k1'] : [kind === 'ela' ? 'p256' : 'secp256k1']
  if (!curves.every((curve) => isPrivateKey(curve, privateKey))) return undefined
  if (body.length !== (kind === 'root' ? 64 : 32)) return undefined
  return kind === 'root' ? { kind, privateKey, chainCode: body.slice(32) } : { kind, privateKey }
}

function decodePhrase(body: Uint8Array): KeySecret | undefined {
  const language = languages[body[0] ?? 255]
  const length = body[1] ?? 0
  const entropy = body.slice(2, 2 + length)
  const rest = body.slice(2 + length)
  if (language === undefined || !ENTROPY_BYTES.includes(length)) return undefined
  if (entropy.length !== length || rest.length > MAX_PASSPHRASE_BYTES) return undefined
  const passphrase = Buffer.from(rest).toString('utf8')
  if (!Buffer.from(passphrase, 'utf8').equals(rest)) return undefined
  return { kind: 'phrase', language, entropy, passphrase }
}

/** Root keys on both curves, for secrets that have them. */
export async function rootOf(secret: KeySecret, curve: Curve): Promise<HdKey | undefined> {
  if (secret.kind === 'phrase') {
    const phrase = await mnemonicOf(secret.entropy, secret.language)
    return rootKey(seedOfMnemonic(phrase, secret.passphrase), curve)
  }
  if (secret.kind !== 'root') return undefined
  const { privateKey, chainCode } = secret
  return hdKey({
    curve,
    privateKey,
    chainCode,
    depth: 0,
    index: 0,
    parentFingerprint: new Uint8Array(4),
  })
}

export async function treeOfSecret(secret: KeySecret): Promise<KeyTree> {
  if (secret.kind === 'ela') return { kind: 'ela', one: p256Account(secret.privateKey) }
  if (secret.kind === 'evm') return { kind: 'evm', one: evmAccount(secret.privateKey) }
  if (secret.kind === 'phrase') {
    const phrase = await mnemonicOf(secret.entropy, secret.language)
    return { kind: 'tree', at: accountsOf(seedOfMnemonic(phrase, secret.passphrase)) }
  }
  const [p256, secp256k1] = await Promise.all([rootOf(secret, 'p256'), rootOf(secret, 'secp256k1')])
  if (p256 === undefined || secp256k1 === undefined) throw new Error('a root without a root key')
  return { kind: 'tree', at: accountsOfRoots(p256, secp256k1) }
}

export function publicPartsOf(tree: KeyTree): PublicParts {
  if (tree.kind === 'evm') return { evm: tree.one.address }
  if (tree.kind === 'ela') return { did: tree.one.did.did, ela: tree.one.ela.address }
  const { did, ela, evm } = tree.at(0)
  return { did: did.did, ela: ela.address, evm: evm.address }
}

/** Nothing printed from now on shows this secret, in words or digits of any usual kind. */
export async function hideSecret(secret: KeySecret): Promise<void> {
  if (secret.kind === 'phrase') {
    hide(await mnemonicOf(secret.entropy, secret.language))
    hide(secret.passphrase, 'talk')
    hideBytes(secret.entropy)
  } else {
    hideBytes(secret.privateKey)
  }
}

export function hideBytes(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes)
  for (const text of [toHex(bytes), toHex(bytes).toUpperCase(), base58.encode(bytes)]) hide(text)
  for (const form of ['base64', 'base64url'] as const) hide(buffer.toString(form))
}
