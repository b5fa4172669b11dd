/** What was decided, for people who look at it and take it back. */
import { parseWish } from '../../bundle/capabilities/grammar.ts'
import { grammars, isCapability } from '../../bundle/capabilities/index.ts'
import { plainLine } from '../plain-line.ts'
import { GrantError } from './errors.ts'
import type { Grant, GrantMode } from './grant.ts'
import { type AllGrants, changeGrants } from './grant-file.ts'

export interface AppRow {
  /** What grants are kept by: the DID, behind `unsigned` for a folder that nobody signed. */
  readonly key: string
  readonly name: string
  /** DID of the app. */
  readonly app: string
  readonly isUnsigned: boolean
  readonly grants: readonly GrantRow[]
}

export interface GrantRow {
  readonly capability: string
  readonly mode: GrantMode
  /** ISO 8601. */
  readonly since: string
  readonly release?: string
  /** What was asked for when it was decided, one line each. */
  readonly lines: readonly string[]
}

export interface Revoked {
  readonly name: string
  readonly app: string
  readonly capabilities: readonly string[]
}

const LONGEST_NAME = 80
const LONGEST_LINE = 300
const UNSIGNED = /^unsigned /

export function appsOf(all: AllGrants): readonly AppRow[] {
  return Object.entries(all)
    .filter(([, { grants }]) => Object.keys(grants).length > 0)
    .map(([key, { name, grants }]) => ({
      key,
      name: plainLine(name, LONGEST_NAME),
      app: plainLine(key.replace(UNSIGNED, ''), LONGEST_LINE),
      isUnsigned: UNSIGNED.test(key),
      grants: Object.entries(grants).map(([capability, grant]) => rowOf(capability, grant)),
    }))
}

/** By key, DID or name. Throws `grants/unknownApp`, `grants/severalApps`. */
export function findApp(all: AllGrants, typed: string): AppRow {
  const apps = appsOf(all)
  const exact = apps.filter(({ key }) => key === typed)
  const found =
    exact.length > 0 ? exact : apps.filter(({ app, name }) => app === typed || name === typed)
  const [one] = found
  if (one === undefined) {
    throw GrantError.unknownApp(
      typed,
      apps.map(({ name }) => name),
    )
  }
  if (found.length > 1) {
    throw GrantError.severalApps(
      typed,
      found.map(({ key }) => key),
    )
  }
  return one
}

/**
 * Takes back what an app was granted; nobody is left undecided about what needs no question: that
 * becomes `never`. Throws as `findApp` does, and `grants/unknownCapability`.
 */
export async function revokeGrants(
  file: string,
  typed: string,
  names: readonly string[],
): Promise<Revoked> {
  let revoked: Revoked | undefined
  await changeGrants(file, (all) => {
    const { key, name, app } = findApp(all, typed)
    const before = all[key]?.grants ?? {}
    const known = Object.keys(before)
    const stranger = names.find((one) => !known.includes(one) && !isHarmless(one))
    if (stranger !== undefined) throw GrantError.unknownCapability(stranger, known)
    const capabilities = names.length === 0 ? known : names
    revoked = { name, app, capabilities }
    const kept = Object.entries(before).filter(([one]) => !capabilities.includes(one))
    const never = { mode: 'never', asked: {}, since: new Date().toISOString() } as const
    const refused = capabilities.filter(isHarmless).map((one) => [one, never] as const)
    return { ...all, [key]: { name, grants: Object.fromEntries([...kept, ...refused]) } }
  })
  if (revoked === undefined) throw new Error('the change was not made')
  return revoked
}

/** Nobody is asked about these, so that taking them back must be remembered. */
function isHarmless(name: string): boolean {
  return isCapability(name) && grammars[name].isHarmless === true
}

function rowOf(capability: string, { mode, since, release, asked }: Grant): GrantRow {
  const grammar = isCapability(capability) ? grammars[capability] : undefined
  const lines = grammar === undefined ? [] : grammar.describe(parseWish(grammar, asked))
  return {
    ...{ capability, mode, since },
    ...(release === undefined ? {} : { release }),
    lines: lines.map((line) => plainLine(line, LONGEST_LINE)),
  }
}
