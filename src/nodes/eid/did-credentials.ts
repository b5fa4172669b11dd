/**
 * Declaring and revoking credentials.
 *
 * A credential that is declared cannot be declared again. The node's own check of this lets a valid
 * one pass and refuses an expired one, the other way round of what it says it does.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/didvalidator.go checkDeclareVerifiableCredential
 */
import { asGoWritesIt } from '../../protocol/did/canonical-json.ts'
import { type Credential, credentialText } from '../../protocol/did/credential.ts'
import { DID_PREFIX, splitDidUrl } from '../../protocol/did/did.ts'
import type { RequestProof } from '../../protocol/did/request.ts'
import { signedText } from '../../protocol/did/request.ts'
import { DidRefusal } from './did-errors.ts'
import { signs } from './did-keys.ts'
import type { DeclareOperation, IdOperation } from './did-operation.ts'
import { checkFuture, controllersOf, type Now, signingKey } from './did-signer.ts'
import { type DidState, ownerOf } from './did-state.ts'

export function checkDeclare(operation: DeclareOperation, now: Now): void {
  const { credential, request } = operation
  checkFuture('expirationDate', credential.expirationDate, now.time)
  checkCredentialOrder(operation, now.state)
  const owner = ownerOf(credential)
  checkSignedBy(owner, { proof: request.proof, text: signedText(request), now })
  const text = asGoWritesIt(credentialText(complete(credential, owner)))
  checkSignedBy(issuerOf(credential), { proof: credential.proof, text, now })
}

/** A declared credential is revoked by owner or issuer; of others anyone can say "not for me". */
export function checkRevoke(operation: IdOperation, now: Now): void {
  const { subject, request } = operation
  const { proof } = request
  const signer = splitDidUrl(proof.verificationMethod).did
  checkCredentialOrder(operation, now.state)
  const declared = declaredIn(now.state, subject)
  const allowed = declared === undefined ? [signer] : [ownerOf(declared), issuerOf(declared)]
  const did = allowed.find((one) => actsFor(signer, one, now.state))
  if (did === undefined) throw DidRefusal.wrongKey('revocation', proof.verificationMethod)
  checkSignedBy(did, { proof, text: signedText(request), now })
}

/** What earlier operations on the same credential forbid. */
export function checkCredentialOrder(
  operation: DeclareOperation | IdOperation,
  state: DidState,
): void {
  const { subject } = operation
  const declared = declaredIn(state, subject)
  if (operation.kind === 'declare' && declared !== undefined) {
    throw DidRefusal.alreadyDeclared(subject)
  }
  const counts = [splitDidUrl(subject).did]
  if (operation.kind === 'declare') counts.push(issuerOf(operation.credential))
  else counts.push(splitDidUrl(operation.request.proof.verificationMethod).did)
  if (declared !== undefined) counts.push(issuerOf(declared))
  const revokers = state.credential(subject).flatMap(({ revoker }) => revoker ?? [])
  const by = revokers.find((revoker) => counts.some((did) => actsFor(revoker, did, state)))
  if (by !== undefined) throw DidRefusal.revoked(subject, by)
}

/** Whether somebody is the DID or one of its controllers. */
export function actsFor(somebody: string, did: string, state: DidState): boolean {
  if (somebody === did) return true
  const document = state.did(state.keyOf(did))?.documents.at(-1)?.document
  return document !== undefined && controllersOf(document).includes(somebody)
}

function declaredIn(state: DidState, id: string): Credential | undefined {
  return state.credential(id).findLast(({ credential }) => credential !== undefined)?.credential
}

interface Signed {
  readonly proof: Pick<RequestProof, 'verificationMethod' | 'signature'>
  readonly text: string
  readonly now: Now
}

function checkSignedBy(did: string, { proof, text, now }: Signed): void {
  const { verificationMethod, signature } = proof
  const key = signingKey(did, verificationMethod, now)
  if (key === undefined) throw DidRefusal.wrongKey('credential', verificationMethod)
  if (!signs(key, text, signature)) throw DidRefusal.badSignature('credential', verificationMethod)
}

function issuerOf(credential: Credential): string {
  return credential.issuer === '' ? ownerOf(credential) : credential.issuer
}

/** Ids in their short form get the owner in front before the text is signed. */
function complete(credential: Credential, owner: string): Credential {
  const whole = (id: string) => (id.startsWith(DID_PREFIX) ? id : `${owner}${id}`)
  return { ...credential, id: whole(credential.id), issuer: whole(credential.issuer) }
}
