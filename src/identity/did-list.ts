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

/**
 * Whose tree: the devnet's public phrase, the one in the file ELA_MNEMONIC_FILE names, this
 * machine's own, or a key of the keystore.
 */
const PHRASES = ['devnet', 'file', 'machine', 'keystore'] as const
export type Phrase = (typeof PHRASES)[number]

export const DID_KINDS = ['device', 'service'] as const
/** What a DID stands for when it is no person. */
export type DidKind = (typeof DID_KINDS)[number]

export interface ListedDid {
  readonly name: string
  readonly did: string
  /** The last step of `m/44'/0'/0'/0/index`. */
  readonly index: number
  readonly phrase: Phrase
  /** Name of the key in the keystore. */
  readonly key?: string
  readonly kind?: DidKind
}

/** A DID that others control: it has no key. */
export interface ListedCustomized {
  readonly name: string
  readonly did: string
  readonly controllers: readonly string[]
  /** `m:n`; '' with one controller. */
  readonly multisig: string
}

export interface DidList {
  readonly dids: readonly ListedDid[]
  readonly customized: readonly ListedCustomized[]
  /** Name of the DID that is meant where none is named. */
  readonly inUse?: string | undefined
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
export function readDidList(file: string): DidList {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { dids: [], customized: [] }
    throw DidUseError.listUnreadable(file, messageOf(error))
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw DidUseError.listUnreadable(file, messageOf(error))
  }
  const {
    schema,
    dids,
    customized = [],
    inUse,
  } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (schema !== SCHEMA) {
    throw DidUseError.listUnreadable(file, `its schema is ${JSON.stringify(schema)}`)
  }
  if (!Array.isArray(dids) || !dids.every(isListed)) {
    throw DidUseError.listUnreadable(file, 'an entry has no name, did, index or phrase')
  }
  if (!Array.isArray(customized) || !customized.every(isCustomized)) {
    throw DidUseError.listUnreadable(file, 'a customized DID has no name, did or controllers')
  }
  return { dids, customized, inUse: typeof inUse === 'string' ? inUse : undefined }
}

/** Throws `did/listUnwritable`. */
export function writeDidList(file: string, { dids, customized, inUse }: DidList): void {
  const list = {
    schema: SCHEMA,
    dids,
    ...(customized.length > 0 && { customized }),
    ...(inUse !== undefined && { inUse }),
  }
  try {
    writeFileAtomic(file, `${JSON.stringify(list, undefined, 2)}\n`)
  } catch (error) {
    throw DidUseError.listUnwritable(file, error)
  }
}

function isListed(value: unknown): value is ListedDid {
  if (typeof value !== 'object' || value === null) return false
  const { name, did, index, phrase, key, kind } = value as Readonly<Record<string, unknown>>
  return (
    typeof name === 'string' &&
    typeof did === 'string' &&
    isKeyDid(did) &&
    Number.isSafeInteger(index) &&
    PHRASES.some((known) => known === phrase) &&
    (phrase === 'keystore' ? typeof key === 'string' : key === undefined) &&
    (kind === undefined || DID_KINDS.some((known) => known === kind))
  )
}

function isCustomized(value: unknown): value is ListedCustomized {
  if (typeof value !== 'object' || value === null) return false
  const { name, did, controllers, multisig } = value as Readonly<Record<string, unknown>>
  const isDid = (one: unknown) => typeof one === 'string' && /^did:elastos:[A-Za-z0-9]+$/.test(one)
  return (
    typeof name === 'string' &&
    isDid(did) &&
    typeof multisig === 'string' &&
    Array.isArray(controllers) &&
    controllers.length > 0 &&
    controllers.every(isDid)
  )
}
