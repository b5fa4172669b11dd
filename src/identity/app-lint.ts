/** What would keep the phone wallet from trusting an app, found in its published document. */
import { ElaError } from '../base/errors.ts'
import { isObject, type Json, type JsonObject } from '../protocol/did/canonical-json.ts'
import type { Credential } from '../protocol/did/credential.ts'
import type { DidDocument } from '../protocol/did/document.ts'
import { readDocument } from '../protocol/did/document-form.ts'
import { APP_INFO, APP_TYPE } from './app-info.ts'
import { lookupOn } from './chain-lookup.ts'
import { checkCredential } from './credential.ts'
import type { Lookup } from './did-documents.ts'
import { resolveDid } from './did-resolve.ts'
import { checkNotExpired } from './verify-document.ts'

export interface Finding {
  readonly level: 'error' | 'warning'
  /** Stable name of the rule. */
  readonly rule: string
  readonly message: string
}

export interface AppReport {
  readonly did: string
  readonly name?: string
  readonly findings: readonly Finding[]
}

const error = (rule: string, message: string): Finding => ({ level: 'error', rule, message })
const warning = (rule: string, message: string): Finding => ({ level: 'warning', rule, message })

/** @param time now, seconds since 1970 */
export async function lintApp(did: string, rpc: string, time: number): Promise<AppReport> {
  const { status, transactions } = await resolveDid(rpc, did)
  const published = transactions.find(({ document }) => document !== undefined)?.document
  if (published === undefined) {
    return { did, findings: [error('published', `${did} is not on the chain.`)] }
  }
  let document: DidDocument
  try {
    document = readDocument(published)
  } catch (thrown) {
    return { did, findings: [error('readable', `Wallets cannot read it: ${reason(thrown)}`)] }
  }
  const lookup = lookupOn(rpc)
  const state = [
    ...(status === 'deactivated' ? [error('active', `${did} is deactivated.`)] : []),
    ...(await failing('expires', async () => checkNotExpired(document, time))),
  ]
  const info = document.verifiableCredential.find(({ id }) => id === `${did}#${APP_INFO}`)
  if (info === undefined) {
    const missing = error('appinfo', 'The document has no credential #appinfo.')
    return { did, findings: [...state, missing] }
  }
  const { name } = info.credentialSubject
  const findings = [
    ...state,
    ...(await lintCredential(info, document, { lookup, time })),
    ...lintSubject(info.credentialSubject),
    ...(await lintDeveloper(info.credentialSubject, lookup)),
  ]
  return { did, ...(typeof name === 'string' ? { name } : {}), findings }
}

async function lintCredential(
  info: Credential,
  { id, verifiableCredential }: DidDocument,
  { lookup, time }: { readonly lookup: Lookup; readonly time: number },
): Promise<readonly Finding[]> {
  const first = verifiableCredential.find(({ type }) => type.includes(APP_TYPE))
  const findings: Finding[] = []
  if (!info.type.includes(APP_TYPE)) {
    findings.push(error('type', `#appinfo is no ${APP_TYPE}, so wallets do not find it.`))
  } else if (first !== info) {
    findings.push(error('first', `Wallets take ${first?.id}, the first ${APP_TYPE}, instead.`))
  }
  if (info.issuer !== id) {
    findings.push(warning('issuer', `#appinfo is issued by ${info.issuer}, not by the app itself.`))
  }
  return [...findings, ...(await failing('genuine', () => checkCredential(info, lookup, time)))]
}

function lintSubject(subject: JsonObject): readonly Finding[] {
  const findings: Finding[] = []
  for (const name of ['name', 'iconUrl']) {
    if (!isText(subject[name])) {
      findings.push(error(name, `\`${name}\` is missing: wallets refuse the app without it.`))
    }
  }
  const { endpoints } = subject
  if (!isObject(endpoints)) {
    return [...findings, error('endpoints', '`endpoints` is missing: wallets refuse every answer.')]
  }
  return [...findings, ...lintRedirect(endpoints), ...lintCallback(endpoints)]
}

function lintRedirect({ redirectUrl, callbackUrl, callbackurl, customScheme }: JsonObject) {
  const findings: Finding[] = []
  if (customScheme === '') {
    const why = 'is empty: on Android every redirect passes'
    findings.push(error('customScheme', `\`customScheme\` ${why}. Leave it out.`))
  } else if (customScheme !== undefined && !isText(customScheme)) {
    findings.push(error('customScheme', '`customScheme` is no text.'))
  } else if (isText(customScheme) && isText(redirectUrl) && !redirectUrl.startsWith(customScheme)) {
    findings.push(
      error(
        'customScheme',
        '`redirectUrl` does not begin with `customScheme`: no redirect passes both Android and iOS.',
      ),
    )
  }
  if (!isText(redirectUrl)) {
    const level = isText(callbackUrl) || isText(callbackurl) ? warning : error
    findings.push(level('redirectUrl', '`redirectUrl` is missing: no redirect is accepted.'))
  } else if (!redirectUrl.endsWith('/')) {
    findings.push(
      error(
        'redirectUrl',
        `\`redirectUrl\` ends without a slash: ${redirectUrl}.evil.example passes too.`,
      ),
    )
  }
  return findings
}

function lintCallback({ callbackUrl, callbackurl }: JsonObject): readonly Finding[] {
  if (callbackUrl === undefined && callbackurl === undefined) return []
  if (!isText(callbackurl)) {
    return [error('callbackurl', '`callbackurl` is missing: Android reads this spelling alone.')]
  }
  if (!isText(callbackUrl)) {
    return [error('callbackUrl', '`callbackUrl` is missing: iOS reads this spelling alone.')]
  }
  if (callbackUrl !== callbackurl) {
    return [error('callbackUrl', '`callbackUrl` and `callbackurl` differ between iOS and Android.')]
  }
  const hasPath = /^[a-z][a-z0-9+.-]*:\/\/[^/]+\//i.test(callbackUrl)
  return hasPath
    ? []
    : [error('callbackUrl', `\`callbackUrl\` has no path: ${callbackUrl}.evil.example passes too.`)]
}

async function lintDeveloper({ developer }: JsonObject, lookup: Lookup) {
  const did = isObject(developer) ? developer['did'] : undefined
  if (!isText(did)) return [warning('developer', '`developer.did` is missing.')]
  const known = await lookup.did(did)
  return known === undefined
    ? [warning('developer', `The developer ${did} is not on the chain.`)]
    : []
}

async function failing(rule: string, check: () => Promise<void>): Promise<readonly Finding[]> {
  try {
    await check()
    return []
  } catch (thrown) {
    return [error(rule, reason(thrown))]
  }
}

/** Throws again what is no reason but a defect, or a network that does not answer. */
function reason(thrown: unknown): string {
  if (thrown instanceof ElaError && thrown.code.startsWith('did/')) return thrown.message
  throw thrown
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
