/** What the registry of releases on ESC says, asked through a node that may lag. */
import { ElaError } from '../../base/errors.ts'
import { networkOf } from '../../releases/network.ts'
import {
  type Registry,
  type ReleaseName,
  type Standing,
  standingOf,
} from '../../releases/standing.ts'
import { GateError } from './errors.ts'
import { type ChainNode, headWarning, heightOf, isAway } from './head.ts'

/** Where releases are looked up. Throws `gate/…`, and errors of `isAway` when nobody answers. */
export interface Releases {
  /** As `networkOf` names it. */
  network(): Promise<string | undefined>
  standing(release: ReleaseName): Promise<Standing>
  /** Equal for two moments between which no block was made. */
  height(): Promise<string>
}

/** @param now milliseconds since 1970 */
export function releasesOn(
  registry: Registry,
  { isDevnet }: Pick<ChainNode, 'isDevnet'>,
  now: () => number,
): Releases {
  const node: ChainNode = { url: registry.rpc, isDevnet }
  const believed = (error: unknown): never => {
    if (isAway(error) || (error instanceof ElaError && error.exit === 'notVerified')) throw error
    throw GateError.unusableAnswer(registry.rpc, error)
  }
  return {
    height: () => heightOf(registry.rpc),
    network: () => networkOf(registry.rpc).catch(believed),
    standing: async (release) => {
      const time = Math.floor(now() / 1_000)
      // A stuck ESC would hide that the release was revoked.
      const asked = Promise.all([standingOf(registry, release), headWarning(node, time)])
      const [standing] = await asked.catch(believed)
      return standing
    },
  }
}
