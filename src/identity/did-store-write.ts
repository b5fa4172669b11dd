/** Writing a DID store that the DID libraries open (see `did-store-format.ts`). */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { didAddressOf } from '../protocol/did/did.ts'
import { wholeDocumentText } from '../protocol/did/document.ts'
import { derive, type HdKey } from './derive.ts'
import { newDocument } from './did-document.ts'
import { encryptText, fingerprintOf } from './did-store-cipher.ts'
import {
  keyToBytes,
  loneKey,
  PRIMARY,
  preDerived,
  rootIdOf,
  STORE_TYPE,
  STORE_VERSION,
} from './did-store-format.ts'
import { toXpub } from './extended-key.ts'
import { KeyError } from './key-errors.ts'
import { type KeySecret, rootOf } from './key-secret.ts'
import { mnemonicOf } from './mnemonic.ts'
import { createPrivateFile, privateFolder } from './private-file.ts'

interface Store {
  readonly data: string
  readonly password: string
  /** Now, seconds since 1970. */
  readonly time: number
}

/**
 * Writes a new store with the secret and its first DID, whose document is signed and not published.
 *
 * Throws `keys/exists` unless the folder is absent or empty, and `keys/wrongKind` for an EVM key.
 */
export async function writeDidStore(
  folder: string,
  { name, secret, password }: { name: string; secret: KeySecret; password: string },
): Promise<void> {
  if (secret.kind === 'evm') throw KeyError.wrongKind(name, 'DID', 'one key of ESC and EID')
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats !== undefined && (!stats.isDirectory() || readdirSync(folder).length > 0)) {
    throw KeyError.exists(folder)
  }
  privateFolder(folder)
  const time = Math.floor(Date.now() / 1000)
  const store = { data: path.join(folder, 'data'), password, time }
  const root = await rootOf(secret, 'p256')
  const rootId = root === undefined ? undefined : rootIdOf(root)
  if (root !== undefined && rootId !== undefined) {
    await writeRoot(store, root, { id: rootId, secret })
    writeDid(store, derive(root, "m/44'/0'/0'/0/0"), rootId)
  } else if (secret.kind === 'ela') {
    writeDid(store, loneKey(secret.privateKey), undefined)
  }
  // Last: without it no library takes the folder for a store.
  writeJson(path.join(store.data, '.metadata'), {
    ...(rootId !== undefined && { defaultRootIdentity: rootId }),
    fingerprint: fingerprintOf(password),
    type: STORE_TYPE,
    version: STORE_VERSION,
  })
}

async function writeRoot(
  { data, password }: Store,
  root: HdKey,
  { id, secret }: { readonly id: string; readonly secret: KeySecret },
): Promise<void> {
  const folder = path.join(data, 'roots', id)
  if (secret.kind === 'phrase') {
    const words = Buffer.from(await mnemonicOf(secret.entropy, secret.language), 'utf8')
    write(path.join(folder, 'mnemonic'), encryptText(words, password))
  }
  write(path.join(folder, 'private'), encryptText(keyToBytes(root), password))
  write(path.join(folder, 'public'), toXpub(preDerived(root)))
  write(path.join(folder, 'index'), '1')
}

function writeDid({ data, password, time }: Store, key: HdKey, root: string | undefined): void {
  const folder = path.join(data, 'ids', didAddressOf(key.publicKey))
  const document = newDocument({ privateKey: key.privateKey, time })
  write(path.join(folder, 'document'), wholeDocumentText(document))
  if (root !== undefined) {
    writeJson(path.join(folder, '.metadata'), { index: 0, rootIdentity: root })
  }
  write(path.join(folder, 'privatekeys', PRIMARY), encryptText(keyToBytes(key), password))
}

function writeJson(file: string, value: object): void {
  write(file, JSON.stringify(value))
}

function write(file: string, text: string): void {
  privateFolder(path.dirname(file))
  createPrivateFile(file, text)
}
