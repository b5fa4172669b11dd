/** Naming DIDs that exist already, and customized ones before they exist. */
import { DID_PREFIX, type Did, isKeyDid, parseDid } from '../protocol/did/did.ts'
import { readDocument } from '../protocol/did/document-form.ts'
import { controllersOf } from './did-documents.ts'
import { DidUseError } from './did-errors.ts'
import {
  didAt,
  didOfName,
  indexOfDid,
  type KeyPlace,
  plainDidOfName,
  remember,
} from './did-keys.ts'
import type { ListedCustomized, ListedDid } from './did-list.ts'
import { resolveDid } from './did-resolve.ts'
import { parseMultisig } from './did-wishes.ts'

/** An import looks this far along the tree of a phrase. */
const SEARCH_LIMIT = 200

export interface CustomWish {
  /** The DID, with or without `did:elastos:`. */
  readonly custom: string
  /** In small letters the DID when left out. */
  readonly name?: string | undefined
  /** Names or DIDs with commas. */
  readonly controllers: string
  /** `m` or `m:n`; all of them when left out. */
  readonly multisig?: string | undefined
}

/**
 * Plans a customized DID: it is in the list from now on, and not on the chain yet.
 * Throws `did/badCustomName`, `did/badMultisig`, and what `remember` and `didOfName` do.
 */
export function planCustomized(wish: CustomWish, place: KeyPlace): ListedCustomized {
  const plain = wish.custom.replace(DID_PREFIX, '')
  // What looks like the address of a key would be looked for as one.
  if (!/^[A-Za-z0-9]{1,64}$/.test(plain) || /^i[A-Za-z0-9]{33}$/.test(plain)) {
    throw DidUseError.badCustomName(wish.custom)
  }
  const controllers = controllersNamed(wish.controllers, place)
  const made = {
    name: wish.name ?? plain.toLowerCase(),
    did: parseDid(plain),
    controllers,
    multisig: parseMultisig(wish.multisig, controllers.length),
  }
  remember(made, place.file)
  return made
}

/** `alice,bob` as DIDs, each once. */
export function controllersNamed(typed: string, place: KeyPlace): readonly Did[] {
  const dids = typed.split(',').map((one) => plainDidOfName(one.trim(), place))
  return [...new Set(dids)]
}

export interface ImportWish {
  readonly name: string
  /** The DID; that at `index` when left out. */
  readonly did?: string | undefined
  readonly index?: number | undefined
  /** Name of a key in the keystore; the phrase in use when left out. */
  readonly key?: string | undefined
}

/**
 * Gives a name to a DID of the phrase in use, of a key in the keystore, or of controllers whom the
 * chain knows. Throws `did/notFoundOnTree`, `did/notOnChain`, and what `remember` does.
 *
 * @param rpc where customized DIDs are looked up
 */
export async function importDid(
  wish: ImportWish,
  { place, rpc }: { readonly place: KeyPlace; readonly rpc: () => string },
): Promise<ListedDid | ListedCustomized> {
  const did = wish.did === undefined ? undefined : parseDid(wish.did)
  const made =
    did !== undefined && !isKeyDid(did)
      ? await customizedOnChain(wish.name, did, rpc())
      : await placed(wish, did, place)
  remember(made, place.file)
  return made
}

async function placed(
  { name, index, key }: ImportWish,
  did: Did | undefined,
  place: KeyPlace,
): Promise<ListedDid> {
  const known = did === undefined ? '' : didOfName(did, place)
  if (typeof known !== 'string') throw DidUseError.nameTaken(known.name, known.did)
  if (did === undefined || index !== undefined) {
    const found = { name, ...(await didAt(index ?? 0, key, place)) }
    if (did !== undefined && found.did !== did) throw DidUseError.notFoundOnTree(did, SEARCH_LIMIT)
    return found
  }
  const found = await indexOfDid(did, { key, limit: SEARCH_LIMIT, place })
  if (found === undefined) throw DidUseError.notFoundOnTree(did, SEARCH_LIMIT)
  return { name, did, ...found, ...(key === undefined ? {} : { key }) }
}

async function customizedOnChain(name: string, did: Did, rpc: string): Promise<ListedCustomized> {
  const { transactions } = await resolveDid(rpc, did)
  const published = transactions.find(({ document }) => document !== undefined)?.document
  if (published === undefined) throw DidUseError.notOnChain(did)
  const document = readDocument(published)
  const controllers = controllersOf(document)
  return { name, did: document.id, controllers, multisig: document.multisig }
}
