/**
 * The answer to an intent on its way back.
 *
 *     {jwt: token}   redirect to <redirecturl>/<token>, its query kept behind; or post {"jwt": token}
 *     anything else  redirect with result=<JSON>; or post {"result": "<JSON>"}
 *
 * @see Elastos.Essentials.App plugin_src/intent/src/android/IntentManager.java sendIntentResponse
 */

import { messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../protocol/did/canonical-json.ts'
import { IntentError } from './errors.ts'
import type { Intent } from './intent.ts'

export type Reply =
  | { readonly way: 'redirect'; readonly url: string }
  | { readonly way: 'callback'; readonly url: string; readonly body: JsonObject }
  /** The intent does not say where to answer: whoever opened it gets the result. */
  | { readonly way: 'result' }

export function replyTo({ redirectUrl, callbackUrl }: Intent, result: JsonObject): Reply {
  const token = result['jwt']
  // `jwt: null` stands for "no answer", which is sent as an empty object.
  const plain = JSON.stringify('jwt' in result ? {} : result)
  if (redirectUrl !== undefined) {
    const url =
      typeof token === 'string'
        ? withToken(redirectUrl, token)
        : `${redirectUrl}${redirectUrl.includes('?') ? '&' : '?'}result=${encodeURIComponent(plain)}`
    return { way: 'redirect', url }
  }
  if (callbackUrl !== undefined) {
    const body = typeof token === 'string' ? { jwt: token } : { result: plain }
    return { way: 'callback', url: callbackUrl, body }
  }
  return { way: 'result' }
}

function withToken(url: string, token: string): string {
  const at = url.indexOf('?')
  return at < 0 ? `${url}/${token}` : `${url.slice(0, at)}/${token}${url.slice(at)}`
}

const CALLBACK_MS = 10_000

/**
 * Posts an answer to a backend on this machine. Other machines are refused: an intent comes from
 * anybody, and a wallet must not be their way into a network.
 *
 * Throws `intent/badReturnUrl`, and `intent/callbackFailed` with the backend's words.
 */
export async function postCallback({ url, body }: Extract<Reply, { way: 'callback' }>) {
  const { protocol, hostname } = new URL(url)
  if (!/^https?:$/.test(protocol) || !isThisMachine(hostname)) {
    throw IntentError.badReturnUrl(
      'callbackurl',
      url,
      'the wallet of a devnet posts to this machine only',
    )
  }
  let said: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json;charset=UTF-8' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(CALLBACK_MS),
    })
    if (response.status === 200) return
    said = `status ${response.status} ${(await response.text()).slice(0, 200)}`
  } catch (error) {
    throw IntentError.callbackFailed(url, causeOf(error))
  }
  throw IntentError.callbackFailed(url, said.trim())
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
  return messageOf(cause)
}
