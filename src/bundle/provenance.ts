/**
 * Where a bundle comes from: an in-toto statement v1 with SLSA provenance v1, signed as the bundle
 * is, over SHA-256("elastos.dapp/1 provenance") || SHA-256(payload).
 *
 * It binds a file to a commit and to who built it, and says nothing of how good either is.
 *
 * @see https://github.com/in-toto/attestation spec/v1/statement.md, https://slsa.dev/provenance/v1
 */
import {
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
} from '../protocol/did/canonical-json.ts'
import { strictJson } from './manifest.ts'
import { Refusal } from './refusal.ts'
import { type BundleSignature, messageIn, parseSignatureList } from './signature-file.ts'

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const PREDICATE_TYPE = 'https://slsa.dev/provenance/v1'
const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const SCHEMA = 'elastos.dapp.provenance/1'
const DOMAIN = 'elastos.dapp/1 provenance'
const BUILD_TYPE = 'urn:x-elastos:dapp:1:pack'
const MAX_BYTES = 256 << 10

export interface Built {
  /** Name of the archive, and SHA-256 of its bytes in hex. */
  readonly archive: string
  readonly sha256: string
  readonly bundleId: string
  readonly app: string
  readonly version: string
  readonly seq: number
  /** Who ran the build, as a URI. */
  readonly builder: string
  /** One run of it, if it has a name. */
  readonly invocation: string | undefined
  /** `git+https://host/owner/name`, and the commit in hex. */
  readonly source: { readonly uri: string; readonly commit: string } | undefined
  /** SHA-256 of package-lock.json in hex. */
  readonly lockSha256: string | undefined
  /** The version of `ela`. */
  readonly tool: string
}

export interface Provenance {
  readonly payload: Buffer
  readonly statement: JsonObject
  readonly signatures: readonly BundleSignature[]
  /** What is signed, before its hash. */
  readonly message: Buffer
}

/** The bytes of the statement. */
export function statementOf(built: Built): Buffer {
  const { archive, sha256, bundleId, app, version, seq, builder, invocation, source, tool } = built
  const locked = built.lockSha256
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [
      { name: archive, digest: { sha256 } },
      { name: 'ela.json', digest: { sha256: bundleId.slice('sha256:'.length) } },
    ],
    predicateType: PREDICATE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { app, version, seq, ...(source && { source: source.uri }) },
        resolvedDependencies: [
          ...(source ? [{ uri: source.uri, digest: { gitCommit: source.commit } }] : []),
          ...(locked ? [{ name: 'package-lock.json', digest: { sha256: locked } }] : []),
        ],
      },
      runDetails: {
        builder: { id: builder, version: { ela: tool } },
        ...(invocation && { metadata: { invocationId: invocation } }),
      },
    },
  }
  return Buffer.from(canonicalJson(statement as unknown as Json))
}

/** The 64 bytes that are signed. */
export function provenanceMessage(payload: Uint8Array): Buffer {
  return messageIn(DOMAIN, payload)
}

export function encodeProvenance(payload: Buffer, signatures: readonly BundleSignature[]): Buffer {
  const value = {
    payload: payload.toString('base64'),
    payloadType: PAYLOAD_TYPE,
    schema: SCHEMA,
    signatures: [...signatures].sort((a, b) => (a.kid < b.kid ? -1 : 1)),
  }
  return Buffer.from(canonicalJson(value as unknown as Json))
}

/** Throws `bundle/badProvenance`. Whose signatures they are is not looked at. */
export function parseProvenance(bytes: Buffer): Provenance {
  if (bytes.length > MAX_BYTES) throw Refusal.tooLarge('its provenance', bytes.length, MAX_BYTES)
  const value = strictJson(bytes, Refusal.badProvenance)
  if (!isObject(value) || Object.keys(value).join() !== 'payload,payloadType,schema,signatures') {
    throw Refusal.badProvenance('it has other members than it should')
  }
  const { payload: text, payloadType, schema } = value
  if (schema !== SCHEMA || payloadType !== PAYLOAD_TYPE) {
    throw Refusal.badProvenance('its kind is not known')
  }
  const payload = Buffer.from(typeof text === 'string' ? text : '', 'base64')
  if (payload.toString('base64') !== text) throw Refusal.badProvenance('its payload is no base64')
  const statement = strictJson(payload, Refusal.badProvenance)
  if (!isObject(statement) || statement['_type'] !== STATEMENT_TYPE) {
    throw Refusal.badProvenance('its payload is no in-toto statement')
  }
  if (statement['predicateType'] !== PREDICATE_TYPE) {
    throw Refusal.badProvenance('its predicate is no SLSA provenance')
  }
  const signatures = parseSignatureList(value['signatures'], Refusal.badProvenance)
  return { payload, statement, signatures, message: provenanceMessage(payload) }
}

/** Throws `bundle/otherSubject` when the statement is about something else. */
export function checkSubject(
  { statement }: Provenance,
  { sha256, bundleId }: Pick<Built, 'sha256' | 'bundleId'>,
): void {
  const subjects = Array.isArray(statement['subject']) ? statement['subject'] : []
  const digests = subjects.map((one) => {
    const digest = isObject(one) ? one['digest'] : undefined
    return isObject(digest) ? digest['sha256'] : undefined
  })
  for (const wanted of [sha256, bundleId.slice('sha256:'.length)]) {
    if (!digests.includes(wanted)) throw Refusal.otherSubject(wanted)
  }
}

/** What a person wants to know of it: who built, and from what. */
export function tellProvenance({ statement }: Provenance) {
  const at = (value: Json | undefined, ...names: readonly string[]): Json | undefined =>
    names.reduce<Json | undefined>((now, name) => (isObject(now) ? now[name] : undefined), value)
  const inputs = at(statement, 'predicate', 'buildDefinition', 'resolvedDependencies')
  const source = Array.isArray(inputs)
    ? inputs.find((one) => typeof at(one, 'digest', 'gitCommit') === 'string')
    : undefined
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '')
  return {
    builder: text(at(statement, 'predicate', 'runDetails', 'builder', 'id')),
    source: text(at(source, 'uri')),
    commit: text(at(source, 'digest', 'gitCommit')),
  }
}
