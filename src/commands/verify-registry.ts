/** What the registry of releases says of a bundle that is verified. */
import type { OpenedBundle } from '../bundle/read-bundle.ts'
import type { Verified } from '../bundle/verify.ts'
import { checkStanding, type Registry, type Standing, standingOf } from '../releases/standing.ts'
import type { Context } from './context.ts'
import { runningSession } from './did-place.ts'
import { type ChainFlags, registryOf } from './release-place.ts'

export interface RegistryFlags extends Pick<ChainFlags, 'esc' | 'registry'> {
  readonly offline?: boolean
  readonly rpc?: string
}

/** Asks once, and only when it matters. Without a registry it says nothing. */
export class RegistryCheck {
  readonly #registry: Registry | undefined
  #standing: Standing | undefined

  private constructor(registry: Registry | undefined) {
    this.#registry = registry
  }

  /** Of the devnet, but for another EID only the registry that is named. Throws `rpc/…`. */
  static async open(flags: RegistryFlags, context: Context): Promise<RegistryCheck> {
    if (flags.offline === true) return new RegistryCheck(undefined)
    const isOther = flags.rpc !== undefined && flags.esc === undefined
    const session = isOther ? undefined : runningSession(context)
    return new RegistryCheck(await registryOf(flags, session))
  }

  get standing(): Standing | undefined {
    return this.#standing
  }

  /** When the registry took the bundle. */
  readonly anchored = async (bundle: OpenedBundle): Promise<number | undefined> => {
    return (await this.#ask(bundle))?.release?.time
  }

  /** Throws `release/revoked`, `release/belowFloor`, `release/otherBundle`. */
  readonly admit = async ({ bundle }: Verified): Promise<void> => {
    const standing = await this.#ask(bundle)
    if (standing !== undefined) checkStanding(standing, { seq: bundle.manifest.seq })
  }

  /** For the answer. */
  get told() {
    const standing = this.#standing
    if (standing === undefined) return null
    const { release, latest, floor } = standing
    return { status: release?.status ?? 'unpublished', latest, floor }
  }

  /** What nobody looked at, or what the person should know. */
  unchecked(seq: number): readonly string[] {
    const standing = this.#standing
    if (standing === undefined) return ['whether a newer release exists, or this one was withdrawn']
    const { release, latest } = standing
    return [
      ...(release === undefined ? ['when it was signed: the registry does not know it'] : []),
      ...(release?.status === 'yanked' ? ['why its owner withdrew it: it was yanked'] : []),
      ...(latest > seq ? [`what release ${latest} is, which is newer`] : []),
    ]
  }

  async #ask({ manifest: { app }, bundleId }: OpenedBundle): Promise<Standing | undefined> {
    if (this.#registry === undefined) return undefined
    this.#standing ??= await standingOf(this.#registry, { app, bundle: bundleId })
    return this.#standing
  }
}
