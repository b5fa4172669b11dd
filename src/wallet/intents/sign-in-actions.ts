/**
 * `credaccess` and `requestcredentials`: the DApp asks who somebody is and gets a presentation in a
 * token. These are how people sign in.
 *
 * @see Elastos.Essentials.App src/app/identity/pages/intents/credentialaccessrequest, requestcredentials
 */
import type { ElaError } from '../../base/errors.ts'
import { present } from '../../identity/presentation.ts'
import { signToken } from '../../identity/token.ts'
import { isObject, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { type Credential, wholeCredentialText } from '../../protocol/did/credential.ts'
import { splitDidUrl } from '../../protocol/did/did.ts'
import { presentationText } from '../../protocol/did/presentation.ts'
import { parseTime } from '../../protocol/did/time.ts'
import type { Action } from './action.ts'
import { IntentError } from './errors.ts'
import { type Hand, lookupOf, signerOf } from './hand.ts'
import { credentialsOf } from './holdings.ts'
import type { Intent } from './intent.ts'
import { objectParam, optionalText, own, textParam } from './params.ts'
import { parseQuery } from './query.ts'

const DAY_SECONDS = 24 * 3600
const DENIED = { did: null, presentation: null }

/** Nobody could check what an unpublished DID signs; Essentials then answers `{jwt: null}`. */
const failed = ({ code }: ElaError): JsonObject =>
  code === 'intent/notPublished' ? { jwt: null } : DENIED

export const credaccess: Action = {
  service: 'did',
  name: 'credaccess',
  describe: (params) => {
    const names = Object.keys(claimsOf(params))
    return names.length === 0 ? 'show the DID' : `show the DID, and ${names.join(', ')}`
  },
  perform: async (intent, hand) => {
    const { params } = intent
    const credentials = namedCredentials(claimsOf(params), await credentialsOf(hand), hand)
    return answer(intent, hand, {
      credentials,
      nonce: optionalText(params, 'nonce') ?? 'no-nonce',
      realm: optionalText(params, 'realm') ?? 'no-realm',
    })
  },
  denied: DENIED,
  failed,
}

export const requestcredentials: Action = {
  service: 'did',
  name: 'requestcredentials',
  describe: (params) => {
    const reasons = describedClaims(objectParam(params, 'request')).map(({ reason }) => reason)
    return reasons.length === 0 ? 'show the DID' : `show credentials: ${reasons.join('; ')}`
  },
  perform: async (intent, hand) => {
    const request = objectParam(intent.params, 'request')
    const target = optionalText(request, 'target')
    const { did } = signerOf(hand)
    if (target !== undefined && target !== did) {
      throw IntentError.badParameter('request.target', `left out or ${did}`)
    }
    const held = await credentialsOf(hand)
    const chosen = describedClaims(request).flatMap((claim) => chosenFor(claim, held, hand))
    return answer(intent, hand, {
      credentials: [...new Set(chosen)],
      nonce: textParam(request, 'nonce'),
      realm: textParam(request, 'realm'),
    })
  },
  denied: DENIED,
  failed,
}

interface Shown {
  readonly credentials: readonly Credential[]
  readonly nonce: string
  readonly realm: string
}

async function answer({ action, token, asker }: Intent, hand: Hand, shown: Shown) {
  const holder = signerOf(hand)
  const published = await lookupOf(hand)?.did(holder.did)
  if (published === undefined || published.deactivated) throw IntentError.notPublished(holder.did)
  const time = hand.now()
  const presentation = JSON.parse(presentationText(present({ holder, time, ...shown }))) as Json
  const claims = {
    type: action,
    did: holder.did,
    presentation,
    ...(token === undefined ? {} : { req: `elastos://${action}/${token}` }),
    ...(token === undefined || asker === undefined ? {} : { aud: asker }),
  }
  return { jwt: signToken({ signer: holder, claims, time, lifeSeconds: DAY_SECONDS }) }
}

/** By name: `true` or `{required: true}` when it must be there. */
function claimsOf(params: JsonObject): JsonObject {
  const claims = own(params, 'claims') ?? {}
  if (Array.isArray(claims) && claims.length === 0) return {}
  if (!isObject(claims)) throw IntentError.badParameter('claims', 'an object')
  return claims
}

function namedCredentials(
  claims: JsonObject,
  held: readonly Credential[],
  hand: Hand,
): readonly Credential[] {
  return Object.entries(claims).flatMap(([name, claim]) => {
    // The DID is in the answer anyway.
    if (name === 'did') return []
    const found = held.find(
      (one) => splitDidUrl(one.id).fragment === `#${name}` && isAccepted(claim, one),
    )
    if (found !== undefined) return [found]
    const required = isObject(claim) ? claim['required'] === true : claim === true
    if (required) throw IntentError.claimMissing(name, signerOf(hand).did)
    return []
  })
}

/** `iss`: whose word counts, and whether one's own does. */
function isAccepted(claim: Json, { issuer, credentialSubject }: Credential): boolean {
  const wish = isObject(claim) ? own(claim, 'iss') : undefined
  if (!isObject(wish)) return true
  if (issuer === credentialSubject['id']) return wish['selfproclaimed'] === true
  const dids = own(wish, 'did')
  return Array.isArray(dids) && dids.includes(issuer)
}

interface DescribedClaim {
  readonly reason: string
  readonly min: number
  readonly max: number
  readonly claims: readonly JsonObject[]
}

/** Since May 2022 (`_version`) a claim has alternatives; before, one `query` of its own. */
function describedClaims(request: JsonObject): readonly DescribedClaim[] {
  const list = own(request, 'claims') ?? []
  if (!Array.isArray(list)) throw IntentError.badParameter('request.claims', 'a list')
  return list.map((claim: Json) => {
    if (!isObject(claim)) throw IntentError.badParameter('request.claims', 'a list of objects')
    const alternatives = own(request, '_version') === undefined ? [claim] : own(claim, 'claims')
    if (!Array.isArray(alternatives) || !alternatives.every((one: Json) => isObject(one))) {
      throw IntentError.badParameter('request.claims.claims', 'a list of objects')
    }
    const count = (name: string) => {
      const value = own(claim, name)
      return typeof value === 'number' ? value : 1
    }
    const reason = optionalText(claim, 'reason') ?? 'no reason given'
    return { reason, min: count('min'), max: count('max'), claims: alternatives as JsonObject[] }
  })
}

/** As many as are allowed, those that still count first. Throws `intent/claimMissing`. */
function chosenFor(
  { reason, min, max, claims }: DescribedClaim,
  held: readonly Credential[],
  hand: Hand,
): readonly Credential[] {
  const isCurrent = ({ expirationDate }: Credential) =>
    (parseTime(expirationDate) ?? Number.POSITIVE_INFINITY) > hand.now()
  const matching = claims.flatMap((claim) => {
    const query = parseQuery(textParam(claim, 'query'))
    const issuers = own(claim, 'issuers')
    return held.filter(
      (one) => query(searchable(one)) && (!Array.isArray(issuers) || issuers.includes(one.issuer)),
    )
  })
  const chosen = [...new Set(matching)].filter(isCurrent).slice(0, max)
  if (chosen.length < min) throw IntentError.claimMissing(reason, signerOf(hand).did)
  return chosen
}

/** With each type in its long form `context#Name` too: queries ask for either. */
function searchable(credential: Credential): Json {
  const { context, type } = credential
  const long = context.flatMap((one) => type.map((name) => `${one}#${name}`))
  const whole = JSON.parse(wholeCredentialText(credential)) as JsonObject
  return { ...whole, type: [...type, ...long] }
}
