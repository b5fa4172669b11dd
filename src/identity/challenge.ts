/**
 * Signing in to a back end by a challenge, as Hive nodes do it.
 *
 *     app → node   the document of the app's DID on this device, which nobody published
 *     node → app   a challenge: token of the node {sub: DIDAuthChallenge, aud: app, nonce, exp}
 *     app → node   token of the app {aud: node, presentation}; the presentation has the nonce, the
 *                  node's DID as realm, and the credential in which a user vouches for the app
 *     node → app   an access token of the node, for as long as the credential lasts, at most a week
 *
 * @see hive-node src/modules/auth/auth.py
 */
import { randomBytes } from 'node:crypto'
import { isObject, type Json, type JsonObject } from '../protocol/did/canonical-json.ts'
import type { Credential } from '../protocol/did/credential.ts'
import { splitDidUrl } from '../protocol/did/did.ts'
import type { DidDocument } from '../protocol/did/document.ts'
import { readDocument } from '../protocol/did/document-form.ts'
import { readJwt } from '../protocol/did/jwt.ts'
import { presentationText, readPresentation } from '../protocol/did/presentation.ts'
import { parseTime } from '../protocol/did/time.ts'
import type { Signer } from './credential.ts'
import type { Lookup } from './did-documents.ts'
import { checkPresentation, present } from './presentation.ts'
import { checkToken, signToken } from './token.ts'
import { checkDocument } from './verify-document.ts'
import { NotGenuineError } from './verify-errors.ts'

export const CHALLENGE_SUBJECT = 'DIDAuthChallenge'
const ACCESS_SUBJECT = 'AccessToken'
const RESPONSE_SUBJECT = 'DIDAuthResponse'
const CHALLENGE_SECONDS = 180
const RESPONSE_SECONDS = 60
const WEEK_SECONDS = 7 * 24 * 3600
/** Challenges nobody answers must not fill the memory. */
const MAX_OPEN = 10_000

export interface ChallengeAnswer {
  /** What the node sent. */
  readonly challenge: string
  /** The app on this device. */
  readonly instance: Signer
  /** In which a user vouches for the app (`appidcredissue`). */
  readonly credential: Credential
  readonly lookup: Lookup
  /** Now, seconds since 1970. */
  readonly time: number
}

/** The app's part. Throws what `checkToken` does, and `did/notAChallenge`. */
export async function answerChallenge(answer: ChallengeAnswer): Promise<string> {
  const { challenge, instance, credential, lookup, time } = answer
  const claims = await checkToken(challenge, { lookup, time, audience: instance.did })
  const { nonce, sub, iss } = claims
  if (sub !== CHALLENGE_SUBJECT || typeof nonce !== 'string' || typeof iss !== 'string') {
    throw NotGenuineError.notAChallenge('the node sent another kind of token')
  }
  const shown = present({ holder: instance, credentials: [credential], nonce, realm: iss, time })
  const presentation = JSON.parse(presentationText(shown)) as Json
  return signToken({
    signer: instance,
    claims: { sub: RESPONSE_SUBJECT, aud: iss, presentation },
    time,
    lifeSeconds: RESPONSE_SECONDS,
  })
}

export interface SignedIn {
  /** For `Authorization: token …`. */
  readonly accessToken: string
  readonly userDid: string
  readonly appDid: string
  readonly instanceDid: string
  /** Seconds since 1970. */
  readonly expires: number
}

interface Open {
  readonly instance: DidDocument
  readonly expires: number
}

/** The node's part. */
export class ChallengeDesk {
  readonly #node: Signer
  readonly #lookup: Lookup
  readonly #now: () => number
  readonly #open = new Map<string, Open>()

  constructor(node: Signer, lookup: Lookup, now: () => number) {
    this.#node = node
    this.#lookup = lookup
    this.#now = now
  }

  /** A challenge for the app with this document. Throws what `readDocument`, `checkDocument` do. */
  async challengeFor(document: Json): Promise<string> {
    const instance = readDocument(document)
    const time = this.#now()
    await checkDocument(instance, this.#lookup, time)
    for (const [nonce, { expires }] of this.#open) if (expires <= time) this.#open.delete(nonce)
    // The oldest gives way: maps keep the order of insertion.
    const [oldest] = this.#open.keys()
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) this.#open.delete(oldest)
    const nonce = randomBytes(16).toString('hex')
    this.#open.set(nonce, { instance, expires: time + CHALLENGE_SECONDS })
    return signToken({
      signer: this.#node,
      claims: { sub: CHALLENGE_SUBJECT, aud: instance.id, nonce },
      time,
      lifeSeconds: CHALLENGE_SECONDS,
    })
  }

  /**
   * Takes the app's answer; each challenge can be answered once.
   * Throws `did/notAChallenge`, and what `checkToken` and `checkPresentation` do.
   */
  async accept(response: string): Promise<SignedIn> {
    const time = this.#now()
    const { instance, presentation, nonce } = this.#challengeOf(response)
    // The app's DID is published nowhere: its document came with the first request.
    const lookup: Lookup = {
      ...this.#lookup,
      did: async (did) =>
        did === instance.id ? { document: instance, deactivated: false } : this.#lookup.did(did),
    }
    const { did } = this.#node
    const { iss } = await checkToken(response, { lookup, time, audience: did })
    if (iss !== instance.id) throw NotGenuineError.notAChallenge('another DID answers')
    await checkPresentation(presentation, { nonce, realm: did }, { lookup, time })
    return this.#admit(presentation.credentials, instance.id, nonce)
  }

  /** The claims of an access token of this node. Throws what `checkToken` does. */
  async checkAccess(token: string): Promise<JsonObject> {
    const claims = await checkToken(token, { lookup: this.#lookup, time: this.#now() })
    const { iss, sub } = claims
    if (iss !== this.#node.did) {
      throw NotGenuineError.wrongClaim('iss', this.#node.did, String(iss))
    }
    if (sub !== ACCESS_SUBJECT) throw NotGenuineError.wrongClaim('sub', ACCESS_SUBJECT, String(sub))
    return claims
  }

  #challengeOf(response: string) {
    const { claims } = readJwt(response)
    const value = claims['presentation']
    if (!isObject(value)) throw NotGenuineError.notAChallenge('it has no presentation')
    const presentation = readPresentation(value)
    const { nonce } = presentation.proof
    const open = this.#open.get(nonce)
    if (open === undefined || open.expires <= this.#now()) {
      throw NotGenuineError.notAChallenge('its nonce is unknown, used or too old')
    }
    // Used up even if the rest is wrong: nobody else knows the nonce.
    this.#open.delete(nonce)
    return { presentation, nonce, instance: open.instance }
  }

  #admit(credentials: readonly Credential[], instanceDid: string, nonce: string): SignedIn {
    const found = credentials.find(({ id }) => splitDidUrl(id).fragment === '#app-id-credential')
    const appDid = found?.credentialSubject['appDid']
    if (found === undefined || typeof appDid !== 'string') {
      throw NotGenuineError.notAChallenge('no AppIdCredential vouches for the app')
    }
    const time = this.#now()
    const userDid = found.issuer
    if (userDid === instanceDid) throw NotGenuineError.notAChallenge('the app vouches for itself')
    const until = parseTime(found.expirationDate) ?? Number.POSITIVE_INFINITY
    const expires = Math.min(until, time + WEEK_SECONDS)
    const accessToken = signToken({
      signer: this.#node,
      claims: {
        sub: ACCESS_SUBJECT,
        aud: instanceDid,
        // A text, as nodes write it.
        props: JSON.stringify({ userDid, appDid, nonce }),
      },
      time,
      lifeSeconds: expires - time,
    })
    return { accessToken, userDid, appDid, instanceDid, expires }
  }
}
