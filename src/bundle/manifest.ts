/**
 * `ela.json`: what a bundle is. Its hash is the bundle's id, and everything else hangs on it.
 *
 * Written in RFC 8785 (JCS) with whole numbers only; a reader writes it again and compares bytes,
 * so that one manifest has one text.
 */
import {
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
} from '../protocol/did/canonical-json.ts'
import { faultOfCapabilities } from './capabilities/index.ts'
import { BundleError } from './errors.ts'
import type { ListSummary } from './file-list.ts'
import { limits } from './limits.ts'
import { faultOfPath } from './path-grammar.ts'
import { Refusal } from './refusal.ts'

export const SCHEMA = 'elastos.dapp/1'
export const BUNDLE_KINDS = ['web', 'service', 'wasm', 'java', 'contract', 'asset', 'data'] as const
export type BundleKind = (typeof BUNDLE_KINDS)[number]

/** What a manifest says before the files are known. */
export interface ManifestWish {
  readonly app: string
  readonly publisher: string
  readonly name: string
  readonly version: string
  readonly seq: number
  readonly kind: BundleKind
  readonly entry: Json
  /** Display texts, capabilities, services and the rest, as they stand in the manifest. */
  readonly more?: JsonObject
}

export interface Manifest extends ManifestWish {
  readonly files: ListSummary
  /** All members as they were read. */
  readonly value: JsonObject
}

const MAX_DEPTH = 16
const DID = /^did:elastos:[A-Za-z0-9]{1,128}$/
const NAME = /^[a-z0-9-]{2,64}$/
const NUMBER = '(?:0|[1-9]\\d*)'
const EARLY = `(?:${NUMBER}|\\d*[a-zA-Z-][0-9a-zA-Z-]*)`
const SEMVER = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${EARLY}(?:\\.${EARLY})*)?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`,
)
const DIGEST = /^sha256:[0-9a-f]{64}$/

type Check = (value: Json) => string | undefined

const checks: Readonly<Record<string, Check>> = {
  schema: (value) => (value === SCHEMA ? undefined : `is not \`${SCHEMA}\``),
  app: matches(DID, 'a DID'),
  publisher: matches(DID, 'a DID'),
  name: matches(NAME, '2 to 64 of a-z, 0-9 and -'),
  version: (value) =>
    matches(SEMVER, 'a version like 1.2.3')(value) ??
    (String(value).length > 64 ? 'is longer than 64 characters' : undefined),
  seq: (value) => (isCount(value) && value >= 1 ? undefined : 'is no whole number from 1'),
  kind: (value) =>
    BUNDLE_KINDS.some((kind) => kind === value)
      ? undefined
      : `is none of ${BUNDLE_KINDS.join(', ')}`,
  entry: () => undefined,
  files: faultOfSummary,
  capabilities: faultOfCapabilities,
  services: objectOnly,
  contracts: listOnly,
  assets: listOnly,
  prev: matches(DIGEST, '`sha256:` and 64 hex digits'),
  license: textUpTo(128),
  homepage: textUpTo(512),
  description: textUpTo(1_024),
  icon: (value) =>
    typeof value === 'string' && faultOfPath(value) === undefined ? undefined : 'is no path',
  locales: (value) =>
    isObject(value) || Array.isArray(value) ? undefined : 'is neither an object nor a list',
  build: objectOnly,
  x: objectOnly,
}

const REQUIRED = ['schema', 'app', 'publisher', 'name', 'version', 'seq', 'kind', 'entry', 'files']

/** Whether a text is a version as SemVer 2.0.0 has it. */
export function isVersion(text: string): boolean {
  return text.length <= 64 && SEMVER.test(text)
}

/** The manifest's bytes. Throws `bundle/badManifest`. */
export function encodeManifest(wish: ManifestWish, files: ListSummary): Buffer {
  const { more = {}, ...own } = wish
  const value = { ...more, ...own, files: { ...files }, schema: SCHEMA } as JsonObject
  const fault = faultOfValue(value, 0) ?? faultOfManifest(value)
  if (fault !== undefined) throw BundleError.badManifest(fault)
  const bytes = Buffer.from(canonicalJson(value))
  if (bytes.length > limits.manifestBytes) {
    throw BundleError.tooBig('bytes of the manifest', bytes.length, limits.manifestBytes)
  }
  return bytes
}

/** Throws `bundle/badManifest` with exit code 7. */
export function parseManifest(bytes: Buffer): Manifest {
  const value = strictJson(bytes, Refusal.badManifest)
  if (!isObject(value)) throw Refusal.badManifest('it is no object')
  const fault = faultOfManifest(value)
  if (fault !== undefined) throw Refusal.badManifest(fault)
  return { ...(value as unknown as Manifest), value }
}

/** The paths that `entry` names; they must be among the files. */
export function entryPaths({ kind, entry }: Pick<Manifest, 'kind' | 'entry'>): readonly string[] {
  if (typeof entry === 'string') return [entry]
  const key = { service: 'main', wasm: 'module', java: 'jar' }[kind as string]
  const path = key === undefined || !isObject(entry) ? undefined : entry[key]
  return typeof path === 'string' ? [path] : []
}

/** JSON whose bytes are the only ones for its value. Throws what `refuse` makes. */
export function strictJson(bytes: Buffer, refuse: (why: string) => Error): Json {
  let value: Json
  try {
    value = JSON.parse(bytes.toString('utf8')) as Json
  } catch {
    throw refuse('it is no JSON')
  }
  const fault = faultOfValue(value, 0)
  if (fault !== undefined) throw refuse(fault)
  if (!Buffer.from(canonicalJson(value)).equals(bytes)) throw refuse('its JSON is not canonical')
  return value
}

function faultOfValue(value: Json, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} deep`
  switch (typeof value) {
    case 'string':
      if (/\p{Surrogate}/u.test(value)) return 'a text is no Unicode'
      return value.normalize('NFC') === value ? undefined : 'a text is not in Unicode form NFC'
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? undefined
        : `${value} is no whole number of up to 53 bits`
    case 'boolean':
      return undefined
    default:
      return faultOfMembers(value, depth)
  }
}

function faultOfMembers(value: Json, depth: number): string | undefined {
  if (value === null || typeof value !== 'object') return 'null is not allowed'
  for (const [name, inner] of Object.entries(value)) {
    if (!/^[\x20-\x7e]*$/.test(name)) return 'the name of a member is not ASCII'
    const fault = faultOfValue(inner, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

function faultOfManifest(value: JsonObject): string | undefined {
  const missing = REQUIRED.find((name) => !Object.hasOwn(value, name))
  if (missing !== undefined) return `\`${missing}\` is missing`
  for (const [name, inner] of Object.entries(value)) {
    if (!Object.hasOwn(checks, name)) return `\`${name}\` is no member it knows (try \`x\`)`
    const fault = checks[name]?.(inner)
    if (fault !== undefined) return `\`${name}\` ${fault}`
  }
  return faultOfEntry(value as unknown as Manifest)
}

function faultOfEntry(manifest: Manifest): string | undefined {
  const { kind, entry } = manifest
  const wantsText = kind === 'web' || kind === 'contract' || kind === 'asset' || kind === 'data'
  if (wantsText !== (typeof entry === 'string')) {
    return `\`entry\` of kind \`${kind}\` is ${wantsText ? 'a path' : 'an object'}`
  }
  const [path] = entryPaths(manifest)
  if (path === undefined) return '`entry` names no file'
  const fault = faultOfPath(path)
  return fault === undefined ? undefined : `\`entry\`: ${fault}`
}

function faultOfSummary(value: Json): string | undefined {
  if (!isObject(value) || Object.keys(value).sort().join() !== 'bytes,count,root,sha256') {
    return 'has other members than bytes, count, root and sha256'
  }
  const { bytes, count, root, sha256 } = value
  if (!isCount(bytes) || !isCount(count) || count < 1) return 'counts wrongly'
  if (typeof root !== 'string' || !DIGEST.test(root)) return 'has a wrong root'
  return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? undefined : 'has no digest'
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function matches(pattern: RegExp, what: string): Check {
  return (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : `is not ${what}`
}

function textUpTo(length: number): Check {
  return (value) =>
    typeof value === 'string' && value.length <= length
      ? undefined
      : `is no text of up to ${length} characters`
}

function objectOnly(value: Json): string | undefined {
  return isObject(value) ? undefined : 'is no object'
}

function listOnly(value: Json): string | undefined {
  return Array.isArray(value) ? undefined : 'is no list'
}
