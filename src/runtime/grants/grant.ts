/** What a user decided about one capability of one app, and what that means for a release of it. */
import { type CapabilityGrammar, parseWish, type Wish } from '../../bundle/capabilities/grammar.ts'
import { type CapabilityName, grammars, isCapability } from '../../bundle/capabilities/index.ts'
import type { Json, JsonObject } from '../../protocol/did/canonical-json.ts'
import type { DappIdentity } from '../staged-dapp.ts'

/** For one opened instance, for one release, for this app whatever its release, or not at all. */
export const GRANT_MODES = ['once', 'release', 'always', 'never'] as const
export type GrantMode = (typeof GRANT_MODES)[number]

export interface Grant {
  readonly mode: GrantMode
  /** What the manifest asked for when it was decided. */
  readonly asked: Json
  /** ISO 8601. */
  readonly since: string
  /** Of mode `release`. */
  readonly release?: string
  /** Of mode `once`, with the process that runs the instance. */
  readonly instance?: string
  readonly pid?: number
}

/** Capability → what was decided. */
export type Grants = Readonly<Record<string, Grant>>

/** Whose grants count for an instance. */
export interface GrantHolder {
  readonly identity: DappIdentity
  /** Id of the instance. */
  readonly instance: string
  /** The `capabilities` of its manifest. */
  readonly asked: JsonObject
}

export type Standing =
  | { readonly status: 'granted'; readonly mode: GrantMode | 'harmless' }
  | { readonly status: 'never' }
  /** Nobody decided about `added`; `known` was granted before, to an earlier release or edit. */
  | {
      readonly status: 'undecided'
      readonly added: readonly string[]
      readonly known: readonly string[]
    }

/** A folder that nobody signed can claim any DID: it shares no grants with whoever owns it. */
export function grantKeyOf({ app, bundleId }: DappIdentity): string {
  return bundleId === undefined ? `unsigned ${app}` : app
}

export function releaseOf({ bundleId }: DappIdentity): string {
  return bundleId ?? 'unsigned'
}

/** How each capability that the manifest asks for stands. The manifest is known to be valid. */
export function standingsOf(
  { identity, instance, asked }: GrantHolder,
  grants: Grants,
): ReadonlyMap<CapabilityName, Standing> {
  const named = Object.keys(asked).filter(isCapability)
  return new Map(
    named.map((name) => {
      const grant = Object.hasOwn(grants, name) ? grants[name] : undefined
      const counts = grant === undefined || countsFor(grant, identity, instance)
      return [name, standing(grammars[name], asked[name] ?? {}, grant, counts)]
    }),
  )
}

function countsFor({ mode, ...grant }: Grant, identity: DappIdentity, instance: string): boolean {
  if (mode === 'once') return grant.instance === instance
  if (mode === 'release') return grant.release === releaseOf(identity)
  return true
}

function standing(
  grammar: CapabilityGrammar,
  asked: Json,
  grant: Grant | undefined,
  counts: boolean,
): Standing {
  if (grant?.mode === 'never') return { status: 'never' }
  if (grammar.isHarmless === true) return { status: 'granted', mode: 'harmless' }
  const wish = parseWish(grammar, asked)
  // What was granted to one instance is forgotten with it; what a release had is worth comparing.
  const isForgotten = grant === undefined || (grant.mode === 'once' && !counts)
  if (isForgotten) return { status: 'undecided', added: grammar.describe(wish), known: [] }
  const before = parseWish(grammar, grant.asked)
  const added = addedLines(grammar, before, wish)
  if (counts && added.length === 0) return { status: 'granted', mode: grant.mode }
  const known = grammar.describe(wish).filter((line) => !added.includes(line))
  return { status: 'undecided', added, known }
}

/** Lines of `now` that `before` does not cover. */
export function addedLines(grammar: CapabilityGrammar, before: Wish, now: Wish): readonly string[] {
  if (grammar.added !== undefined) return grammar.added(before, now)
  const covered = grammar.describe(before)
  return grammar.describe(now).filter((line) => !covered.includes(line))
}
