/** Changes the published document of a DID: credentials and services, added and taken away. */
import { newDocument, signDocument } from '../identity/did-document.ts'
import { DidUseError } from '../identity/did-errors.ts'
import { createRequest, updateRequest } from '../identity/did-request.ts'
import { resolveDid } from '../identity/did-resolve.ts'
import { didOf } from '../protocol/did/did.ts'
import { type DidDocument, parseDocument } from '../protocol/did/document.ts'
import { publicKeyOf } from '../protocol/did/sign.ts'
import { assertDevnetEvm } from './devnet-only.ts'
import { type PublishedDid, type Sending, sendSigned, timeOf } from './did-publish.ts'

/**
 * Publishes what `edit` makes of the document, or of a new document when there is none yet.
 * Throws as `publishDid` does.
 */
export async function editDid(
  sending: Sending,
  edit: (document: DidDocument) => DidDocument,
): Promise<PublishedDid> {
  const { chain, didKey } = sending
  await assertDevnetEvm({ chain: 'eid', rpc: chain.rpc })
  const did = didOf(publicKeyOf(didKey))
  const { status, transactions } = await resolveDid(chain.rpc, did)
  if (status === 'deactivated') throw DidUseError.deactivated(did)
  const time = await timeOf(chain.rpc)
  const [last] = transactions
  if (status === 'unpublished' || last?.document === undefined) {
    const first = edit(newDocument({ privateKey: didKey, time }))
    return sendSigned(sending, createRequest(signDocument(first, didKey, time), didKey))
  }
  const next = signDocument(edit(parseDocument(last.document)), didKey, time)
  return sendSigned(sending, updateRequest(next, last.txid, didKey))
}

/** Replaces those with one of the ids by what is added. */
export function withCredentials(
  document: DidDocument,
  added: DidDocument['verifiableCredential'],
  gone: ReadonlySet<string> = new Set(),
): DidDocument {
  const ids = new Set([...gone, ...added.map(({ id }) => id)])
  const kept = document.verifiableCredential.filter(({ id }) => !ids.has(id))
  return { ...document, verifiableCredential: [...kept, ...added] }
}

/** Replaces the service of this id, or adds it. */
export function withService(
  document: DidDocument,
  id: string,
  { type, endpoint }: { readonly type: string; readonly endpoint: string },
): DidDocument {
  const kept = document.service.filter((service) => service['id'] !== id)
  return { ...document, service: [...kept, { id, type, serviceEndpoint: endpoint }] }
}
