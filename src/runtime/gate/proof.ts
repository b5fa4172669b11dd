/** Whether a bundle may run now: who signed it, by what the chain says, and what became of it. */
import type { OpenedBundle } from '../../bundle/read-bundle.ts'
import { checkTrust, type Trust } from '../../bundle/trust.ts'
import { lookupIn } from '../../identity/did-documents.ts'
import { isObject, type Json } from '../../protocol/did/canonical-json.ts'
import { parseDocument } from '../../protocol/did/document.ts'
import { checkStanding, type Standing } from '../../releases/standing.ts'
import { askEid } from './ask-eid.ts'
import { GateError } from './errors.ts'
import type { ChainNode } from './head.ts'
import type { GateMemory } from './memory.ts'
import type { Releases } from './releases.ts'

const SCHEMA = 'ela/gate-proof@1'
/** How long a proof lets a DApp start, and run on, without its chain. */
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
  /** Of the registry that was asked. */
  readonly network: string | undefined
  /** When the chain said so, ms since 1970. */
  readonly at: number
  readonly isOffline: boolean
  /** For people. */
  readonly warnings: readonly string[]
}

/**
 * Asks the chain. Throws a `Refusal`, `release/…`, `gate/…`, and errors of `isAway` when the chain
 * cannot be asked; `proveOffline` is for these.
 *
 * @param isRunning a newer release that was accepted meanwhile does not end the older one
 */
export async function proveOnline(
  bundle: OpenedBundle,
  world: ProofWorld,
  isRunning = false,
): Promise<Proof> {
  const { app } = bundle.manifest
  if (world.eid.length === 0) throw GateError.noProofYet(app)
  const at = world.now()
  const time = Math.floor(at / 1_000)
  // All are asked at once: who waits for a DApp waits for the slowest of them alone.
  const [eid, standing, network] = await Promise.all([
    askEid({ nodes: world.eid, time }),
    world.releases?.standing({ app, bundle: bundle.bundleId }) ?? unregistered(app),
    world.releases?.network(),
  ])
  checkDenied(bundle, network, world.memory)
  const trust = await checkTrust(bundle, { lookup: eid.lookup, time })
  checkRelease(bundle, { standing, network: isRunning ? undefined : network }, world.memory)
  const documents = [...eid.documents.values()]
  world.memory.keepProof(app, bundle.bundleId, { schema: SCHEMA, at, documents, standing, network })
  const warnings = [...eid.warnings, ...standingWarnings(bundle, standing)]
  return { trust, standing, network, at, isOffline: false, warnings }
}

/**
 * By the last proof of this very bundle, at most 24 hours old.
 * Throws `gate/noProofYet`, `gate/denied`, `release/…`, a `Refusal`.
 */
export async function proveOffline(bundle: OpenedBundle, world: ProofWorld): Promise<Proof> {
  const { app } = bundle.manifest
  checkDenied(bundle, undefined, world.memory)
  const kept = parseProof(world.memory.proof(app, bundle.bundleId))
  const now = world.now()
  if (kept === undefined) throw GateError.noProofYet(app)
  const age = now - kept.at
  if (age > PROOF_COUNTS_MS || age < -FROM_THE_FUTURE_MS) throw GateError.noProofYet(app)
  const { documents, ...known } = kept
  const lookup = lookupIn(documents.map(parseDocument))
  const trust = await checkTrust(bundle, { lookup, time: Math.floor(now / 1_000) })
  checkRelease(bundle, known, world.memory)
  return { ...known, trust, isOffline: true, warnings: standingWarnings(bundle, known.standing) }
}

/** Throws `gate/denied`. Without a network the denials of every network count. */
export function checkDenied(
  { manifest, bundleId }: Pick<OpenedBundle, 'manifest' | 'bundleId'>,
  network: string | undefined,
  memory: GateMemory,
): void {
  for (const what of [manifest.app, bundleId]) {
    const denial = memory.denialOf(what, network)
    if (denial !== undefined) throw GateError.denied(what, denial.why, denial.since)
  }
}

function checkRelease(
  { manifest: { app, seq } }: OpenedBundle,
  { standing, network }: Pick<Proof, 'standing' | 'network'>,
  memory: GateMemory,
): void {
  const seen = network === undefined ? 0 : memory.newestSeen(network, app)
  checkStanding(standing, { seq, seen })
}

function standingWarnings(
  { manifest: { seq } }: OpenedBundle,
  { release, latest }: Standing,
): readonly string[] {
  return [
    ...(release?.status === 'yanked' ? [`release ${seq} was withdrawn by its publisher`] : []),
    ...(latest > seq ? [`there is a newer release, ${latest}`] : []),
  ]
}

function unregistered(app: string): Standing {
  return { app, release: undefined, latest: 0, floor: 0 }
}

interface KeptProof extends Pick<Proof, 'at' | 'standing' | 'network'> {
  readonly documents: readonly Json[]
}

function parseProof(value: unknown): KeptProof | undefined {
  if (!isObject(value as Json)) return undefined
  const { schema, at, documents, standing, network } = value as Readonly<Record<string, unknown>>
  if (schema !== SCHEMA || typeof at !== 'number' || !Array.isArray(documents)) return undefined
  if (typeof standing !== 'object' || standing === null) return undefined
  return {
    at,
    documents: documents as readonly Json[],
    standing: standing as Standing,
    network: typeof network === 'string' ? network : undefined,
  }
}
