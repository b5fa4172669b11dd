/** `ela wallet sign-in`: an app on this machine signs in to a back end, and a user vouches for it. */
import { findSession } from '../devnet/session.ts'
import { lookupOn } from '../identity/chain-lookup.ts'
import { newInstance, signInByChallenge } from '../identity/challenge-client.ts'
import { didOfName } from '../identity/did-keys.ts'
import { SignInError } from '../identity/sign-in-errors.ts'
import { credentialOfText } from '../identity/verify-text.ts'
import { performIntent, readIntent } from '../wallet/intents/answer.ts'
import { IntentError } from '../wallet/intents/errors.ts'
import { eidOf } from '../wallet/intents/hand.ts'
import type { Context } from './context.ts'
import { keyPlaceOf } from './did-place.ts'
import { handOf } from './wallet-hand.ts'
import { decision } from './wallet-open.ts'

export interface SignInFlags {
  readonly as: string
  readonly app: string
  readonly approve?: boolean
  readonly deny?: boolean
}

const VOUCH = 'https://did.web3essentials.io/appidcredissue'

/**
 * Throws `intent/nobodyApproves`, `intent/denied`, `signIn/…`, and `did/…` for a back end whose
 * challenge is not good.
 */
export async function runSignIn(url: string, flags: SignInFlags, context: Context): Promise<void> {
  if (!/^https?:/.test(url) || !URL.canParse(url)) throw SignInError.notAnAddress(url)
  const hand = handOf(findSession(context), flags.as, context.signal)
  const app = didOfName(flags.app, keyPlaceOf(context))
  const appDid = typeof app === 'string' ? app : app.did
  const instance = newInstance()
  const query = new URLSearchParams({ appinstancedid: instance.did, appdid: appDid })
  const asked = await readIntent(`${VOUCH}?${query}`, hand)
  if (!(await decision(asked, flags, context))) throw IntentError.denied(asked.action.name)
  const { result, error } = await performIntent(asked, hand)
  if (error !== undefined) throw error
  const credential = credentialOfText(String(result['credential']))
  const lookup = lookupOn(eidOf(hand).rpc)
  const time = hand.now()
  const token = await signInByChallenge({ url, instance, credential, lookup, time })
  const data = { token, userDid: asked.summary.did, appDid, instanceDid: instance.did }
  context.printer.answer('wallet sign-in', data, () => token)
}
