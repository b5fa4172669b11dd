/**
 * `capsule.json` of the Elacity runtime, in its three generations under one schema name.
 *
 * A loader refuses members it does not know and fills in those that are missing, and its signatures
 * are over all of them, filled in: so each generation is written out whole here, in the order of its
 * fields.
 *
 * @see Elacity/elastos-runtime elastos/crates/elastos-common/src/manifest.rs
 */
import { canonicalJson, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { entryPaths, type Manifest } from '../manifest.ts'
import { CapsuleError } from './errors.ts'

export const GENERATIONS = ['a', 'b', 'c'] as const
export type Generation = (typeof GENERATIONS)[number]

export const CAPSULE_FILE = 'capsule.json'
const SCHEMA = 'elastos.capsule/v1'
const WEB = 'elastos.runtime-projection/v1'

/** What an author says of a capsule; the rest are defaults. */
export interface CapsuleWish {
  readonly name: string
  readonly version: string
  readonly type: string
  readonly entrypoint: string
  readonly description?: string
  readonly author?: string
  /** From generation b on. */
  readonly role?: string
  readonly runtimeAbi?: string
  readonly busContract?: string
  readonly execution?: string
  readonly projections?: readonly string[]
}

/** The capsule that a bundle is. Throws `capsule/noSuchKind`. */
export function wishOf(manifest: Manifest, generation: Generation): CapsuleWish {
  const { name, version, kind, publisher, value } = manifest
  const shape = (generation === 'a' ? FIRST : LATER)[kind]
  if (shape === undefined) throw CapsuleError.noSuchKind(kind, generation)
  const { description } = value
  return {
    ...{ name, version, entrypoint: entryPaths(manifest)[0] ?? '', author: publisher },
    ...(typeof description === 'string' ? { description } : {}),
    ...shape,
    ...(generation === 'c' && kind === 'web' ? { type: 'web-projection' } : {}),
  }
}

type Shape = Pick<CapsuleWish, 'type'> & Partial<CapsuleWish>
const CONTENT: Shape = {
  type: 'data',
  role: 'content',
  runtimeAbi: 'data',
  projections: ['content'],
}
const FIRST: Readonly<Record<string, Shape>> = {
  // Of `data` the whole folder is fetched, of `wasm` its entry alone.
  ...{ web: { type: 'data' }, asset: { type: 'data' }, data: { type: 'data' } },
  wasm: { type: 'wasm' },
}
const LATER: Readonly<Record<string, Shape>> = {
  web: {
    type: 'wasm',
    role: 'app',
    runtimeAbi: WEB,
    busContract: WEB,
    execution: 'web-projection',
    projections: ['web'],
  },
  asset: CONTENT,
  data: CONTENT,
}

/** Every field with its default, in the order of the generation's fields; `signature` is null. */
export function wholeCapsule(wish: CapsuleWish, generation: Generation): JsonObject {
  const { name, version, type, entrypoint, description = null, author = null } = wish
  const isFirst = generation === 'a'
  return {
    ...{ schema: SCHEMA, version, name, description, author },
    ...(isFirst ? {} : { role: wish.role ?? 'app' }),
    type,
    ...(isFirst ? {} : laterFields(wish)),
    ...{ entrypoint, requires: [], provides: null },
    ...(isFirst ? {} : { authority: null }),
    capabilities: [],
    ...(isFirst ? {} : { interfaces: [] }),
    resources: { memory_mb: 64, cpu_shares: 100, gpu: false },
    permissions: { carrier: false, guest_network: false, storage: [], messaging: [] },
    ...{ microvm: null, providers: null, viewer: null, signature: null },
  }
}

function laterFields(wish: CapsuleWish): JsonObject {
  return {
    runtime_abi: wish.runtimeAbi ?? null,
    bus_contract: wish.busContract ?? null,
    wit_world_sha256: null,
    execution: wish.execution ?? null,
    projections: wish.projections ?? [],
  }
}

/** What is hashed and signed: as the fields stand in generation a, sorted by name later. */
export function canonicalCapsule(capsule: JsonObject, generation: Generation): string {
  const whole: Json = { ...capsule, signature: null }
  return generation === 'a' ? JSON.stringify(whole) : canonicalJson(whole)
}

/** What is written: members that are null are left out, as authors do. */
export function capsuleText(capsule: JsonObject, signature: string | undefined): string {
  const given = Object.entries(capsule).filter(([, value]) => value !== null)
  const signed = signature === undefined ? [] : [['signature', signature] as const]
  return `${JSON.stringify(Object.fromEntries([...given, ...signed]), undefined, 2)}\n`
}
