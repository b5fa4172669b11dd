/**
 * `.ela/dids.json`: the DIDs a project made, by name. It holds no secret: each is named by where
 * its key is on the tree of a phrase.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { messageOf, systemCodeOf } from '../base/errors.ts'
import { isKeyDid } from '../protocol/did/did.ts'
import { DidUseError } from './did-errors.ts'

/** Whose tree: the devnet's public phrase, or the one in the file ELA_MNEMONIC_FILE names. */
export type Phrase = 'devnet' | 'file'

export interface ListedDid {
  readonly name: string
  readonly did: string
  /** The last step of `m/44'/0'/0'/0/index`. */
  readonly index: number
  readonly phrase: Phrase
}

const SCHEMA = 'ela/dids@1'

/** Where the list of a project is. */
export function didListFile(project: string): string {
  return path.join(project, '.ela', 'dids.json')
}

/** The project around `cwd`: the nearest folder with `.ela`, else `cwd` itself. */
export function projectAround(cwd: string): string {
  let folder = path.resolve(cwd)
  while (!existsSync(path.join(folder, '.ela'))) {
    const parent = path.dirname(folder)
    if (parent === folder) return path.resolve(cwd)
    folder = parent
  }
  return folder
}

/** Empty without a file. Throws `did/listUnreadable`. */
export function readDidList(file: string): readonly ListedDid[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw DidUseError.listUnreadable(file, messageOf(error))
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw DidUseError.listUnreadable(file, messageOf(error))
  }
  const { schema, dids } = (value ?? {}) as { schema?: unknown; dids?: unknown }
  if (schema !== SCHEMA) {
    throw DidUseError.listUnreadable(file, `its schema is ${JSON.stringify(schema)}`)
  }
  if (!Array.isArray(dids) || !dids.every(isListed)) {
    throw DidUseError.listUnreadable(file, 'an entry has no name, did, index or phrase')
  }
  return dids
}

/** Throws `did/listUnwritable`. */
export function writeDidList(file: string, dids: readonly ListedDid[]): void {
  try {
    writeFileAtomic(file, `${JSON.stringify({ schema: SCHEMA, dids }, undefined, 2)}\n`)
  } catch (error) {
    throw DidUseError.listUnwritable(file, error)
  }
}

function isListed(value: unknown): value is ListedDid {
  if (typeof value !== 'object' || value === null) return false
  const { name, did, index, phrase } = value as Readonly<Record<string, unknown>>
  return (
    typeof name === 'string' &&
    typeof did === 'string' &&
    isKeyDid(did) &&
    Number.isSafeInteger(index) &&
    (phrase === 'devnet' || phrase === 'file')
  )
}
