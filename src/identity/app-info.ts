/**
 * What an app says of itself on the chain, so that the phone wallet trusts its links: credential
 * `#appinfo` in the document of the app's own DID.
 *
 *     { id, name, iconUrl, developer: {did}, endpoints: {redirectUrl, callbackUrl, callbackurl, customScheme?} }
 *
 * The wallet on Android reads `callbackurl`, the one on iOS `callbackUrl`. Where `customScheme` is
 * present, even empty, Android compares redirects with it alone, iOS never. Both compare beginnings
 * of texts, so an address without a path would also admit a longer host.
 *
 * @see Elastos.Essentials.App developertools/model/didsession.model.ts, IntentManager.java checkExternalIntentValidity
 */
import type { JsonObject } from '../protocol/did/canonical-json.ts'
import type { Credential } from '../protocol/did/credential.ts'
import { AppError } from './app-errors.ts'
import { issueCredential, type Signer } from './credential.ts'
import { yearsAfter } from './did-document.ts'

export const APP_INFO = 'appinfo'
export const APP_TYPE = 'ApplicationCredential'
const VALID_YEARS = 5

export interface AppWish {
  /** As people read it. */
  readonly title: string
  readonly icon: string
  readonly redirect?: string | undefined
  readonly callback?: string | undefined
  /** Such as `songshop:`; redirects must begin with it. */
  readonly scheme?: string | undefined
}

export interface AppInfo {
  readonly name: string
  readonly iconUrl: string
  readonly endpoints: JsonObject
}

/**
 * Addresses put into the form both wallets accept.
 * Throws `app/noEndpoint`, `app/badAddress`, `app/schemeMismatch`, `app/emptyTitle`.
 */
export function appInfo({ title, icon, redirect, callback, scheme }: AppWish): AppInfo {
  if (title.trim() === '') throw AppError.emptyTitle()
  checkAddress('icon', icon)
  if (redirect === undefined && callback === undefined) throw AppError.noEndpoint()
  const redirectUrl = redirect === undefined ? undefined : withSlash('redirect', redirect)
  const callbackUrl = callback === undefined ? undefined : withPath('callback', callback)
  if (scheme !== undefined) {
    if (!/^[a-z][a-z0-9+.-]*:(\/\/)?$/.test(scheme)) throw AppError.badScheme(scheme)
    if (redirectUrl === undefined || !redirectUrl.startsWith(scheme)) {
      throw AppError.schemeMismatch(scheme, redirectUrl)
    }
  }
  return {
    name: title,
    iconUrl: icon,
    endpoints: {
      ...(redirectUrl === undefined ? {} : { redirectUrl }),
      ...(callbackUrl === undefined ? {} : { callbackUrl, callbackurl: callbackUrl }),
      ...(scheme === undefined ? {} : { customScheme: scheme }),
    },
  }
}

/** The credential, issued by the app about itself. */
export function appCredential(
  info: AppInfo,
  { app, developer, time }: { app: Signer; developer: string; time: number },
): Credential {
  const { name, iconUrl, endpoints } = info
  return issueCredential({
    issuer: app,
    subject: app.did,
    fragment: APP_INFO,
    types: [APP_TYPE],
    properties: { name, iconUrl, developer: { did: developer }, endpoints },
    time,
    expires: yearsAfter(time, VALID_YEARS),
  })
}

/** The whole text is a prefix of what is allowed, so it ends where a path may begin. */
function withSlash(what: string, text: string): string {
  const { search, hash } = checkAddress(what, text)
  if (search !== '' || hash !== '') throw AppError.badAddress(what, text, 'it has a query')
  return text.endsWith('/') ? text : `${text}/`
}

function withPath(what: string, text: string): string {
  const { pathname, protocol } = checkAddress(what, text)
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw AppError.badAddress(what, text, 'answers are posted to it, so it begins with https')
  }
  return pathname === '/' && !text.endsWith('/') ? `${text}/` : text
}

function checkAddress(what: string, text: string): URL {
  if (/\s/.test(text) || !URL.canParse(text)) {
    throw AppError.badAddress(what, text, 'it is no address')
  }
  return new URL(text)
}
