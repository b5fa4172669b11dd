/** Signing in to a back end over HTTP, as an app on a device does. */

import { randomBytes } from 'node:crypto'
import { messageOf } from '../base/errors.ts'
import type { Json } from '../protocol/did/canonical-json.ts'
import type { Credential } from '../protocol/did/credential.ts'
import { didOf } from '../protocol/did/did.ts'
import { wholeDocumentText } from '../protocol/did/document.ts'
import { publicKeyOf } from '../protocol/did/sign.ts'
import { answerChallenge } from './challenge.ts'
import type { Signer } from './credential.ts'
import { isPrivateKey } from './derive.ts'
import { newDocument } from './did-document.ts'
import type { Lookup } from './did-documents.ts'
import { SignInError } from './sign-in-errors.ts'

const ANSWER_MS = 15_000

/** A DID for one app on one device; nobody publishes it. */
export function newInstance(): Signer {
  let privateKey: Uint8Array
  // One number in 2³² is no key.
  do privateKey = new Uint8Array(randomBytes(32))
  while (!isPrivateKey('p256', privateKey))
  return { did: didOf(publicKeyOf(privateKey)), privateKey }
}

export interface SignInWish {
  /** Of the back end, without a path. */
  readonly url: string
  readonly instance: Signer
  /** In which a user vouches for the app. */
  readonly credential: Credential
  readonly lookup: Lookup
  readonly time: number
}

/** The access token. Throws `signIn/…` and what `answerChallenge` does. */
export async function signInByChallenge(wish: SignInWish): Promise<string> {
  const { url, instance, credential, lookup, time } = wish
  const document = newDocument({ privateKey: instance.privateKey, time })
  const id = JSON.parse(wholeDocumentText(document)) as Json
  const challenge = await post(url, '/api/v2/did/signin', { id }, 'challenge')
  const response = await answerChallenge({ challenge, instance, credential, lookup, time })
  return post(url, '/api/v2/did/auth', { challenge_response: response }, 'token')
}

async function post(url: string, path: string, body: object, wanted: string): Promise<string> {
  const place = new URL(path, url).href
  let status: number
  let text: string
  try {
    const response = await fetch(place, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    status = response.status
    text = await response.text()
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    throw SignInError.unreachable(place, messageOf(cause))
  }
  const found = memberOf(text, wanted)
  if (status >= 300 || found === undefined) throw SignInError.refused(place, status, text)
  return found
}

function memberOf(text: string, name: string): string | undefined {
  try {
    const value = (JSON.parse(text) as Record<string, unknown> | null)?.[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
