/** Rules about time, and about who signs. */
import { splitDidUrl } from '../../protocol/did/did.ts'
import type { DidDocument, PublicKey } from '../../protocol/did/document.ts'
import { parseTime } from '../../protocol/did/time.ts'
import { DidRefusal } from './did-errors.ts'
import { authenticationKey, defaultKey, isNormal } from './did-keys.ts'
import type { DidState } from './did-state.ts'
import type { ReservedNames } from './reserved-names.ts'

/** The chain an operation would be added to. */
export interface Now {
  readonly state: DidState
  /** Of the block, seconds since 1970. */
  readonly time: number
  readonly reservedNames?: ReservedNames | undefined
}

/** Throws `eid/badTime` or `eid/expired` unless the text is a time after the block's. */
export function checkFuture(what: string, text: string, time: number): void {
  const seconds = parseTime(text)
  if (seconds === undefined) throw DidRefusal.badTime(what, text)
  if (seconds <= time) throw DidRefusal.expired(what, text)
}

/** Who signs must be on the chain, not expired and not deactivated. Returns the last document. */
export function checkSigner(did: string, { state, time }: Now): DidDocument {
  const record = state.did(state.keyOf(did))
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

/** The key that may sign for a DID: an authentication key of its own or of a controller. */
export function signingKey(did: string, id: string, now: Now): PublicKey | undefined {
  return authenticationKeyOf(checkSigner(did, now), id, now)
}

export function authenticationKeyOf(
  document: DidDocument,
  id: string,
  now: Now,
): PublicKey | undefined {
  const key = authenticationKey(document, id)
  if (key !== undefined || isNormal(document)) return key
  const { did } = splitDidUrl(id)
  return controllersOf(document).includes(did)
    ? authenticationKey(checkSigner(did, now), id)
    : undefined
}

/** The default key of a controller. */
export function controllerKey(document: DidDocument, id: string, now: Now): PublicKey | undefined {
  const { did } = splitDidUrl(id)
  return controllersOf(document).includes(did) ? defaultKey(checkSigner(did, now), id) : undefined
}

export function controllersOf({ controller }: DidDocument): readonly string[] {
  if (controller === undefined) return []
  return typeof controller === 'string' ? [controller] : controller
}
