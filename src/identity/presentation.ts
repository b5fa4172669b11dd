/** Presentations: made for somebody who asked, and checked by them. */
import { fromBase64Url } from '../protocol/did/base64url.ts'
import { compareBytes, type Json, refuseUnsafe } from '../protocol/did/canonical-json.ts'
import type { Credential } from '../protocol/did/credential.ts'
import { PROOF_TYPE } from '../protocol/did/document.ts'
import {
  holderOf,
  PRESENTATION_TYPE,
  type Presentation,
  presentationSignedText,
} from '../protocol/did/presentation.ts'
import { signText } from '../protocol/did/sign.ts'
import { verifyBytes } from '../protocol/did/signature.ts'
import { formatTime } from '../protocol/did/time.ts'
import { checkCredential, checkGenuine, type Signer } from './credential.ts'
import { authenticationKey, type Lookup } from './did-documents.ts'
import { NotGenuineError } from './verify-errors.ts'

export interface Question {
  /** Made up for this one question. */
  readonly nonce: string
  /** Who asks: an address of a site, or a DID. */
  readonly realm: string
}

export interface PresentationWish extends Question {
  readonly holder: Signer
  /** All about the holder. */
  readonly credentials: readonly Credential[]
  /** Seconds since 1970. */
  readonly time: number
}

/** Throws `did/notTheHolders`, and `did/unsafe…` for a nonce or realm that is signed differently. */
export function present(wish: PresentationWish): Presentation {
  const { holder, credentials, nonce, realm, time } = wish
  const foreign = credentials.find(({ credentialSubject: { id } }) => id !== holder.did)
  if (foreign !== undefined) throw NotGenuineError.notTheHolders(foreign.id, holder.did)
  refuseUnsafe(nonce as Json, 'nonce')
  const created = formatTime(time)
  const unsigned = {
    context: [],
    id: '',
    type: [PRESENTATION_TYPE],
    holder: holder.did,
    created,
    credentials: [...credentials].sort((a, b) => compareBytes(a.id, b.id)),
  }
  const signature = signText(presentationSignedText(unsigned, realm, nonce), holder.privateKey)
  const verificationMethod = `${holder.did}#primary`
  const proof = { type: PROOF_TYPE, created, verificationMethod, realm, nonce, signature }
  return { ...unsigned, proof }
}

/**
 * Checks that the holder signed exactly this and that every credential in it is genuine and the
 * holder's. Throws what `checkGenuine` does, and `did/notTheHolders`.
 */
export async function checkGenuinePresentation(
  presentation: Presentation,
  lookup: Lookup,
): Promise<void> {
  await checkHolder(presentation, lookup)
  for (const credential of presentation.credentials) await checkGenuine(credential, lookup)
}

/**
 * Checks that the presentation answers this question, that it is genuine and that holder and
 * credentials count now. Returns the DID of the holder.
 *
 * Throws what `checkGenuinePresentation` and `checkCredential` do, and `did/wrongChallenge`.
 *
 * @param time now, seconds since 1970
 */
export async function checkPresentation(
  presentation: Presentation,
  { nonce, realm }: Question,
  { lookup, time }: { readonly lookup: Lookup; readonly time: number },
): Promise<string> {
  const { proof, credentials } = presentation
  if (proof.nonce !== nonce) throw NotGenuineError.wrongChallenge('nonce', nonce, proof.nonce)
  if (proof.realm !== realm) throw NotGenuineError.wrongChallenge('realm', realm, proof.realm)
  await checkHolder(presentation, lookup)
  const holder = holderOf(presentation)
  if ((await lookup.did(holder))?.deactivated === true) {
    throw NotGenuineError.signerDeactivated('The presentation', holder)
  }
  for (const credential of credentials) await checkCredential(credential, lookup, time)
  return holder
}

async function checkHolder(presentation: Presentation, lookup: Lookup): Promise<void> {
  const { proof, credentials } = presentation
  const what = 'The presentation'
  const holder = holderOf(presentation)
  const known = await lookup.did(holder)
  if (known === undefined) throw NotGenuineError.noDocument(what, holder)
  if (proof.type !== PROOF_TYPE) throw NotGenuineError.wrongProofType(what, proof.type)
  const key = await authenticationKey(known.document, proof.verificationMethod, lookup)
  if (key === undefined) throw NotGenuineError.wrongKey(what, proof.verificationMethod, holder)
  const foreign = credentials.find(({ credentialSubject: { id } }) => id !== holder)
  if (foreign !== undefined) throw NotGenuineError.notTheHolders(foreign.id, holder)
  const text = presentationSignedText(presentation, proof.realm, proof.nonce)
  const signature = fromBase64Url(proof.signature, 'The signature')
  if (!verifyBytes(Buffer.from(text), signature, key)) {
    throw NotGenuineError.wrongSignature('the presentation')
  }
}
