/**
 * Whether an intent's answer goes where its app published that its answers go.
 *
 * Essentials checks this when the intent names an `appdid` and where to answer: the app's document
 * must have a credential `#appinfo`, and its `endpoints` must begin the address. The two platforms
 * read different members, so the rules of both are held here, and the platform is named.
 *
 * @see Elastos.Essentials.App plugin_src/intent/src/android/IntentManager.java
 *   checkExternalIntentValidityForAppDID; ios/IntentManager.swift
 */
import type { Lookup } from '../../identity/did-documents.ts'
import { isObject, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { splitDidUrl } from '../../protocol/did/did.ts'
import type { DidDocument } from '../../protocol/did/document.ts'
import { IntentError } from './errors.ts'
import type { Intent } from './intent.ts'

export interface Caller {
  /** Of `#appinfo`, when an app is named. */
  readonly name?: string
  /** What is allowed but dangerous, in whole sentences. */
  readonly warnings: readonly string[]
}

/** Throws `intent/callerNotGenuine`. */
export async function checkCaller(intent: Intent, lookup: Lookup | undefined): Promise<Caller> {
  const { appDid, redirectUrl, callbackUrl } = intent
  if (appDid === undefined) return { warnings: [] }
  if (redirectUrl === undefined && callbackUrl === undefined) return { warnings: [] }
  if (lookup === undefined) throw IntentError.chainMissing('EID')
  const refuse = (platform: string, why: string) =>
    IntentError.callerNotGenuine({ app: appDid, platform, why })
  const known = await lookup.did(appDid)
  if (known === undefined) throw refuse('every platform', 'its DID is not on the chain')
  const info = appInfo(known.document)
  if (info === undefined) throw refuse('every platform', 'its document has no #appinfo credential')
  const endpoints = info['endpoints']
  if (!isObject(endpoints)) throw refuse('every platform', '#appinfo has no `endpoints`')
  const faults =
    redirectUrl === undefined
      ? callbackFaults(endpoints, callbackUrl ?? '')
      : redirectFaults(endpoints, redirectUrl)
  const [fault] = faults
  if (fault !== undefined) throw refuse(fault.platform, fault.why)
  const name = info['name']
  const warnings = warningsOf(endpoints, redirectUrl)
  return typeof name === 'string' ? { name, warnings } : { warnings }
}

function appInfo(document: DidDocument): JsonObject | undefined {
  return document.verifiableCredential.find(({ id }) => splitDidUrl(id).fragment === '#appinfo')
    ?.credentialSubject
}

interface Fault {
  readonly platform: string
  readonly why: string
}

function redirectFaults(endpoints: JsonObject, url: string): readonly Fault[] {
  const scheme = textAt(endpoints, 'customScheme')
  const android = scheme === undefined ? 'redirectUrl' : 'customScheme'
  return [
    ...prefixFault('Android', endpoints, android, url),
    ...prefixFault('iOS', endpoints, 'redirectUrl', url),
  ]
}

function callbackFaults(endpoints: JsonObject, url: string): readonly Fault[] {
  return [
    ...prefixFault('Android', endpoints, 'callbackurl', url),
    ...prefixFault('iOS', endpoints, 'callbackUrl', url),
  ]
}

function prefixFault(
  platform: string,
  endpoints: JsonObject,
  name: string,
  url: string,
): readonly Fault[] {
  const published = textAt(endpoints, name)
  if (published === undefined) return [{ platform, why: `#appinfo has no \`${name}\`` }]
  if (url.startsWith(published)) return []
  return [{ platform, why: `the published \`${name}\` ${published} does not begin ${url}` }]
}

function warningsOf(endpoints: JsonObject, redirectUrl: string | undefined): readonly string[] {
  if (redirectUrl === undefined) return []
  const warnings: string[] = []
  if (textAt(endpoints, 'customScheme') === '') {
    warnings.push('The published customScheme is empty: Android sends answers to any address.')
  }
  const published = textAt(endpoints, 'redirectUrl') ?? ''
  if (!published.endsWith('/')) {
    warnings.push(
      `The published redirectUrl ${published} has no / at its end: ${published}.evil.example begins with it too.`,
    )
  }
  return warnings
}

function textAt(endpoints: JsonObject, name: string): string | undefined {
  const value = endpoints[name]
  return typeof value === 'string' ? value : undefined
}
