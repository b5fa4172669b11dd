/**
 * Names the main chain's council keeps back, and to whom it gave some of them. On a devnet they come
 * from the config; the real node refuses every name until the council has reserved at least one.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/didvalidator.go checkCustomizedDIDAvailable
 */
import { addressPart, splitDidUrl } from '../../protocol/did/did.ts'
import type { DidDocument } from '../../protocol/did/document.ts'
import { DidRefusal } from './did-errors.ts'
import type { ReservedNames } from './reserved-names.ts'

/** Throws `eid/reservedName`, `eid/nameOfAnother`. */
export function checkName(document: DidDocument, reserved: ReservedNames = {}): void {
  const name = addressPart(document.id).toLowerCase()
  const owner = Object.hasOwn(reserved, name) ? reserved[name] : undefined
  if (owner === undefined) return
  if (owner === null) throw DidRefusal.reservedName(name)
  const controllers = [document.controller ?? []].flat()
  const signers = document.proofs.map(({ creator }) => splitDidUrl(creator).did)
  const counts = [controllers, signers].map((dids) => dids.filter((did) => did === owner).length)
  if (counts.some((count) => count !== 1)) throw DidRefusal.nameOfAnother(name, owner)
}
