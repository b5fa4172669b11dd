/** Checking documents and tickets as DID libraries do. */
import { fromBase64Url } from '../protocol/did/base64url.ts'
import { decodeKey, isKeyDid, splitDidUrl } from '../protocol/did/did.ts'
import { type DidDocument, documentText, PROOF_TYPE } from '../protocol/did/document.ts'
import { defaultKeyId, signaturesNeeded } from '../protocol/did/document-form.ts'
import { verifyBytes } from '../protocol/did/signature.ts'
import { type Ticket, ticketText } from '../protocol/did/ticket.ts'
import { parseTime } from '../protocol/did/time.ts'
import { controllersOf, type KnownDid, type Lookup } from './did-documents.ts'
import { DocumentError } from './document-errors.ts'
import { NotGenuineError } from './verify-errors.ts'

/**
 * Checks that the document is signed by the key its DID is made from, or by as many of its
 * controllers as it says. Embedded credentials are not looked at, as nobody else does.
 *
 * Throws `did/wrongProofCount`, `notDefaultKey`, `notAController`, `wrongProofType`,
 * `wrongSignature`, `takenAddress`, `noDocument`, and what the lookup throws.
 *
 * @param document as `readDocument` gives it
 */
export async function checkGenuineDocument(document: DidDocument, lookup: Lookup): Promise<void> {
  const { id, proofs } = document
  // The chain gives any name to who asks first, the address of somebody's unpublished DID too.
  if (controllersOf(document).length > 0 && isKeyDid(id)) throw DocumentError.takenAddress(id)
  await checkSignatures({
    what: `The document of ${id}`,
    text: documentText(document).normalize('NFC'),
    signatures: proofs.map(({ type, creator, signatureValue }) => ({
      type,
      key: creator,
      signature: signatureValue,
    })),
    owner: document,
    lookup,
  })
}

/** Checks that it is genuine and counts now. Also throws `did/expired`, `did/signerDeactivated`. */
export async function checkDocument(
  document: DidDocument,
  lookup: Lookup,
  time: number,
): Promise<void> {
  await checkGenuineDocument(document, lookup)
  checkNotExpired(document, time)
  for (const did of controllersOf(document)) {
    if ((await lookup.did(did))?.deactivated === true) {
      throw NotGenuineError.signerDeactivated(`The document of ${document.id}`, did)
    }
  }
}

/** Throws `did/expired`. */
export function checkNotExpired({ id, expires }: DidDocument, time: number): void {
  if ((parseTime(expires) ?? 0) < time) {
    throw NotGenuineError.expired(`The document of ${id}`, expires)
  }
}

/** Checks that a ticket is signed by the controllers of the DID it gives away. */
export async function checkGenuineTicket(ticket: Ticket, lookup: Lookup): Promise<void> {
  const what = 'The ticket'
  const owner = (await lookup.did(ticket.id))?.document
  if (owner === undefined) throw NotGenuineError.noDocument(what, ticket.id)
  if (controllersOf(owner).length === 0) throw DocumentError.notCustomized(ticket.id)
  await checkSignatures({
    what,
    text: ticketText(ticket),
    signatures: ticket.proofs.map(({ type, verificationMethod, signature }) => ({
      type,
      key: verificationMethod,
      signature,
    })),
    owner,
    lookup,
  })
}

interface Signed {
  readonly what: string
  readonly text: string
  readonly signatures: readonly {
    readonly type: string
    readonly key: string
    readonly signature: string
  }[]
  /** Who must have signed: the document's own default key, or its controllers'. */
  readonly owner: DidDocument
  readonly lookup: Lookup
}

async function checkSignatures({ what, text, signatures, owner, lookup }: Signed): Promise<void> {
  const controllers = await documentsOf(controllersOf(owner), what, lookup)
  const wanted = signaturesNeeded(owner)
  if (signatures.length !== wanted) {
    throw DocumentError.wrongProofCount(what, wanted, signatures.length)
  }
  const message = Buffer.from(text)
  for (const { type, key, signature } of signatures) {
    if (type !== PROOF_TYPE) throw NotGenuineError.wrongProofType(what, type)
    const { did } = splitDidUrl(key)
    const signer = controllers.length === 0 ? owner : controllers.find(({ id }) => id === did)
    if (signer === undefined) throw DocumentError.notAController(what, did)
    if (key !== defaultKeyId(signer.id, signer.publicKey)) {
      throw DocumentError.notDefaultKey(what, key)
    }
    const named = signer.publicKey.find(({ id }) => id === key)
    const publicKey = named && decodeKey(named.publicKeyBase58)
    const bytes = fromBase64Url(signature, 'The signature')
    if (publicKey === undefined || !verifyBytes(message, bytes, publicKey)) {
      throw NotGenuineError.wrongSignature(what.replace(/^The/, 'the'))
    }
  }
}

/** Every controller must be known, whether it signed or not. */
async function documentsOf(
  dids: readonly string[],
  what: string,
  lookup: Lookup,
): Promise<readonly DidDocument[]> {
  const known: DidDocument[] = []
  for (const did of dids) {
    const one: KnownDid | undefined = await lookup.did(did)
    if (one === undefined) throw NotGenuineError.noDocument(what, did)
    known.push(one.document)
  }
  return known
}
