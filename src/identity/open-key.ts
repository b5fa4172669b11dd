/** A key that may be used: opened by its password or handed out by its agent. */
import { inspect } from 'node:util'
import type { Did } from '../protocol/did/did.ts'
import type { Account, KeyPair } from './accounts.ts'
import { KeyError } from './key-errors.ts'
import { type KeyHeader, parseKeyFile, unsealKey } from './key-file.ts'
import {
  decodeSecret,
  hideBytes,
  hideSecret,
  type KeyKind,
  type KeySecret,
  type KeyTree,
  type PublicParts,
  publicPartsOf,
  treeOfSecret,
} from './key-secret.ts'
import { type Keystore, readKey, type StoredKey } from './keystore.ts'

const NAMES: Readonly<Record<KeyKind, string>> = {
  phrase: 'a phrase',
  root: 'a root key',
  ela: 'one key of the main chain',
  evm: 'one key of ESC and EID',
}

/** Printed, logged or written as JSON it shows its name alone. */
export class OpenKey {
  readonly name: string
  readonly kind: KeyKind
  readonly public: PublicParts
  readonly #secret: KeySecret
  readonly #tree: KeyTree

  constructor({ name, kind, public: parts }: KeyHeader, secret: KeySecret, tree: KeyTree) {
    this.name = name
    this.kind = kind
    this.public = parts
    this.#secret = secret
    this.#tree = tree
  }

  /** The P-256 key: DID and main chain. Throws `keys/wrongKind`. */
  did(index = 0): KeyPair & { readonly did: Did } {
    return this.#half('key of a DID', index).did
  }

  /** The same P-256 key with its main chain address. Throws `keys/wrongKind`. */
  ela(index = 0): Account['ela'] {
    return this.#half('key of the main chain', index).ela
  }

  /** Throws `keys/wrongKind`. */
  evm(index = 0): Account['evm'] {
    const tree = this.#tree
    if (tree.kind === 'ela') throw this.#lacks('key of ESC and EID')
    const evm = tree.kind === 'evm' ? this.#only(tree.one, index) : tree.at(index).evm
    hideBytes(evm.privateKey)
    return evm
  }

  /** For handing the key to another program. */
  secret(): KeySecret {
    return this.#secret
  }

  toJSON(): string {
    return `[key ${this.name}]`
  }

  [inspect.custom](): string {
    return this.toJSON()
  }

  #half(wanted: string, index: number): Pick<Account, 'did' | 'ela'> {
    const tree = this.#tree
    if (tree.kind === 'evm') throw this.#lacks(wanted)
    const keys = tree.kind === 'ela' ? this.#only(tree.one, index) : tree.at(index)
    hideBytes(keys.did.privateKey)
    return keys
  }

  #only<T>(one: T, index: number): T {
    if (index !== 0) throw this.#lacks(`key number ${index}`)
    return one
  }

  #lacks(wanted: string) {
    return KeyError.wrongKind(this.name, wanted, NAMES[this.kind])
  }
}

/**
 * Opens a key of the keystore with its password.
 *
 * Throws `keys/unknownName`, `keys/wrongPassword` and what `readKey` does.
 */
export async function openKey(
  name: string,
  password: string,
  keystore: Keystore,
): Promise<OpenKey> {
  const stored = readKey(name, keystore)
  return keyOfBytes(stored, await unsealKey(stored, password))
}

/**
 * Opens a key from the text of its file, which is not in a keystore.
 *
 * Throws `keys/damaged`, `keys/newerFile`, `keys/wrongPassword`.
 *
 * @param place where the text is from, for errors
 */
export async function openKeyText(text: string, place: string, password: string): Promise<OpenKey> {
  // What stores secrets takes the last line end for an accident.
  const file = parseKeyFile(`${text.trimEnd()}\n`, place)
  return keyOfBytes({ ...file, digest: '' }, await unsealKey(file, password))
}

/** Throws `keys/wrongPassword` when the secret is not that of the file. */
export async function keyOfBytes(stored: StoredKey, bytes: Uint8Array): Promise<OpenKey> {
  const secret = decodeSecret(bytes)
  bytes.fill(0)
  if (secret === undefined || secret.kind !== stored.kind) throw KeyError.wrongPassword(stored.name)
  await hideSecret(secret)
  const tree = await treeOfSecret(secret)
  const parts = publicPartsOf(tree)
  for (const part of ['did', 'ela', 'evm'] as const) {
    if (parts[part] !== stored.public[part]) throw KeyError.wrongPassword(stored.name)
  }
  return new OpenKey(stored, secret, tree)
}
