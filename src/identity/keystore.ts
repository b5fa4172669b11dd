/** Keys by name, each in an encrypted file of its own: `<keystore>/<name>.json`. */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { ElaError } from '../base/errors.ts'
import { KeyError } from './key-errors.ts'
import {
  KEY_NAME,
  type KeyFile,
  type KeyHeader,
  MAX_FILE_BYTES,
  parseKeyFile,
  type ScryptCost,
  sealKey,
} from './key-file.ts'
import {
  encodeSecret,
  hideBytes,
  hideSecret,
  type KeySecret,
  publicPartsOf,
  treeOfSecret,
} from './key-secret.ts'
import {
  createPrivateFile,
  hasPrivateFolder,
  privateFolder,
  readPrivateFile,
  removeDrafts,
  removePrivateFile,
} from './private-file.ts'
import { refusePublished } from './published-keys.ts'

export interface Keystore {
  readonly folder: string
  /** Where unlocked keys can be asked for. */
  readonly runFolder: string
  /** Takes files that others may read. */
  readonly lax?: boolean
  /** Only tests make guessing cheap. */
  readonly cost?: ScryptCost
}

export const MIN_PASSWORD_LENGTH = 8

/**
 * The user's keystore: ELA_KEYSTORE, or `ela/keys` in XDG_DATA_HOME, or `~/.ela/keys`. Unlocked keys
 * are asked for in `ela` in XDG_RUNTIME_DIR, or `~/.ela/run`.
 */
export function keystoreOf(
  env: Readonly<Record<string, string | undefined>>,
  lax = false,
): Keystore {
  const set = (name: string) => (env[name] === '' ? undefined : env[name])
  const home = path.join(set('HOME') ?? homedir(), '.ela')
  const data = set('XDG_DATA_HOME')
  const runtime = set('XDG_RUNTIME_DIR')
  const folder =
    set('ELA_KEYSTORE') ??
    (data === undefined ? path.join(home, 'keys') : path.join(data, 'ela/keys'))
  const runFolder = runtime === undefined ? path.join(home, 'run') : path.join(runtime, 'ela')
  return { folder: path.resolve(folder), runFolder: path.resolve(runFolder), lax }
}

export interface StoredKey extends KeyFile {
  /** SHA-256 of the file: an unlocked key is that of one file only. */
  readonly digest: string
}

/** A key that is listed, or a file that should be one and is not. */
export type Listed = KeyHeader | { readonly name: string; readonly problem: ElaError }

/** By name. A file that cannot be read spoils its own line only. Throws `keys/unsafe`. */
export function listKeys(keystore: Keystore): readonly Listed[] {
  return keyNames(keystore).map((name) => {
    try {
      return readKey(name, keystore)
    } catch (problem) {
      if (!(problem instanceof ElaError)) throw problem
      return { name, problem }
    }
  })
}

export function keyNames({ folder, lax }: Keystore): readonly string[] {
  if (!hasPrivateFolder(folder, lax)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && KEY_NAME.test(file.slice(0, -5)))
    .map((file) => file.slice(0, -5))
    .sort()
}

/** Without its secret. Throws `keys/unknownName`, `keys/unsafe`, `keys/damaged`, `keys/newerFile`. */
export function readKey(name: string, keystore: Keystore): StoredKey {
  const { folder, lax, cost } = keystore
  if (!KEY_NAME.test(name)) throw KeyError.badName(name)
  const file = fileOfKey(name, keystore)
  const text = hasPrivateFolder(folder, lax)
    ? readPrivateFile(file, MAX_FILE_BYTES, lax)
    : undefined
  if (text === undefined) throw KeyError.unknownName(name, keyNames(keystore))
  const key = parseKeyFile(text, file, cost)
  if (key.name !== name) throw KeyError.damaged(file, `it holds the key \`${key.name}\``)
  return { ...key, digest: createHash('sha256').update(text).digest('hex') }
}

/**
 * Encrypts a secret and writes it under a new name. Nothing is ever replaced.
 *
 * Throws `keys/badName`, `keys/nameTaken`, `keys/weakPassword`, `keys/published`, and what the
 * folder does.
 */
export async function addKey(
  name: string,
  secret: KeySecret,
  { password, keystore }: { readonly password: string; readonly keystore: Keystore },
): Promise<KeyHeader> {
  await hideSecret(secret)
  refuseTakenName(name, keystore)
  if ([...password].length < MIN_PASSWORD_LENGTH) throw KeyError.weakPassword(MIN_PASSWORD_LENGTH)
  await refusePublished(secret)
  const tree = await treeOfSecret(secret)
  if (tree.kind === 'tree') hideBytes(tree.at(0).ela.privateKey)
  const header = {
    name,
    kind: secret.kind,
    created: `${new Date().toISOString().slice(0, 19)}Z`,
    public: publicPartsOf(tree),
  }
  const { folder, lax, cost } = keystore
  const bytes = encodeSecret(secret)
  const text = await sealKey(header, bytes, { password, ...(cost && { cost }) })
  bytes.fill(0)
  privateFolder(folder, lax)
  removeDrafts(folder)
  try {
    createPrivateFile(fileOfKey(name, keystore), text)
  } catch (error) {
    if (error instanceof ElaError && error.code === 'keys/exists') throw KeyError.nameTaken(name)
    throw error
  }
  return header
}

/** Throws `keys/badName`, `keys/nameTaken`: before anybody is asked for a password. */
export function refuseTakenName(name: string, keystore: Keystore): void {
  if (!KEY_NAME.test(name)) throw KeyError.badName(name)
  if (keyNames(keystore).includes(name)) throw KeyError.nameTaken(name)
}

/** Throws `keys/unknownName`. A damaged file can be removed too. */
export function removeKey(name: string, keystore: Keystore): void {
  if (!KEY_NAME.test(name)) throw KeyError.badName(name)
  const removed =
    hasPrivateFolder(keystore.folder, keystore.lax) && removePrivateFile(fileOfKey(name, keystore))
  if (!removed) throw KeyError.unknownName(name, keyNames(keystore))
}

function fileOfKey(name: string, { folder }: Keystore): string {
  return path.join(folder, `${name}.json`)
}
