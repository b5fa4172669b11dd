/**
 * Declaring and revoking credentials of normal DIDs.
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
import { authenticationKey, signs } from './did-keys.ts'
import type { DeclareOperation, IdOperation } from './did-operation.ts'
import { checkFuture, checkSigner } from './did-signer.ts'
import { type DidState, ownerOf } from './did-state.ts'

export function checkDeclare(operation: DeclareOperation, state: DidState, time: number): void {
  const { credential, request } = operation
  checkFuture('expirationDate', credential.expirationDate, time)
  checkCredentialOrder(operation, state)
  const owner = ownerOf(credential)
  checkSignedBy({ state, time, did: owner, proof: request.proof, text: signedText(request) })
  const text = asGoWritesIt(credentialText(complete(credential, owner)))
  checkSignedBy({ state, time, did: issuerOf(credential), proof: credential.proof, text })
}

/** A declared credential is revoked by owner or issuer; of others anyone can say "not for me". */
export function checkRevoke(operation: IdOperation, state: DidState, time: number): void {
  const { subject, request } = operation
  const { proof } = request
  const did = splitDidUrl(proof.verificationMethod).did
  checkCredentialOrder(operation, state)
  const declared = declaredIn(state, subject)
  if (declared !== undefined && did !== ownerOf(declared) && did !== issuerOf(declared)) {
    throw DidRefusal.wrongKey('revocation', proof.verificationMethod)
  }
  checkSignedBy({ state, time, did, proof, text: signedText(request) })
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
  const revokers = state.credential(subject).flatMap(({ revoker }) => revoker ?? [])
  const counts = [splitDidUrl(subject).did]
  if (operation.kind === 'declare') counts.push(issuerOf(operation.credential))
  else counts.push(splitDidUrl(operation.request.proof.verificationMethod).did)
  if (declared !== undefined) counts.push(issuerOf(declared))
  const by = revokers.find((revoker) => counts.includes(revoker))
  if (by !== undefined) throw DidRefusal.revoked(subject, by)
}

function declaredIn(state: DidState, id: string): Credential | undefined {
  return state.credential(id).findLast(({ credential }) => credential !== undefined)?.credential
}

interface Signed {
  readonly state: DidState
  readonly time: number
  readonly did: string
  readonly proof: Pick<RequestProof, 'verificationMethod' | 'signature'>
  readonly text: string
}

function checkSignedBy({ state, time, did, proof, text }: Signed): void {
  const { verificationMethod, signature } = proof
  const key = authenticationKey(checkSigner(state, did, time), verificationMethod)
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
