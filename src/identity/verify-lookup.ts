/** Where verifying looks up others' documents: files at hand, or nothing at all. */
import type { DidDocument } from '../protocol/did/document.ts'
import type { Lookup } from './did-documents.ts'
import { DocumentError } from './document-errors.ts'
import { checkGenuineDocument, checkNotExpired } from './verify-document.ts'

/**
 * Documents from files. They are not believed either: each is checked when it is first needed, and
 * of two of one DID the first counts. No credential counts as revoked.
 *
 * Its `did` throws what `checkGenuineDocument` does, and `did/noDocumentAtHand`.
 *
 * @param documents as `readDocument` gives them
 */
export function lookupAmong(documents: readonly DidDocument[]): Lookup {
  const believed = new Map<string, Promise<void>>()
  const lookupFrom = (path: readonly string[]): Lookup => ({
    did: async (did) => {
      const document = documents.find(({ id }) => id === did)
      if (document === undefined) throw DocumentError.noDocumentAtHand(did)
      if (path.includes(did)) throw DocumentError.ringOfControllers(did)
      const checked =
        believed.get(did) ?? checkGenuineDocument(document, lookupFrom([...path, did]))
      believed.set(did, checked)
      await checked
      return { document, deactivated: false }
    },
    isRevoked: async () => false,
  })
  return lookupFrom([])
}

/** The same, where documents that expired count no more. Its `did` throws `did/expired` too. */
export function lookupAt(lookup: Lookup, time: number): Lookup {
  return {
    ...lookup,
    did: async (did) => {
      const known = await lookup.did(did)
      if (known !== undefined) checkNotExpired(known.document, time)
      return known
    },
  }
}
