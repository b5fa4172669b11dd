/**
 * What a DApp asks a wallet for, written as an address.
 *
 *     https://did.web3essentials.io/credaccess?claims={…}&redirecturl=…      parameters
 *     https://did.web3essentials.io/credaccess/<token>                        claims of a token
 *     elastos://credaccess/<token>                                            the older scheme
 *
 * As in Essentials the token's signature is not demanded: what counts is where the answer goes.
 *
 * @see Elastos.Essentials.App plugin_src/intent/src/android/IntentManager.java
 */
import { ElaError } from '../../base/errors.ts'
import { type Json, type JsonObject, parseJson } from '../../protocol/did/canonical-json.ts'
import { readJwt } from '../../protocol/did/jwt.ts'
import { IntentError } from './errors.ts'

/** The part of the wallet an intent is for. */
export type Service = 'did' | 'wallet'

export interface Intent {
  readonly service: Service
  readonly action: string
  readonly params: JsonObject
  /** Where the browser goes with the answer. */
  readonly redirectUrl: string | undefined
  /** Where the answer is posted to, when there is no `redirectUrl`. */
  readonly callbackUrl: string | undefined
  /** The whole token, when the intent is one. */
  readonly token: string | undefined
  /** `iss`: who asks. The answer carries it as `aud`. */
  readonly asker: string | undefined
  /** `appid`: the answer carries it as `req`. */
  readonly appId: string | undefined
  /** `appdid`: whose published addresses the answer may go to. */
  readonly appDid: string | undefined
}

const MAX_LENGTH = 256 * 1024
const HOST =
  /^(did|wallet|hive|contact|scanner|elink|packet|essentials)\.(elastos\.net|web3essentials\.io)$/

/** Actions of the wallet, for the older scheme, which does not say whom it is for. */
const WALLET_ACTIONS = [
  'pay',
  'esctransaction',
  'signtypeddata',
  'personalsign',
  'addethereumchain',
]

/**
 * Throws `intent/notAnIntent`, `intent/tooLong`, `intent/walletConnect`, `intent/notHere`,
 * `intent/badParameter`, and what a bad token throws (`did/…`).
 */
export function parseIntent(url: string): Intent {
  if (url.length > MAX_LENGTH) throw IntentError.tooLong(url.length, MAX_LENGTH)
  if (url.startsWith('wc:')) throw IntentError.walletConnect()
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined) throw IntentError.notAnIntent(url, 'it is no address')
  const { service, segments } = placeOf(parsed, url)
  const [action = '', token, ...more] = segments
  if (action === '') throw IntentError.notAnIntent(url, 'it names no action')
  if (more.length > 0) throw IntentError.notAnIntent(url, 'its path has too many parts')
  const hasQuery = parsed.searchParams.size > 0
  if (hasQuery || token === undefined) {
    return { service, action, ...fromParameters(parsed.searchParams) }
  }
  return { service, action, ...fromToken(token) }
}

function placeOf(parsed: URL, url: string): { service: Service; segments: readonly string[] } {
  const segments = parsed.pathname.split('/').filter((part) => part !== '')
  if (parsed.protocol === 'elastos:') {
    // `elastos://pay?…` has its action in the place of the host, `elastos:///pay?…` in the path.
    const all = parsed.host === '' ? segments : [parsed.host, ...segments]
    if (/^(Qm|baf|zQm)/.test(all[0] ?? '')) {
      throw IntentError.notAnIntent(url, 'it names content (a CID), not an action')
    }
    return { service: WALLET_ACTIONS.includes(all[0] ?? '') ? 'wallet' : 'did', segments: all }
  }
  const [, name] = HOST.exec(parsed.hostname) ?? []
  if (parsed.protocol !== 'https:' || name === undefined) {
    throw IntentError.notAnIntent(url, 'its host is none of Essentials')
  }
  if (name !== 'did' && name !== 'wallet') throw IntentError.notHere(`${name}/${segments[0] ?? ''}`)
  return { service: name, segments }
}

type Parts = Omit<Intent, 'service' | 'action'>

function fromParameters(query: URLSearchParams): Parts {
  const params: Record<string, Json> = Object.create(null)
  for (const [name, value] of query) {
    // Of a name given twice the first counts.
    if (!Object.hasOwn(params, name)) params[name] = readValue(name, value)
  }
  const text = (name: string) => query.get(name) ?? undefined
  return {
    params: { ...params },
    redirectUrl: returnUrl('redirecturl', text('redirecturl')),
    callbackUrl: returnUrl('callbackurl', text('callbackurl')),
    token: undefined,
    asker: text('iss'),
    appId: text('appid'),
    appDid: text('appdid'),
  }
}

/** A value in braces or brackets is JSON, every other one is text. */
function readValue(name: string, text: string): Json {
  const ends = `${text.trim().at(0)}${text.trim().at(-1)}`
  if (ends !== '{}' && ends !== '[]') return text
  try {
    return parseJson(text, name)
  } catch (error) {
    if (error instanceof ElaError) throw IntentError.badParameter(name, 'JSON')
    throw error
  }
}

function fromToken(token: string): Parts {
  // Requests without signature are two parts and a dot, or only two parts.
  const whole = token.split('.').length === 2 ? `${token}.` : token
  const { claims } = readJwt(whole)
  const text = (name: string) => {
    const value = claims[name]
    return typeof value === 'string' ? value : undefined
  }
  const redirectUrl = returnUrl('redirecturl', text('redirecturl'))
  return {
    params: { ...claims, type: 'jwt' },
    redirectUrl,
    callbackUrl:
      redirectUrl === undefined ? returnUrl('callbackurl', text('callbackurl')) : undefined,
    token,
    asker: text('iss'),
    appId: text('appid'),
    appDid: text('appdid'),
  }
}

/** Schemes that would run or read something here instead of opening an app or a site. */
const FORBIDDEN = new Set(['javascript:', 'data:', 'file:', 'blob:', 'vbscript:', 'about:'])

function returnUrl(name: string, url: string | undefined): string | undefined {
  if (url === undefined || url === '') return undefined
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined) throw IntentError.badReturnUrl(name, url, 'it is no address')
  if (FORBIDDEN.has(parsed.protocol)) {
    throw IntentError.badReturnUrl(name, url, `${parsed.protocol} is not for answers`)
  }
  if (/[\r\n]|\p{Surrogate}/u.test(url)) {
    throw IntentError.badReturnUrl(name, url, 'it has line breaks or broken characters')
  }
  return url
}
