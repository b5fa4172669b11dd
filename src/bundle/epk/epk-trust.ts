/** Whose key signed an EPK. */
import { parseDid, splitDidUrl } from '../../protocol/did/did.ts'
import { checkSigners, type Trust, type TrustWorld } from '../trust.ts'
import type { EpkSignature } from './epk.ts'
import { EpkError } from './errors.ts'

/**
 * An EPK names no app DID, so somebody has to say whom to expect.
 *
 * Throws `epk/otherSigner` and a `Refusal`.
 *
 * @param by the DID that must have signed
 */
export function checkEpkSigner(
  { kid, message, signature }: EpkSignature,
  by: string,
  world: TrustWorld,
): Promise<Trust> {
  const did = parseDid(by)
  if (splitDidUrl(kid).did !== did) throw EpkError.otherSigner(kid, did)
  const signatures = [{ alg: 'ES256' as const, kid, sig: signature.toString('base64url') }]
  return checkSigners({ app: did, publisher: did, signatures, message }, world)
}
