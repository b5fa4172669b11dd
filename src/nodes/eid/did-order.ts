/** Which operation may follow which. */
import { parseTime } from '../../protocol/did/time.ts'
import { checkCredentialOrder } from './did-credentials.ts'
import { DidRefusal } from './did-errors.ts'
import type { DidOperation, DocumentOperation } from './did-operation.ts'
import type { DidRecord, DidState, Place } from './did-state.ts'

/** A customized name can be created anew so long after its end: 6,307,200 blocks of 5 s. */
const FREE_AGAIN_AFTER_SECONDS = 6_307_200 * 5

/**
 * The part of the rules that other operations can change after this one was admitted. Checked again
 * when it is mined, so that of two that exclude each other one counts.
 */
export function checkOrder(
  operation: DidOperation,
  state: DidState,
  { height, time }: Omit<Place, 'txid'>,
): void {
  const { subject } = operation
  if (state.lastHeightOf(subject) === height) throw DidRefusal.sameBlock(subject)
  switch (operation.kind) {
    case 'create':
    case 'update':
    case 'transfer':
      checkPredecessor(operation, state.did(subject), time)
      break
    case 'deactivate':
      existing(subject, state)
      break
    case 'declare':
    case 'revoke':
      checkCredentialOrder(operation, state)
      break
  }
}

export function checkPredecessor(
  operation: DocumentOperation,
  record: DidRecord | undefined,
  time: number,
): void {
  const { subject, kind, request, ticket, isNormal } = operation
  if (record !== undefined && !isNormal && isFreeAgain(record, time)) {
    if (kind !== 'create') throw DidRefusal.notFound(subject)
    return
  }
  if (record?.deactivation !== undefined) throw DidRefusal.deactivated(subject)
  if (kind === 'create') {
    if (record !== undefined) throw DidRefusal.alreadyExists(subject)
    return
  }
  if (record === undefined) throw DidRefusal.notFound(subject)
  const last = record.documents.at(-1)?.txid ?? ''
  if (kind === 'transfer') {
    const given = ticket?.txid.replace(/^0x/, '').toLowerCase()
    if (given !== last) throw DidRefusal.badTicket(`is not for the last transaction, ${last}`)
    return
  }
  const { previousTxid } = request.header
  if (!/^[0-9a-fA-F]{64}$/.test(previousTxid)) throw DidRefusal.badPreviousTxid(previousTxid)
  if (previousTxid.toLowerCase() !== last) throw DidRefusal.wrongPreviousTxid(subject, last)
}

/** The record of a DID that is not deactivated. Throws `eid/notFound`, `eid/deactivated`. */
export function existing(did: string, state: DidState): DidRecord {
  const record = state.did(state.keyOf(did))
  if (record === undefined) throw DidRefusal.notFound(did)
  if (record.deactivation !== undefined) throw DidRefusal.deactivated(did)
  return record
}

function isFreeAgain({ documents }: DidRecord, time: number): boolean {
  const end = parseTime(documents.at(-1)?.document.expires ?? '') ?? 0
  return time > end + FREE_AGAIN_AFTER_SECONDS
}
