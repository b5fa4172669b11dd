/**
 * The gate: everything that must be true before a DApp gets a socket or a process.
 *
 *     form       every byte of archive, manifest, list and files is the one that is declared
 *     identity   signatures, by keys that the app's DID names now, on a chain that is not stuck
 *     deny list  neither the app nor the bundle was put away on this machine
 *     release    not revoked, not below the floor, not older than what ran here already
 *     stage      the verified bytes, copied while they are verified
 *
 * It fails closed. Nothing is written before the signatures are believed.
 */
import { rmSync } from 'node:fs'
import type { ByteSource } from '../../bundle/byte-source.ts'
import { type OpenedBundle, readFiles, readHead } from '../../bundle/read-bundle.ts'
import type { DappIdentity, StagedDapp } from '../staged-dapp.ts'
import { isAway } from './head.ts'
import { type Proof, type ProofWorld, proveOffline, proveOnline } from './proof.ts'
import { checkRunnable, limitsOf, startedAs } from './runnable.ts'
import { Stage, type StagedFile } from './stage.ts'

export interface Admission {
  readonly bundle: OpenedBundle
  readonly proof: Proof
  readonly staged: StagedDapp
  /** What was written, with the digests it must keep. */
  readonly files: readonly StagedFile[]
  /** What it does not get although it may be granted: `net`, `wallet`, `chain.send`. */
  readonly withheld: readonly string[]
  /** For people: why something is as it is. */
  readonly warnings: readonly string[]
}

/** Opens what is to run: an archive, a folder, a tree of content. */
export type OpenBundled = () => Promise<ByteSource>

/** Without the chain nobody can tell whether these are still the owner's wish. */
export const WITHHELD_OFFLINE = ['net', 'wallet', 'chain.send'] as const

/**
 * Lets a bundle in. Throws a `Refusal`, `gate/…`, `release/…` (exit 7), `bundle/unreadable`.
 *
 * @param target full path of a folder that does not exist, for the verified files
 */
export async function passGate(
  open: OpenBundled,
  world: ProofWorld,
  target: string,
): Promise<Admission> {
  const source = await open()
  try {
    const bundle = await readHead(source)
    checkRunnable(bundle.manifest)
    const limits = limitsOf(bundle.manifest)
    const proof = await prove(bundle, world)
    const files = await stage(source, bundle, target)
    const { manifest } = bundle
    if (proof.network !== undefined) {
      const seen = { seq: manifest.seq, bundle: bundle.bundleId }
      world.memory.saw(proof.network, manifest.app, seen)
    }
    const identity = identityOf(bundle)
    return {
      ...{ bundle, proof, files },
      staged: { folder: target, ...startedAs(manifest, target, files), identity, limits },
      withheld: proof.isOffline ? WITHHELD_OFFLINE : [],
      warnings: [...(proof.isOffline ? [offlineWarning(proof, world)] : []), ...proof.warnings],
    }
  } finally {
    await source.close()
  }
}

export function identityOf({ manifest, bundleId }: OpenedBundle): DappIdentity {
  const { app, publisher, name, version, seq } = manifest
  return { app, publisher, name, version, seq, bundleId }
}

async function prove(bundle: OpenedBundle, world: ProofWorld): Promise<Proof> {
  if (world.eid.length === 0) return proveOffline(bundle, world)
  try {
    return await proveOnline(bundle, world)
  } catch (error) {
    // Nobody answered. Any answer that is not believed has been thrown as what it is.
    if (isAway(error)) return proveOffline(bundle, world)
    throw error
  }
}

async function stage(
  source: ByteSource,
  bundle: OpenedBundle,
  target: string,
): Promise<readonly StagedFile[]> {
  const writing = new Stage(target)
  try {
    await readFiles(source, bundle, writing)
    return writing.files
  } catch (error) {
    writing.abandon()
    rmSync(target, { recursive: true, force: true })
    throw error
  }
}

function offlineWarning({ at }: Proof, { now }: ProofWorld): string {
  const hours = Math.max(1, Math.round((now() - at) / 3_600_000))
  const withheld = WITHHELD_OFFLINE.join(', ')
  return `no chain can be asked: it runs by what was true ${hours} h ago, without ${withheld}`
}
