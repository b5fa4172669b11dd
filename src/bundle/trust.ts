/** Who may sign for an app, and what is known of those who did. */
import { toHex } from '../base/bytes-text.ts'
import { ElaError } from '../base/errors.ts'
import { APP_INFO } from '../identity/app-info.ts'
import { controllersOf, type KnownDid, type Lookup } from '../identity/did-documents.ts'
import { isObject, type JsonObject } from '../protocol/did/canonical-json.ts'
import { decodeKey, didOf, isKeyDid, sameDidUrl, splitDidUrl } from '../protocol/did/did.ts'
import { type DidDocument, idOf } from '../protocol/did/document.ts'
import { signersOf } from '../protocol/did/recover.ts'
import { verifyBytes } from '../protocol/did/signature.ts'
import { parseTime } from '../protocol/did/time.ts'
import type { OpenedBundle } from './read-bundle.ts'
import { Refusal } from './refusal.ts'
import { type BundleSignature, isKeyId, messageFor } from './signature-file.ts'

/** What one signature proves. */
export interface CheckedSignature {
  readonly kid: string
  /**
   * `listed`: the document names this key for the app. `was-listed`: it did when the registry took
   * this release. `default-key`: the DID is made from this key, which needs no document. `unknown`:
   * without a document nobody can tell.
   */
  readonly proof: 'listed' | 'was-listed' | 'default-key' | 'unknown'
}

export interface Trust {
  readonly signatures: readonly CheckedSignature[]
  /** How many of them were needed. */
  readonly threshold: number
  /** What nobody looked at, in words. */
  readonly unchecked: readonly string[]
}

/** Where documents come from, and the time they must count at. */
export interface TrustWorld {
  /** `undefined` offline. */
  readonly lookup: Lookup | undefined
  /** Seconds since 1970. */
  readonly time: number
  /** When the registry took this very bundle, seconds since 1970; `undefined` if it never did. */
  readonly anchored?: ((bundle: OpenedBundle) => Promise<number | undefined>) | undefined
}

interface Policy {
  readonly threshold: number
  /** Key ids; `undefined` when any key of the app's owners will do. */
  readonly keys: readonly string[] | undefined
}

/** What somebody signed, and who says to have done so. */
export interface SignedThing {
  /** The DID whose owners may sign. */
  readonly app: string
  readonly publisher: string
  readonly signatures: readonly BundleSignature[]
  /** What is hashed once more and signed. */
  readonly message: Buffer
  /** When the registry took it, seconds since 1970; `undefined` if it never did. */
  readonly anchored?: () => Promise<number | undefined>
}

/** Throws a `Refusal` when the bundle is not signed as its app wants it. */
export function checkTrust(bundle: OpenedBundle, world: TrustWorld): Promise<Trust> {
  const { app, publisher } = bundle.manifest
  const message = messageFor(bundle.manifestBytes)
  const anchored = async () => world.anchored?.(bundle)
  return checkSigners({ app, publisher, signatures: bundle.signatures, message, anchored }, world)
}

/** The same for whatever else an app signs. Throws a `Refusal`. */
export async function checkSigners(thing: SignedThing, world: TrustWorld): Promise<Trust> {
  if (thing.signatures.length === 0) throw Refusal.notSigned()
  return world.lookup === undefined
    ? offlineTrust(thing)
    : documentedTrust(thing, world.lookup, world.time)
}

/**
 * A key that was taken back signs nothing new, but what the registry took while the key was listed
 * stays good: the chain's clock says that it is no forgery of today.
 */
async function documentedTrust(thing: SignedThing, lookup: Lookup, time: number): Promise<Trust> {
  try {
    return await trustAt(thing, lookup, time)
  } catch (error) {
    const byKeys = error instanceof ElaError && KEY_FAULTS.has(error.code)
    const then = byKeys ? await thing.anchored?.() : undefined
    if (then === undefined || lookup.didAt === undefined) throw error
    const { didAt } = lookup
    const past: Lookup = { ...lookup, did: (did) => didAt(did, then) }
    const trust = await trustAt(thing, past, then).catch(() => {
      throw error
    })
    const signatures = trust.signatures.map(({ kid }) => ({ kid, proof: 'was-listed' as const }))
    return { ...trust, signatures }
  }
}

const KEY_FAULTS = new Set(['bundle/strangeSigner', 'bundle/tooFewSigners'])

/** The default key of the app itself proves itself; all other keys need a document. */
function offlineTrust({ app, signatures, message }: SignedThing): Trust {
  const checked = signatures.map((one): CheckedSignature => {
    const { did, fragment } = splitDidUrl(one.kid)
    if (!isKeyDid(did) || fragment !== '#primary') return { kid: one.kid, proof: 'unknown' }
    const isOwn = signersOf(message, bytesOf(one)).some((key) => didOf(key) === did)
    if (!isOwn) throw Refusal.wrongSignature(one.kid)
    return { kid: one.kid, proof: 'default-key' }
  })
  const own = checked.some(
    ({ kid, proof }) => proof === 'default-key' && splitDidUrl(kid).did === app,
  )
  if (!own) throw Refusal.nobodyKnown(checked.map(({ kid }) => kid).join(', '))
  return {
    signatures: checked,
    threshold: 1,
    unchecked: [
      `whether ${app} is published, expired or deactivated`,
      'how many signatures the app wants, and whether its keys were taken back',
    ],
  }
}

async function trustAt(thing: SignedThing, lookup: Lookup, time: number): Promise<Trust> {
  const { signatures, message, publisher } = thing
  const app = currentOf(await lookup.did(thing.app), thing.app, time)
  const policy = policyOf(app)
  const checked: CheckedSignature[] = []
  // One key under two names is one signer.
  const signers = new Set<string>()
  for (const one of signatures) {
    const key = await allowedKey(one.kid, { app, publisher, policy, lookup, time })
    if (key === undefined) throw Refusal.strangeSigner(one.kid, thing.app)
    if (!verifyBytes(message, bytesOf(one), key)) throw Refusal.wrongSignature(one.kid)
    signers.add(toHex(key))
    checked.push({ kid: one.kid, proof: 'listed' })
  }
  if (signers.size < policy.threshold) {
    throw Refusal.tooFewSigners(signers.size, policy.threshold)
  }
  return { signatures: checked, threshold: policy.threshold, unchecked: [] }
}

function currentOf(known: KnownDid | undefined, did: string, time: number): DidDocument {
  if (known === undefined) throw Refusal.appUnpublished(did)
  if (known.deactivated) throw Refusal.appDeactivated(did)
  const { expires } = known.document
  if ((parseTime(expires) ?? 0) < time) throw Refusal.appExpired(did, expires)
  return known.document
}

/** The service `#ela-release`, or one signature of anybody who owns the app. */
function policyOf({ id, service }: DidDocument): Policy {
  const found = service.find((one) => sameDidUrl(textIn(one, 'id'), `${id}#ela-release`))
  if (found === undefined) return { threshold: 1, keys: undefined }
  const listed = textIn(found, 'keys')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
    .map((key) => (key.startsWith('#') ? `${id}${key}` : key))
  const keys = [...new Set(listed)]
  const threshold = Number(textIn(found, 'threshold') === '' ? '1' : textIn(found, 'threshold'))
  if (!Number.isInteger(threshold) || threshold < 1) throw Refusal.badPolicy('its threshold')
  const stranger = keys.find((key) => !isKeyId(key))
  if (stranger !== undefined) throw Refusal.badPolicy(`the key \`${stranger}\``)
  if (keys.length < threshold) throw Refusal.badPolicy('it wants more signatures than it has keys')
  return { threshold, keys }
}

interface Question {
  readonly app: DidDocument
  readonly publisher: string
  readonly policy: Policy
  readonly lookup: Lookup
  readonly time: number
}

/** The compressed key, if it may sign for the app. */
async function allowedKey(kid: string, question: Question): Promise<Uint8Array | undefined> {
  const { app, publisher, policy, lookup, time } = question
  const { did } = splitDidUrl(kid)
  const mayBe =
    policy.keys === undefined
      ? did === app.id ||
        controllersOf(app).includes(did) ||
        (did === publisher && did === developerOf(app))
      : policy.keys.includes(kid)
  if (!mayBe) return undefined
  const owner = did === app.id ? app : currentOf(await lookup.did(did), did, time)
  // A key that may publish the document may release too; others only where the policy names them.
  const isNamed = (one: { readonly id: string }) => sameDidUrl(one.id, kid)
  const signsIn = owner.authentication.some((one) => sameDidUrl(idOf(one), kid))
  if (policy.keys === undefined && !signsIn) return undefined
  const inline = owner.authentication.filter((one) => typeof one !== 'string')
  const key = owner.publicKey.find(isNamed) ?? inline.find(isNamed)
  return key === undefined ? undefined : decodeKey(key.publicKeyBase58)
}

/** The developer that the app's own credential `#appinfo` names. */
function developerOf({ id, verifiableCredential }: DidDocument): string | undefined {
  const info = verifiableCredential.find((one) => sameDidUrl(one.id, `${id}#${APP_INFO}`))
  const developer = info?.credentialSubject['developer']
  return isObject(developer) ? textIn(developer, 'did') : undefined
}

function textIn(object: JsonObject, name: string): string {
  const value = object[name]
  return typeof value === 'string' ? value : ''
}

function bytesOf({ sig }: BundleSignature): Buffer {
  return Buffer.from(sig, 'base64url')
}
