/**
 * Answers of the `did_…` methods, in the node's shapes.
 *
 * @see Elastos.ELA.SideChain.EID internal/ethapi/didapi.go
 */
import { DID_PREFIX, splitDidUrl } from '../../protocol/did/did.ts'
import { requestJson } from '../../protocol/did/request.ts'
import { formatTime } from '../../protocol/did/time.ts'
import type { Answer } from '../evm/extension.ts'
import { actsFor } from './did-credentials.ts'
import type { DidRecord, DidState, Mined, MinedCredential } from './did-state.ts'

/** As the node numbers them; 1 (expired) is defined there and never answered. */
const VALID = 0
const DEACTIVATED = 2
const REVOKED = 2
const NOT_FOUND = 3

const LIST_LIMIT = 128
const LIST_LIMIT_MAX = 256

type Params = Readonly<Record<string, unknown>>

/** `{did, all?}` → the last document, or all of them newest first; a deactivation in front. */
export function resolveDid(state: DidState, params: Params): Answer {
  const { did: asked, all } = params
  if (typeof asked !== 'string') return failure('did is null')
  const [, record] = find(state, asked)
  if (record === undefined) return { result: { did: asked, status: NOT_FOUND } }
  const { documents, deactivation } = record
  const shown = all === true ? [...documents].reverse() : documents.slice(-1)
  const mined: readonly Mined[] = deactivation === undefined ? shown : [deactivation, ...shown]
  const status = deactivation === undefined ? VALID : DEACTIVATED
  const did = shown[0]?.document.id ?? asked
  return { result: { did, status, transaction: mined.map(transactionJson) } }
}

/** `{id, issuer?}` → the declaration and who revoked it, as far as the asker should mind. */
export function resolveCredential(state: DidState, params: Params): Answer {
  const { id: asked, issuer } = params
  if (typeof asked !== 'string') return failure('id is null')
  const id = withPrefix(asked)
  const history = [...state.credential(id)].reverse()
  if (history.length === 0) return { result: { id: asked, status: NOT_FOUND } }
  const declaration = history.find(({ credential }) => credential !== undefined)
  const valid = [splitDidUrl(id).did, declaration?.credential?.issuer ?? '']
  const revocation =
    history.find(
      ({ revoker }) => revoker !== undefined && valid.some((did) => actsFor(revoker, did, state)),
    ) ?? strangersRevocation(history, issuer)
  const shown = [revocation, declaration].filter((one) => one !== undefined)
  // The node says "revoked" here and shows no transaction, which libraries cannot read.
  if (shown.length === 0) return { result: { id: asked, status: NOT_FOUND } }
  const status = revocation === undefined ? VALID : REVOKED
  return { result: { id, status, transaction: shown.map(transactionJson) } }
}

/**
 * A revocation by somebody who is neither owner nor issuer says nothing about a declared
 * credential. Without a declaration it counts: for all, or for those who ask for that `issuer`.
 * One is shown: libraries refuse two.
 */
function strangersRevocation(
  history: readonly MinedCredential[],
  issuer: unknown,
): MinedCredential | undefined {
  if (history.some(({ credential }) => credential !== undefined)) return undefined
  if (typeof issuer !== 'string' || issuer === '') return history[0]
  return history.find(({ revoker }) => revoker === withPrefix(issuer))
}

/** `{did, skip?, limit?}` → ids of declared credentials, newest first; `null` for none. */
export function listCredentials(state: DidState, params: Params): Answer {
  const { did: asked } = params
  if (typeof asked !== 'string') return failure('did is null')
  const skip = countOf(params['skip'])
  const limit = countOf(params['limit'])
  const [did, record] = find(state, asked)
  if (record === undefined) return failure('did is not exist')
  if (skip < 0) return failure('skip is negative')
  if (limit < 0) return failure('limit is negative')
  const most = Math.min(limit === 0 ? LIST_LIMIT : limit, LIST_LIMIT_MAX)
  const ids = state.declaredOf(did).slice(skip, skip + most)
  return { result: { did, credentials: ids.length > 0 ? ids : null } }
}

/** Customized DIDs are looked up in lower case when there is nothing under the name as given. */
function find(state: DidState, asked: string): [string, DidRecord | undefined] {
  const id = state.keyOf(withPrefix(asked))
  return [id, state.did(id)]
}

function withPrefix(id: string): string {
  return id.startsWith(DID_PREFIX) ? id : `${DID_PREFIX}${id}`
}

function countOf(value: unknown): number {
  return typeof value === 'number' ? Math.trunc(value) : 0
}

function transactionJson({ txid, time, request }: Mined) {
  return { txid, timestamp: formatTime(time), operation: requestJson(request) }
}

function failure(message: string): Answer {
  return { error: { code: -32000, message } }
}
