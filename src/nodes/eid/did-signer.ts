/** Rules about time, and about who signs. */
import type { DidDocument } from '../../protocol/did/document.ts'
import { parseTime } from '../../protocol/did/time.ts'
import { DidRefusal } from './did-errors.ts'
import type { DidState } from './did-state.ts'

/** Throws `eid/badTime` or `eid/expired` unless the text is a time after the block's. */
export function checkFuture(what: string, text: string, time: number): void {
  const seconds = parseTime(text)
  if (seconds === undefined) throw DidRefusal.badTime(what, text)
  if (seconds <= time) throw DidRefusal.expired(what, text)
}

/** Who signs must be on the chain, not expired and not deactivated. Returns the last document. */
export function checkSigner(state: DidState, did: string, time: number): DidDocument {
  const record = state.did(did)
  const last = record?.documents.at(-1)
  if (record === undefined || last === undefined) {
    throw DidRefusal.invalidSigner(did, 'is not on the chain')
  }
  if ((parseTime(last.document.expires) ?? 0) < time) {
    throw DidRefusal.invalidSigner(did, `expired at ${last.document.expires}`)
  }
  if (record.deactivation !== undefined) throw DidRefusal.invalidSigner(did, 'is deactivated')
  return last.document
}
