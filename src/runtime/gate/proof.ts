/** Whether a bundle may run now: who signed it, by what the chain says, and what became of it. */
import type { OpenedBundle } from '../../bundle/read-bundle.ts'
import { checkTrust, type Trust } from '../../bundle/trust.ts'
import { lookupIn } from '../../identity/did-documents.ts'
import { isObject, type Json } from '../../protocol/did/canonical-json.ts'
import { parseDocument } from '../../protocol/did/document.ts'
import { askEid } from './ask-eid.ts'
import { GateError } from './errors.ts'
import type { ChainNode } from './head.ts'
import { checkStanding, type Releases, type Standing, UNREGISTERED } from './standing.ts'
import type { GateMemory } from './state-files.ts'

const SCHEMA = 'ela/gate-proof@1'
/** How long a proof lets a DApp start without its chain. */
export const PROOF_COUNTS_MS = 24 * 3_600_000
/** A clock that was set back must not make a proof last longer. */
const FROM_THE_FUTURE_MS = 5 * 60_000

export interface ProofWorld {
  /** None: offline. */
  readonly eid: readonly ChainNode[]
  /** `undefined` where no registry is known. */
  readonly releases: Releases | undefined
  readonly memory: GateMemory
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface Proof {
  readonly trust: Trust
  readonly standing: Standing
  /** When the chain said so, ms since 1970. */
  readonly at: number
  readonly isOffline: boolean
  readonly warnings: readonly string[]
}

/**
 * Asks the chain. Throws a `Refusal`, `gate/…`, and errors with exit `unreachable` when the chain
 * cannot be asked; `proveOffline` is for these.
 */
export async function proveOnline(bundle: OpenedBundle, world: ProofWorld): Promise<Proof> {
  if (world.eid.length === 0) throw GateError.noProofYet(bundle.manifest.app)
  const at = world.now()
  const time = Math.floor(at / 1_000)
  // Both are asked at once: who waits for a DApp waits for the slower of the two alone.
  const asked = askEid({ nodes: world.eid, time })
  const standing = world.releases?.standing(bundle.manifest, bundle.bundleId) ?? UNREGISTERED
  const [eid, found] = await Promise.all([asked, standing])
  const trust = await checkTrust(bundle, { lookup: eid.lookup, time })
  const warnings = [...eid.warnings, ...checkStanding(bundle, found)]
  const { app } = bundle.manifest
  const documents = [...eid.documents.values()]
  const kept = { schema: SCHEMA, at, documents, standing: { ...found } }
  world.memory.keepProof(app, bundle.bundleId, kept)
  return { trust, standing: found, at, isOffline: false, warnings }
}

/**
 * By the last proof of this very bundle, at most 24 hours old. Throws `gate/noProofYet`, `Refusal`.
 */
export async function proveOffline(bundle: OpenedBundle, world: ProofWorld): Promise<Proof> {
  const { app } = bundle.manifest
  const kept = parseProof(world.memory.proof(app, bundle.bundleId))
  const now = world.now()
  if (kept === undefined) throw GateError.noProofYet(app)
  const age = now - kept.at
  if (age > PROOF_COUNTS_MS || age < -FROM_THE_FUTURE_MS) throw GateError.noProofYet(app)
  const lookup = lookupIn(kept.documents.map(parseDocument))
  const trust = await checkTrust(bundle, { lookup, time: Math.floor(now / 1_000) })
  const warnings = checkStanding(bundle, kept.standing)
  return { trust, standing: kept.standing, at: kept.at, isOffline: true, warnings }
}

interface KeptProof {
  readonly at: number
  readonly documents: readonly Json[]
  readonly standing: Standing
}

function parseProof(value: unknown): KeptProof | undefined {
  if (!isObject(value as Json)) return undefined
  const { schema, at, documents, standing } = value as Readonly<Record<string, unknown>>
  if (schema !== SCHEMA || typeof at !== 'number' || !Array.isArray(documents)) return undefined
  if (typeof standing !== 'object' || standing === null) return undefined
  return { at, documents: documents as readonly Json[], standing: standing as Standing }
}
