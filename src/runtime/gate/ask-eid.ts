/**
 * Documents from nodes that may lie, lag or be away.
 *
 * A document is believed when its own signature is good, every node that answers says the same, and
 * none of them is stuck in the past: a node (or who sits between) that holds back new blocks would
 * keep a deactivated DID valid for ever.
 */
import { ElaError } from '../../base/errors.ts'
import type { KnownDid, Lookup } from '../../identity/did-documents.ts'
import { type DidStatus, resolveDid } from '../../identity/did-resolve.ts'
import { checkGenuineDocument } from '../../identity/verify-document.ts'
import { canonicalJson, type Json } from '../../protocol/did/canonical-json.ts'
import { isKeyDid } from '../../protocol/did/did.ts'
import { parseDocument } from '../../protocol/did/document.ts'
import { GateError } from './errors.ts'
import { type ChainNode, headWarning, isAway } from './head.ts'

export interface AskWorld {
  /** At least one. */
  readonly nodes: readonly ChainNode[]
  /** Seconds since 1970. */
  readonly time: number
}

/** What was found out beside the documents themselves. */
export interface Asked {
  readonly lookup: Lookup
  /** DID → its document as published, for keeping as a proof. */
  readonly documents: ReadonlyMap<string, Json>
  readonly warnings: readonly string[]
}

/**
 * Opens the nodes. Throws `gate/headStale`, `gate/headAhead`, `gate/unusableAnswer`, and
 * `rpc/unreachable` when none of them answers. The lookup also throws `gate/otherDocument`,
 * `gate/forgedDocument` and `gate/disagreement`.
 */
export async function askEid(world: AskWorld): Promise<Asked> {
  const warnings: string[] = []
  const answering: ChainNode[] = []
  let failure: unknown
  const heads = await Promise.all(
    world.nodes.map((node) => headWarning(node, world.time).catch((error: unknown) => ({ error }))),
  )
  for (const [index, node] of world.nodes.entries()) {
    const head = heads[index]
    if (typeof head !== 'object') {
      answering.push(node)
      if (head !== undefined) warnings.push(head)
    } else if (isAway(head.error)) {
      failure = head.error
      warnings.push(`${node.url} does not answer`)
    } else {
      throw head.error
    }
  }
  if (answering.length === 0) throw failure
  const documents = new Map<string, Json>()
  return { lookup: lookupOf(answering, documents), documents, warnings }
}

function lookupOf(nodes: readonly ChainNode[], documents: Map<string, Json>): Lookup {
  const isRevoked = async () => {
    throw new Error('the gate asks for no credentials')
  }
  const lookup: Lookup = { isRevoked, did: once((did) => askAll(nodes, did)) }
  // Controllers have none themselves, so no answer can lead back to the question.
  const controllers: Lookup = {
    isRevoked,
    did: async (did) => {
      if (isKeyDid(did)) return lookup.did(did)
      throw GateError.unusableAnswer(nodes[0]?.url ?? '', `${did} cannot control another DID`)
    },
  }
  const askAll = async (all: readonly ChainNode[], did: string): Promise<KnownDid | undefined> => {
    const answers = await Promise.all(all.map(({ url }) => answerOf(url, did)))
    const [first, ...others] = answers
    if (first === undefined) throw new Error('no node was asked')
    for (const other of others) {
      if (other.text !== first.text) throw GateError.disagreement(did, first.url, other.url)
    }
    if (first.document === undefined) return undefined
    const document = parseDocument(first.document)
    await checkGenuineDocument(document, controllers).catch((error: unknown) => {
      if (isOfGate(error)) throw error
      throw GateError.forgedDocument(first.url, did, error)
    })
    documents.set(did, first.document)
    return { document, deactivated: first.status === 'deactivated' }
  }
  return lookup
}

function once(
  ask: (did: string) => Promise<KnownDid | undefined>,
): (did: string) => Promise<KnownDid | undefined> {
  const asked = new Map<string, Promise<KnownDid | undefined>>()
  return (did) => {
    const found = asked.get(did) ?? ask(did)
    asked.set(did, found)
    return found
  }
}

interface Answer {
  readonly url: string
  readonly status: DidStatus
  readonly document: Json | undefined
  /** Equal for two answers that say the same. */
  readonly text: string
}

async function answerOf(url: string, did: string): Promise<Answer> {
  let answer: Awaited<ReturnType<typeof resolveDid>>
  try {
    answer = await resolveDid(url, did)
  } catch (error) {
    if (isAway(error)) throw error
    throw GateError.unusableAnswer(url, error)
  }
  const document = answer.transactions.find((one) => one.document !== undefined)?.document
  if (answer.did === '') throw GateError.unusableAnswer(url, 'it names no DID')
  const ids = [answer.did, ...(document === undefined ? [] : [idIn(url, document)])]
  const other = ids.find((id) => id !== did)
  if (other !== undefined) throw GateError.otherDocument(url, did, other)
  const { status } = answer
  const said = document === undefined ? '' : canonicalJson(document)
  return { url, status, document, text: `${status} ${said}` }
}

function idIn(url: string, document: Json): string {
  try {
    return parseDocument(document).id
  } catch (error) {
    throw GateError.unusableAnswer(url, error)
  }
}

function isOfGate(error: unknown): boolean {
  return isAway(error) || (error instanceof ElaError && error.code.startsWith('gate/'))
}
