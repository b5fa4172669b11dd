/**
 * `ela.sig.json`: who signed a bundle.
 *
 * Signed are the 64 bytes SHA-256(domain) || SHA-256(manifest): DID libraries take them as a
 * message, and the P-256 precompile of ESC takes exactly so many, so that a contract can check what
 * a wallet signed.
 */
import { createHash } from 'node:crypto'
import { canonicalJson, isObject, type Json } from '../protocol/did/canonical-json.ts'
import { splitDidUrl } from '../protocol/did/did.ts'
import { strictJson } from './manifest.ts'
import { Refusal } from './refusal.ts'

const SCHEMA = 'elastos.dapp.sig/1'
const MANIFEST_DOMAIN = 'elastos.dapp/1 manifest'
const SIGNATURE_TEXT = /^[A-Za-z0-9_-]{86}$/
const KEY_ID = /^did:elastos:[A-Za-z0-9]{1,128}#[A-Za-z0-9._-]{1,64}$/
const ORDER_P256 = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

export interface BundleSignature {
  readonly alg: 'ES256'
  /** `did:elastos:i…#primary` */
  readonly kid: string
  /** r || s, 64 bytes as base64url. */
  readonly sig: string
}

/** `sha256:` and the hash of the manifest: the bundle's name wherever one is needed. */
export function bundleIdOf(manifest: Uint8Array): string {
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`
}

/** The 64 bytes that are signed. */
export function messageFor(manifest: Uint8Array): Buffer {
  return messageIn(MANIFEST_DOMAIN, manifest)
}

/** The same for whatever else an app says: one domain cannot be taken for another. */
export function messageIn(domain: string, payload: Uint8Array): Buffer {
  const part = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest()
  return Buffer.concat([part(domain), part(payload)])
}

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text) && splitDidUrl(text).did !== ''
}

/** Of two signatures of one key the later given counts. */
export function encodeSignatures(bundle: string, signatures: readonly BundleSignature[]): Buffer {
  const byKey = new Map(signatures.map((one) => [one.kid, one]))
  const sorted = [...byKey.values()].sort((a, b) => (a.kid < b.kid ? -1 : 1))
  const value = { bundle, schema: SCHEMA, signatures: sorted } as unknown as Json
  return Buffer.from(canonicalJson(value))
}

/** Throws `bundle/badSignatures`. */
export function parseSignatures(bytes: Buffer, bundle: string): readonly BundleSignature[] {
  const value = strictJson(bytes, Refusal.badSignatures)
  if (!isObject(value) || Object.keys(value).join() !== 'bundle,schema,signatures') {
    throw Refusal.badSignatures('it has other members than it should')
  }
  if (value['schema'] !== SCHEMA) throw Refusal.badSignatures('its schema is not known')
  if (value['bundle'] !== bundle) throw Refusal.badSignatures('it is of another bundle')
  return parseSignatureList(value['signatures'], Refusal.badSignatures)
}

/** Signatures in the order of their keys, one of each. Throws what `refuse` makes. */
export function parseSignatureList(
  list: Json | undefined,
  refuse: (why: string) => Error,
): readonly BundleSignature[] {
  if (!Array.isArray(list)) throw refuse('`signatures` is no list')
  const signatures = list.map((one) => parseSignature(one, refuse))
  for (const [index, { kid }] of signatures.entries()) {
    const before = signatures[index - 1]
    if (before !== undefined && before.kid >= kid) {
      throw refuse('its signatures are out of order, or one key signed twice')
    }
  }
  return signatures
}

function parseSignature(value: Json, refuse: (why: string) => Error): BundleSignature {
  if (!isObject(value) || Object.keys(value).join() !== 'alg,kid,sig') {
    throw refuse('a signature has other members than it should')
  }
  const { alg, kid, sig } = value
  if (alg !== 'ES256') throw refuse('the algorithm of a signature is not known')
  if (typeof kid !== 'string' || !isKeyId(kid)) throw refuse('a key id is wrong')
  const isText = typeof sig === 'string' && SIGNATURE_TEXT.test(sig)
  // Text with bits to spare decodes to the same bytes as another text.
  if (!isText || Buffer.from(sig, 'base64url').toString('base64url') !== sig) {
    throw refuse('a signature is not 64 bytes of base64url')
  }
  return { alg, kid, sig }
}

/** The one of the two equally good forms whose s is in the lower half. */
export function lowForm(signature: Uint8Array): Buffer {
  const bytes = Buffer.from(signature)
  const s = BigInt(`0x${bytes.toString('hex', 32)}`)
  if (s <= ORDER_P256 / 2n) return bytes
  const low = (ORDER_P256 - s).toString(16).padStart(64, '0')
  return Buffer.concat([bytes.subarray(0, 32), Buffer.from(low, 'hex')])
}
