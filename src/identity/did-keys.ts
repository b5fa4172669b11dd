/** DIDs by name, with their keys: the devnet's accounts and those of a project's list. */
import { readFile } from 'node:fs/promises'
import { messageOf } from '../base/errors.ts'
import { DID_PREFIX, type Did, isKeyDid, parseDid } from '../protocol/did/did.ts'
import { type Account, accountsOf } from './accounts.ts'
import { devnetAccountAt, devnetAccounts } from './devnet-accounts.ts'
import { DidUseError } from './did-errors.ts'
import {
  type DidKind,
  type ListedCustomized,
  type ListedDid,
  type Phrase,
  readDidList,
  writeDidList,
} from './did-list.ts'
import { machineSeed } from './machine-key.ts'
import { checkMnemonic, seedOfMnemonic } from './mnemonic.ts'
import type { OpenKey } from './open-key.ts'

export interface NamedDid extends ListedDid {
  readonly did: Did
  /** Whether it is one of the ten accounts, which every devnet has. */
  readonly isAccount: boolean
}

export interface DidKey extends NamedDid {
  /** P-256. */
  readonly privateKey: Uint8Array
}

export interface KeyPlace {
  /** `.ela/dids.json` of the devnet's folder: new DIDs are written here. */
  readonly file: string
  /** The list of the project around us when that is another: its names are known too. */
  readonly alsoKnown?: string | undefined
  /** ELA_MNEMONIC_FILE */
  readonly phraseFile: string | undefined
  /** Seed of the DIDs of this machine. */
  readonly machineFile: string
  /** Opens a key of the keystore, asking for its password if need be. */
  readonly openKey: (name: string) => Promise<OpenKey>
}

type DidAt = (index: number) => Account['did']

/** Lower ones belong to the accounts. */
const FIRST_FREE_DEVNET_INDEX = 10
const NAME = /^[a-z][a-z0-9-]{0,31}$/

/** The ten accounts, then the list; of two with one name the first counts. */
export function namedDids({ file, alsoKnown }: KeyPlace): readonly NamedDid[] {
  const here = ownDids(file)
  if (alsoKnown === undefined || alsoKnown === file) return here
  const further = listed(alsoKnown).filter(({ name }) => !here.some((one) => one.name === name))
  return [...here, ...further]
}

/** Those without a key of their own. */
export function customizedDids({ file, alsoKnown = file }: KeyPlace): readonly ListedCustomized[] {
  const here = readDidList(file).customized
  if (alsoKnown === file) return here
  const known = (name: string) => here.some((one) => one.name === name)
  return [...here, ...readDidList(alsoKnown).customized.filter(({ name }) => !known(name))]
}

function ownDids(file: string): readonly NamedDid[] {
  const accounts = devnetAccounts().map(({ name, index, did }) => ({
    name,
    index,
    did: did.did,
    phrase: 'devnet' as const,
    isAccount: true,
  }))
  return [...accounts, ...listed(file)]
}

function listed(file: string): readonly NamedDid[] {
  return readDidList(file).dids.map((one) => ({ ...one, did: parseDid(one.did), isAccount: false }))
}

/** What a person means by a name or a DID. Throws `did/unknownName`, `did/damaged`. */
export function didOfName(typed: string, place: KeyPlace): NamedDid | Did {
  const known = namedDids(place)
  const named = known.find(({ name, did }) => name === typed.toLowerCase() || did === typed)
  if (named !== undefined) return named
  const customized = customizedDids(place)
  const chosen = customized.find(({ name }) => name === typed.toLowerCase())
  if (chosen !== undefined) return parseDid(chosen.did)
  // A bare word would pass as a customized DID; here it is far more likely a mistyped name.
  if (!typed.startsWith(DID_PREFIX) && !/^i[A-Za-z0-9]{33}$/.test(typed)) {
    throw DidUseError.unknownName(
      typed,
      [...known, ...customized].map(({ name }) => name),
    )
  }
  const did = parseDid(typed)
  if (/:i[A-Za-z0-9]{33}$/.test(did) && !isKeyDid(did)) throw DidUseError.damaged(typed)
  return known.find((one) => one.did === did) ?? did
}

/** The DID itself. Throws as `didOfName` does. */
export function plainDidOfName(typed: string, place: KeyPlace): Did {
  const found = didOfName(typed, place)
  return typeof found === 'string' ? found : found.did
}

/** Throws `did/unknownName`, `did/noKey`, `did/otherPhrase` and `did/phraseUnreadable`. */
export async function keyOfName(typed: string, place: KeyPlace): Promise<DidKey> {
  const named = didOfName(typed, place)
  if (typeof named === 'string') throw DidUseError.noKey(named)
  const at = (await treeOf(named.phrase, place, named.key))(named.index)
  if (at.did !== named.did) {
    if (named.phrase === 'machine') throw DidUseError.otherMachine(named.name, named.did)
    throw DidUseError.otherPhrase(named.name, named.did)
  }
  return { ...named, privateKey: at.privateKey }
}

export interface DidWish {
  readonly name?: string | undefined
  /** Made from this machine's own key instead of the phrase in use. */
  readonly kind?: DidKind | undefined
}

/**
 * Makes the next DID of the phrase in use and writes it into the list. Nothing is published.
 * Throws `did/badName`, `did/nameTaken` and what reading and writing the list does.
 */
export async function newDid({ name, kind }: DidWish, place: KeyPlace): Promise<NamedDid> {
  const { file, phraseFile } = place
  const phrase: Phrase =
    kind !== undefined ? 'machine' : phraseFile === undefined ? 'devnet' : 'file'
  const at = await treeOf(phrase, place)
  // Only names of this list: the same commands make the same DIDs on every new devnet.
  const known = ownDids(file)
  let index = phrase === 'devnet' ? FIRST_FREE_DEVNET_INDEX : 0
  while (known.some(({ did }) => did === at(index).did)) index += 1
  const made = {
    name: name ?? freeName(index, known),
    did: at(index).did,
    index,
    phrase,
    ...(kind === undefined ? {} : { kind }),
  }
  remember(made, file)
  return { ...made, isAccount: false }
}

/** Writes a DID into the list. Throws `did/badName` and `did/nameTaken`. */
export function remember(made: ListedDid | ListedCustomized, file: string): void {
  const list = readDidList(file)
  checkFree(made.name, file)
  const next =
    'controllers' in made
      ? { ...list, customized: [...list.customized, made] }
      : { ...list, dids: [...list.dids, made] }
  writeDidList(file, next)
}

function checkFree(name: string, file: string): void {
  if (!NAME.test(name)) throw DidUseError.badName(name)
  const known = [...ownDids(file), ...readDidList(file).customized]
  const taken = known.find((one) => one.name === name)
  if (taken !== undefined) throw DidUseError.nameTaken(name, taken.did)
}

/** The index of a DID on the tree of the phrase in use, or of a key of the keystore. */
export async function indexOfDid(
  did: Did,
  { key, limit, place }: { key?: string | undefined; limit: number; place: KeyPlace },
): Promise<{ readonly index: number; readonly phrase: Phrase } | undefined> {
  const phrase = key !== undefined ? 'keystore' : place.phraseFile === undefined ? 'devnet' : 'file'
  const at = await treeOf(phrase, place, key)
  for (let index = 0; index < limit; index += 1) if (at(index).did === did) return { index, phrase }
  return undefined
}

/** The DID at a place of the phrase in use, or of a key of the keystore. */
export async function didAt(index: number, key: string | undefined, place: KeyPlace) {
  const phrase: Phrase =
    key !== undefined ? 'keystore' : place.phraseFile === undefined ? 'devnet' : 'file'
  const { did } = (await treeOf(phrase, place, key))(index)
  return { did, index, phrase, ...(key === undefined ? {} : { key }) }
}

function freeName(index: number, known: readonly NamedDid[]): string {
  let name = `did-${index}`
  for (let n = 2; known.some((one) => one.name === name); n += 1) name = `did-${index}-${n}`
  return name
}

async function treeOf(phrase: Phrase, place: KeyPlace, key = ''): Promise<DidAt> {
  const { phraseFile, machineFile, openKey } = place
  const didsOf =
    (at: (index: number) => Account): DidAt =>
    (index) =>
      at(index).did
  if (phrase === 'machine') return didsOf(accountsOf(machineSeed(machineFile)))
  if (phrase === 'keystore') {
    const open = await openKey(key)
    return (index) => open.did(index)
  }
  if (phrase === 'devnet' || phraseFile === undefined) return didsOf(devnetAccountAt)
  try {
    const words = await checkMnemonic(await readFile(phraseFile, 'utf8'))
    return didsOf(accountsOf(seedOfMnemonic(words)))
  } catch (error) {
    throw DidUseError.phraseUnreadable(phraseFile, messageOf(error), error)
  }
}
