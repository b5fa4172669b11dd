/** Taking the key out of a DID store that a DID library wrote (see `did-store-format.ts`). */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { equalBytes } from '../base/bytes-text.ts'
import { ElaError, messageOf } from '../base/errors.ts'
import { type HdKey, rootKey } from './derive.ts'
import { decryptText } from './did-store-cipher.ts'
import { keyFromBytes, PRIMARY, rootIdOf, STORE_TYPE, STORE_VERSION } from './did-store-format.ts'
import { KeyError } from './key-errors.ts'
import type { KeySecret } from './key-secret.ts'
import { type Mnemonic, readMnemonic, seedOfMnemonic } from './mnemonic.ts'

const MAX_FILE_BYTES = 65_536

interface Opening {
  readonly folder: string
  readonly password: string
  /** Second secret of the words; the store does not keep it. */
  readonly passphrase: string
}

/**
 * The secret of the default root of a store, of its only root, or without roots of its only DID:
 * words where they are there and lead to the root key, the root key itself where they do not.
 *
 * Throws `keys/badStore` and `keys/storePassword`.
 */
export async function readDidStore(opening: Opening): Promise<KeySecret> {
  const data = path.join(opening.folder, 'data')
  const metadata = metadataOf(opening.folder, data)
  const roots = foldersIn(path.join(data, 'roots')).filter((name) => /^[0-9a-f]{32}$/.test(name))
  if (roots.length === 0) return loneDid(opening, data)
  const id = roots.find((name) => name === metadata.defaultRootIdentity) ?? roots[0]
  if (id === undefined || (roots.length > 1 && id !== metadata.defaultRootIdentity)) {
    throw KeyError.badStore(opening.folder, `it has ${roots.length} roots and none is the default`)
  }
  const folder = path.join(data, 'roots', id)
  const root = openKeyFile(path.join(folder, 'private'), opening)
  if (rootIdOf(root) !== id) {
    throw KeyError.badStore(opening.folder, `the root ${id} holds the key of another`)
  }
  const words = await wordsOf(path.join(folder, 'mnemonic'), opening)
  if (words !== undefined) {
    const { phrase, language, entropy } = words
    const made = rootKey(seedOfMnemonic(phrase, opening.passphrase), 'p256')
    if (equalBytes(made.privateKey, root.privateKey)) {
      return { kind: 'phrase', language, entropy, passphrase: opening.passphrase }
    }
  }
  if (opening.passphrase !== '') {
    throw KeyError.badStore(opening.folder, 'its words and the passphrase make another key')
  }
  return { kind: 'root', privateKey: root.privateKey, chainCode: root.chainCode }
}

function loneDid(opening: Opening, data: string): KeySecret {
  const keys = foldersIn(path.join(data, 'ids'))
    .filter((name) => /^[A-Za-z0-9]{1,128}$/.test(name))
    .map((name) => path.join(data, 'ids', name, 'privatekeys', PRIMARY))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
  const [file] = keys
  if (file === undefined || keys.length > 1) {
    throw KeyError.badStore(opening.folder, `it has no root and ${keys.length} DIDs with a key`)
  }
  return { kind: 'ela', privateKey: openKeyFile(file, opening).privateKey }
}

/** The checksum of the key tells a wrong password from a right one. */
function openKeyFile(file: string, { folder, password }: Opening): HdKey {
  const bytes = decryptText(readText(file, folder), password)
  if (bytes === undefined) throw KeyError.storePassword(folder)
  try {
    return keyFromBytes(bytes)
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    throw KeyError.storePassword(folder)
  }
}

async function wordsOf(file: string, opening: Opening): Promise<Mnemonic | undefined> {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined
  const bytes = decryptText(readText(file, opening.folder), opening.password)
  if (bytes === undefined) throw KeyError.storePassword(opening.folder)
  try {
    return await readMnemonic(Buffer.from(bytes).toString('utf8'))
  } catch (error) {
    // What is no phrase of BIP-39 cannot be kept as one. The error would quote a word of it.
    if (error instanceof ElaError) return undefined
    throw error
  }
}

function metadataOf(folder: string, data: string): { readonly defaultRootIdentity?: unknown } {
  let metadata: unknown
  try {
    metadata = JSON.parse(readText(path.join(data, '.metadata'), folder))
  } catch (error) {
    if (error instanceof SyntaxError) throw KeyError.badStore(folder, 'its metadata is no JSON')
    throw error
  }
  const fields = (metadata ?? {}) as Readonly<Record<string, unknown>>
  const { type, version, defaultRootIdentity } = fields
  if (type !== STORE_TYPE || Number(version) !== STORE_VERSION) {
    throw KeyError.badStore(folder, `it is of type ${String(type)}, version ${String(version)}`)
  }
  return { defaultRootIdentity }
}

function foldersIn(folder: string): readonly string[] {
  const stats = statSync(folder, { throwIfNoEntry: false })
  return stats?.isDirectory() === true ? readdirSync(folder).sort() : []
}

function readText(file: string, folder: string): string {
  try {
    const { size } = statSync(file)
    if (size > MAX_FILE_BYTES) throw KeyError.badStore(folder, `${path.basename(file)} is too long`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof ElaError) throw error
    throw KeyError.badStore(folder, messageOf(error))
  }
}
