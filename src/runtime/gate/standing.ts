/** What the registry of releases says of a bundle, and what follows. */
import type { Manifest } from '../../bundle/manifest.ts'
import type { OpenedBundle } from '../../bundle/read-bundle.ts'
import { GateError } from './errors.ts'

export interface Standing {
  /** `unregistered`: the app or this release of it is in no registry that was asked. */
  readonly status: 'unregistered' | 'ok' | 'yanked' | 'revoked'
  /** Bundle id of the release with this number, when there is one. */
  readonly bundle?: string | undefined
  /** Lowest release that may run, 0 for any. */
  readonly floor: number
  /** Newest release, 0 for none. */
  readonly latest: number
}

export const UNREGISTERED: Standing = { status: 'unregistered', floor: 0, latest: 0 }

/** Where releases are looked up. */
export interface Releases {
  /** Throws what asking does; errors with exit `unreachable` mean that nobody answered. */
  standing(manifest: Pick<Manifest, 'app' | 'seq'>, bundleId: string): Promise<Standing>
}

/** Throws `gate/released`, `gate/revoked`, `gate/belowFloor`. Returns what people should know. */
export function checkStanding(
  { manifest, bundleId }: Pick<OpenedBundle, 'manifest' | 'bundleId'>,
  { status, bundle, floor, latest }: Standing,
): readonly string[] {
  const { app, seq } = manifest
  if (bundle !== undefined && bundle !== bundleId) throw GateError.released(app, seq, bundle)
  if (status === 'revoked') throw GateError.revoked(app, seq)
  if (seq < floor) throw GateError.belowFloor(seq, floor)
  return [
    ...(status === 'yanked' ? [`release ${seq} was withdrawn by its publisher`] : []),
    ...(latest > seq ? [`there is a newer release, ${latest}`] : []),
  ]
}
