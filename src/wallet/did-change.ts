/** Changes on EID that somebody signs for a DID, normal or customized. */
import type { Signer } from '../identity/credential.ts'
import type { Authority } from '../identity/did-authority.ts'
import { DEFAULT_YEARS, newDocument, yearsAfter } from '../identity/did-document.ts'
import { DidUseError } from '../identity/did-errors.ts'
import { didOfName, type KeyPlace, keyOfName } from '../identity/did-keys.ts'
import {
  createRequest,
  deactivateRequest,
  declareRequest,
  revokeRequest,
  transferRequest,
  updateRequest,
} from '../identity/did-request.ts'
import { resolveDid } from '../identity/did-resolve.ts'
import { parsePublicKey } from '../identity/did-wishes.ts'
import { withExpires } from '../identity/document-edit.ts'
import { DocumentError } from '../identity/document-errors.ts'
import { customizedDocument, sealDocument, sealTicket } from '../identity/seal-document.ts'
import type { Credential } from '../protocol/did/credential.ts'
import { encodeKey } from '../protocol/did/did.ts'
import { type DidDocument, idOf } from '../protocol/did/document.ts'
import { defaultKeyId, readDocument } from '../protocol/did/document-form.ts'
import { type DidRequest, requestText } from '../protocol/did/request.ts'
import { publicKeyOf } from '../protocol/did/sign.ts'
import type { Ticket } from '../protocol/did/ticket.ts'
import { assertDevnetEvm } from './devnet-only.ts'
import { type Paying, type PublishedDid, sendDidRequest, timeOf } from './did-publish.ts'
import { type Standing, standingOf } from './evm-coins.ts'

export type { DidDocument, Paying }

/** What is published of a DID now. */
export interface Current {
  readonly document: DidDocument
  /** 64 hexadecimal digits. */
  readonly txid: string
}

export interface Change {
  readonly authority: Authority
  readonly paying: Paying
  /** Whether the DID must be new, must be there, or may be either. */
  readonly when: 'new' | 'there' | 'either'
  /** Unsigned; `isNew` when nothing is published yet. */
  readonly edit: (document: DidDocument, at: { time: number; isNew: boolean }) => DidDocument
}

/**
 * Publishes what `edit` makes of a document.
 *
 * Throws `wallet/foreignNetwork` unless the chain is a devnet's, before anything is signed;
 * `did/deactivated`, `did/notOnChain`, `did/alreadyOnChain`, `did/tooFewKeys`, `did/unsafe…`;
 * `did/refused` with the chain's reason; and what `sendEvmTransaction` does.
 */
export async function changeDid({ authority, paying, when, edit }: Change): Promise<PublishedDid> {
  const { rpc } = paying.chain
  // All that is known before the document is, in one go; the first to fail says why.
  const standing = inAdvance(standingOf(rpc, paying.payerKey))
  const clock = inAdvance(timeOf(rpc))
  const current = await currentOf(authority.did, rpc)
  if (current === undefined && when === 'there') throw DidUseError.notOnChain(authority.did)
  if (current !== undefined && when === 'new') throw DidUseError.alreadyOnChain(authority.did)
  const time = await clock
  const before = current?.document ?? firstDocument(authority, time)
  const wished = edit(before, { time, isNew: current === undefined })
  const document = sealDocument(wished, authority.signers, time)
  const key = firstKey(authority)
  const request =
    current === undefined
      ? createRequest(document, key)
      : updateRequest(document, current.txid, key)
  return send({ ...paying, standing }, authority.did, request)
}

/** Asked for now and looked at later: until then a failure is nobody's. */
function inAdvance<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined)
  return answer
}

/** A document as it stands on the chain. Throws `wallet/foreignNetwork`, `did/deactivated`. */
export async function currentOf(did: string, rpc: string): Promise<Current | undefined> {
  const resolved = inAdvance(resolveDid(rpc, did))
  await assertDevnetEvm({ chain: 'eid', rpc })
  const { status, transactions } = await resolved
  if (status === 'deactivated') throw DidUseError.deactivated(did)
  const [last] = transactions
  if (status === 'unpublished' || last?.document === undefined) return undefined
  return { document: readDocument(last.document), txid: last.txid }
}

/** The key a DID is made from: as it is published, or ours. Throws `did/notOnChain`. */
export async function defaultKeyOf(
  did: string,
  { rpc, place }: { readonly rpc: string; readonly place: KeyPlace },
): Promise<Uint8Array> {
  const current = await currentOf(did, rpc)
  if (current !== undefined) {
    const { publicKey } = current.document
    const id = defaultKeyId(did, publicKey)
    const found = publicKey.find((key) => key.id === id)
    return parsePublicKey(found?.publicKeyBase58 ?? '')
  }
  const known = didOfName(did, place)
  if (typeof known === 'string') throw DidUseError.notOnChain(did)
  return publicKeyOf((await keyOfName(did, place)).privateKey)
}

function firstDocument({ did, signers, planned }: Authority, time: number): DidDocument {
  if (planned !== undefined) return customizedDocument({ did, time, ...planned })
  const [signer] = signers
  if (signer === undefined) throw DidUseError.noKey(did)
  return newDocument({ privateKey: signer.privateKey, time })
}

export interface Handover {
  /** The new controllers. */
  readonly controllers: readonly string[]
  readonly multisig: string
  /** Those of the new controllers whose keys are at hand. */
  readonly signers: readonly Signer[]
  readonly ticket: Ticket
}

/** Signs a ticket that gives the DID to `to`. Throws `did/notCustomized`, `did/tooFewKeys`. */
export async function ticketFor(authority: Authority, to: string, rpc: string): Promise<Ticket> {
  const current = await currentOf(authority.did, rpc)
  if (current === undefined) throw DidUseError.notOnChain(authority.did)
  const { document, txid } = current
  if (document.controller === undefined) throw DocumentError.notCustomized(authority.did)
  const time = await timeOf(rpc)
  return sealTicket({ to, txid }, { document, signers: authority.signers, time })
}

/** The new controllers take a customized DID over: its new document is empty and theirs. */
export async function takeOver(handover: Handover, paying: Paying): Promise<PublishedDid> {
  const { ticket, controllers, multisig, signers } = handover
  const { rpc } = paying.chain
  const current = await currentOf(ticket.id, rpc)
  if (current === undefined) throw DidUseError.notOnChain(ticket.id)
  if (current.txid !== ticket.txid.replace(/^0x/, '')) throw DocumentError.outdatedTicket(ticket.id)
  const did = current.document.id
  const time = await timeOf(rpc)
  const empty = withExpires(
    customizedDocument({ did, controllers, multisig, time }),
    yearsAfter(time, DEFAULT_YEARS),
  )
  // The one the ticket is for must sign.
  const ordered = [...signers].sort(
    (a, b) => Number(b.did === ticket.to) - Number(a.did === ticket.to),
  )
  const document = sealDocument(empty, ordered, time)
  const key = firstKey({ did, signers: ordered })
  return send(paying, did, transferRequest(document, ticket, key))
}

/**
 * Ends a DID for ever: by its own key, by a controller's, or by `by`, whose key its document
 * authorizes. Throws `did/notOnChain`, `did/noAuthorization`.
 */
export async function endDid(
  did: string,
  { signers, by }: { readonly signers: readonly Signer[]; readonly by?: Signer | undefined },
  paying: Paying,
): Promise<PublishedDid> {
  const current = await currentOf(did, paying.chain.rpc)
  if (current === undefined) throw DidUseError.notOnChain(did)
  const { document } = current
  if (by === undefined) {
    return send(paying, did, deactivateRequest(firstKey({ did, signers }), document.id))
  }
  const encoded = encodeKey(publicKeyOf(by.privateKey))
  const named = document.publicKey.find(
    ({ id, publicKeyBase58 }) =>
      publicKeyBase58 === encoded && document.authorization.some((one) => idOf(one) === id),
  )
  if (named === undefined) throw DidUseError.noAuthorization(did, by.did)
  return send(paying, did, deactivateRequest(by.privateKey, document.id, named.id))
}

/** Puts a credential onto the chain, signed by its owner. */
export async function declareCredential(
  credential: Credential,
  owner: Authority,
  paying: Paying,
): Promise<PublishedDid> {
  await assertDevnetEvm({ chain: 'eid', rpc: paying.chain.rpc })
  return send(paying, credential.id, declareRequest(credential, firstKey(owner)))
}

/** Ends a credential, signed by its owner or issuer. */
export async function revokeCredential(
  id: string,
  by: Authority,
  paying: Paying,
): Promise<PublishedDid> {
  await assertDevnetEvm({ chain: 'eid', rpc: paying.chain.rpc })
  return send(paying, id, revokeRequest(id, firstKey(by)))
}

function firstKey({ did, signers }: Pick<Authority, 'did' | 'signers'>): Uint8Array {
  const [signer] = signers
  if (signer === undefined) throw DidUseError.noKey(did)
  return signer.privateKey
}

/** The chain is known to be a devnet's by now. */
async function send(
  paying: Paying & { readonly standing?: Promise<Standing> },
  did: string,
  request: DidRequest,
): Promise<PublishedDid> {
  const { hash, from, receipt } = await sendDidRequest(
    { ...paying, isDevnet: true },
    requestText(request),
  )
  return {
    did,
    operation: request.header.operation,
    txid: hash,
    from,
    status: receipt === undefined ? 'pending' : 'mined',
    ...(receipt === undefined ? {} : { height: receipt.height, gasUsed: receipt.gasUsed }),
  }
}
