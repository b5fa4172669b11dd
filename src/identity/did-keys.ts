/** DIDs by name, with their keys: the devnet's accounts and those of a project's list. */
import { readFile } from 'node:fs/promises'
import { messageOf } from '../base/errors.ts'
import { DID_PREFIX, type Did, isKeyDid, parseDid } from '../protocol/did/did.ts'
import { type Account, accountsOf } from './accounts.ts'
import { devnetAccountAt, devnetAccounts } from './devnet-accounts.ts'
import { DidUseError } from './did-errors.ts'
import { type ListedDid, type Phrase, readDidList, writeDidList } from './did-list.ts'
import { checkMnemonic, seedOfMnemonic } from './mnemonic.ts'

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
}

/** Lower ones belong to the accounts. */
const FIRST_FREE_DEVNET_INDEX = 10

/** The ten accounts, then the list; of two with one name the first counts. */
export function namedDids({ file, alsoKnown }: KeyPlace): readonly NamedDid[] {
  const here = ownDids(file)
  if (alsoKnown === undefined || alsoKnown === file) return here
  const further = listed(alsoKnown).filter(({ name }) => !here.some((one) => one.name === name))
  return [...here, ...further]
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
  return readDidList(file).map((one) => ({ ...one, did: parseDid(one.did), isAccount: false }))
}

/** What a person means by a name or a DID. Throws `did/unknownName`, `did/damaged`. */
export function didOfName(typed: string, place: KeyPlace): NamedDid | Did {
  const known = namedDids(place)
  const named = known.find(({ name, did }) => name === typed.toLowerCase() || did === typed)
  if (named !== undefined) return named
  const names = known.map(({ name }) => name)
  // A bare word would pass as a customized DID; here it is far more likely a mistyped name.
  if (!typed.startsWith(DID_PREFIX) && !/^i[A-Za-z0-9]{33}$/.test(typed)) {
    throw DidUseError.unknownName(typed, names)
  }
  const did = parseDid(typed)
  if (/:i[A-Za-z0-9]{33}$/.test(did) && !isKeyDid(did)) throw DidUseError.damaged(typed)
  return known.find((one) => one.did === did) ?? did
}

/** Throws `did/unknownName`, `did/noKey`, `did/otherPhrase` and `did/phraseUnreadable`. */
export async function keyOfName(typed: string, place: KeyPlace): Promise<DidKey> {
  const named = didOfName(typed, place)
  if (typeof named === 'string') throw DidUseError.noKey(named)
  const account = (await treeOf(named.phrase, place.phraseFile))(named.index)
  if (account.did.did !== named.did) throw DidUseError.otherPhrase(named.name, named.did)
  return { ...named, privateKey: account.did.privateKey }
}

/**
 * Makes the next DID of the phrase in use and writes it into the list. Nothing is published.
 * Throws `did/badName`, `did/nameTaken` and what reading and writing the list does.
 */
export async function newDid(name: string | undefined, place: KeyPlace): Promise<NamedDid> {
  const { file, phraseFile } = place
  const phrase: Phrase = phraseFile === undefined ? 'devnet' : 'file'
  const at = await treeOf(phrase, phraseFile)
  // Only names of this list: the same commands make the same DIDs on every new devnet.
  const known = ownDids(file)
  const first = phrase === 'devnet' ? FIRST_FREE_DEVNET_INDEX : 0
  let index = first
  while (known.some(({ did }) => did === at(index).did.did)) index += 1
  const chosen = name ?? freeName(index, known)
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(chosen)) throw DidUseError.badName(chosen)
  const taken = known.find((one) => one.name === chosen)
  if (taken !== undefined) throw DidUseError.nameTaken(chosen, taken.did)
  const made = { name: chosen, did: at(index).did.did, index, phrase }
  writeDidList(file, [...readDidList(file), made])
  return { ...made, isAccount: false }
}

function freeName(index: number, known: readonly NamedDid[]): string {
  let name = `did-${index}`
  for (let n = 2; known.some((one) => one.name === name); n += 1) name = `did-${index}-${n}`
  return name
}

async function treeOf(
  phrase: Phrase,
  file: string | undefined,
): Promise<(index: number) => Account> {
  if (phrase === 'devnet' || file === undefined) return devnetAccountAt
  try {
    return accountsOf(seedOfMnemonic(await checkMnemonic(await readFile(file, 'utf8'))))
  } catch (error) {
    throw DidUseError.phraseUnreadable(file, messageOf(error), error)
  }
}
