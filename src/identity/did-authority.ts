/** Who may sign for a DID, of those whose keys are at hand. */
import { parseDocument } from '../protocol/did/document.ts'
import type { Signer } from './credential.ts'
import { controllersOf } from './did-documents.ts'
import { DidUseError } from './did-errors.ts'
import {
  customizedDids,
  didOfName,
  type KeyPlace,
  keyOfName,
  namedDids,
  plainDidOfName,
} from './did-keys.ts'
import type { DidKind } from './did-list.ts'
import { resolveDid } from './did-resolve.ts'

export interface Authority {
  /** As it was named. */
  readonly name: string
  readonly did: string
  /** Its own key, or the keys of its controllers that are at hand; at least one. */
  readonly signers: readonly Signer[]
  /** The devnet account among the signers, if there is one: it can pay. */
  readonly account?: string
  readonly kind?: DidKind
  /** Of a customized DID that the list knows and the chain does not yet. */
  readonly planned?: { readonly controllers: readonly string[]; readonly multisig: string }
}

export interface AuthorityPlace {
  readonly place: KeyPlace
  /** EID, which knows the controllers of customized DIDs. */
  readonly rpc: () => string
  /** The controller who signs first. */
  readonly as?: string | undefined
}

/** Throws what `didOfName` and `keyOfName` do, and `did/noKey` when no controller's key is at hand. */
export async function authorityOf(
  typed: string,
  { place, rpc, as }: AuthorityPlace,
): Promise<Authority> {
  const found = didOfName(typed, place)
  if (typeof found !== 'string') {
    const { name, did, privateKey, isAccount, kind } = await keyOfName(typed, place)
    return {
      name,
      did,
      signers: [{ did, privateKey }],
      ...(isAccount ? { account: name } : {}),
      ...(kind === undefined ? {} : { kind }),
    }
  }
  const listed = customizedDids(place).find(({ did }) => did === found)
  const [last] = (await resolveDid(rpc(), found)).transactions.filter(({ document }) => document)
  const document = last?.document === undefined ? undefined : parseDocument(last.document)
  const controllers = document === undefined ? listed?.controllers : controllersOf(document)
  if (controllers === undefined || controllers.length === 0) throw DidUseError.noKey(found)
  const first = as === undefined ? undefined : plainDidOfName(as, place)
  const signers = await signersAmong(controllers, place, first)
  if (signers.length === 0) throw DidUseError.noKey(found)
  const account = namedDids(place).find(
    ({ did, isAccount }) => isAccount && signers.some((signer) => signer.did === did),
  )
  return {
    name: listed?.name ?? found,
    did: document?.id ?? found,
    signers,
    ...(account === undefined ? {} : { account: account.name }),
    ...(document === undefined && listed !== undefined ? { planned: listed } : {}),
  }
}

/** Those of the DIDs whose keys are at hand, `first` before the others. */
export async function signersAmong(
  dids: readonly string[],
  place: KeyPlace,
  first?: string,
): Promise<readonly Signer[]> {
  const known = namedDids(place)
  const ours = dids.filter((did) => known.some((one) => one.did === did))
  const ordered = [...ours].sort((a, b) => Number(b === first) - Number(a === first))
  const signers: Signer[] = []
  for (const did of ordered) {
    const { privateKey } = await keyOfName(did, place)
    signers.push({ did, privateKey })
  }
  return signers
}
