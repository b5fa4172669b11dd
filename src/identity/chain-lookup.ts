/**
 * Looking up on EID whom something signed is by. The node is not believed: a document from it counts
 * when it is the one that was asked for and its own key, or its controllers', signed it.
 */
import { callRpc } from '../base/json-rpc.ts'
import { readDocument } from '../protocol/did/document-form.ts'
import { parseTime } from '../protocol/did/time.ts'
import { controllersOf, type KnownDid, type Lookup } from './did-documents.ts'
import { type ResolvedTransaction, resolveDid } from './did-resolve.ts'
import { DocumentError } from './document-errors.ts'
import { checkGenuineDocument } from './verify-document.ts'

type Asked = Promise<KnownDid | undefined>

const REVOKED = 2

/**
 * Each DID is asked for once. Its `did` throws what `resolveDid`, `readDocument` and
 * `checkGenuineDocument` do, `did/otherDocument`, and `did/ringOfControllers` for controllers that
 * have controllers.
 */
export function lookupOn(rpc: string): Lookup {
  const isRevoked: Lookup['isRevoked'] = async (id, issuer) => {
    const reply = await callRpc(rpc, 'did_resolveCredential', [{ id, issuer }])
    return ((reply ?? {}) as { status?: unknown }).status === REVOKED
  }
  const told = once((did) => askChain(rpc, did))
  // Controllers have none themselves, so no answer can lead back to the question.
  const controllers: Lookup = {
    isRevoked,
    did: once(async (did) => {
      const known = await told(did)
      if (known === undefined) return undefined
      if (controllersOf(known.document).length > 0) throw DocumentError.ringOfControllers(did)
      await checkGenuineDocument(known.document, controllers)
      return known
    }),
  }
  return {
    isRevoked,
    didAt: async (did, time) => {
      const { transactions } = await resolveDid(rpc, did, true)
      const known = knownOf(
        did,
        transactions.filter(({ timestamp }) => isBy(timestamp, time)),
      )
      if (known !== undefined) await checkGenuineDocument(known.document, controllers)
      return known
    },
    did: once(async (did) => {
      const known = await told(did)
      if (known !== undefined) await checkGenuineDocument(known.document, controllers)
      return known
    }),
  }
}

function once(ask: (did: string) => Asked): (did: string) => Asked {
  const asked = new Map<string, Asked>()
  return (did) => {
    const found = asked.get(did) ?? ask(did)
    asked.set(did, found)
    return found
  }
}

async function askChain(rpc: string, did: string): Asked {
  const { status, transactions } = await resolveDid(rpc, did)
  const known = status === 'unpublished' ? undefined : knownOf(did, transactions)
  return known && { ...known, deactivated: status === 'deactivated' }
}

/** @param transactions newest first */
function knownOf(did: string, transactions: readonly ResolvedTransaction[]): KnownDid | undefined {
  const newest = transactions.find(({ document }) => document !== undefined)?.document
  if (newest === undefined) return undefined
  const document = readDocument(newest)
  // Customized names are the same in every letter case.
  const isCustomized = controllersOf(document).length > 0
  const same = isCustomized ? document.id.toLowerCase() === did.toLowerCase() : document.id === did
  if (!same) throw DocumentError.otherDocument(did, document.id)
  return { document, deactivated: transactions[0]?.operation === 'deactivate' }
}

function isBy(timestamp: string, time: number): boolean {
  const at = parseTime(timestamp)
  return at !== undefined && at <= time
}
