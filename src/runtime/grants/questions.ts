/** What a user is asked before a DApp gets something, as data and as lines. Pure. */
import { parseWish } from '../../bundle/capabilities/grammar.ts'
import { type CapabilityName, grammars } from '../../bundle/capabilities/index.ts'
import { plainLine } from '../plain-line.ts'
import { GrantError } from './errors.ts'
import type { GrantHolder, Standing } from './grant.ts'

export interface GrantQuestion {
  readonly capability: CapabilityName
  readonly summary: string
  /** What nobody granted yet, one line each. */
  readonly added: readonly string[]
  /** What was granted before and is asked for still. */
  readonly known: readonly string[]
  /** The author's words, made safe for a terminal; `undefined` when none are given. */
  readonly reason: string | undefined
}

const LONGEST_LINE = 300
const LONGEST_NAME = 80

/** One question for each capability that nobody decided about. */
export function questionsOf(
  { asked }: GrantHolder,
  standings: ReadonlyMap<CapabilityName, Standing>,
): readonly GrantQuestion[] {
  return [...standings].flatMap(([capability, standing]) => {
    if (standing.status !== 'undecided') return []
    const grammar = grammars[capability]
    const { reason } = parseWish(grammar, asked[capability] ?? {})
    return {
      capability,
      summary: grammar.summary,
      added: standing.added.map((line) => plainLine(line, LONGEST_LINE)),
      known: standing.known.map((line) => plainLine(line, LONGEST_LINE)),
      reason: reason === undefined ? undefined : plainLine(reason, LONGEST_LINE),
    }
  })
}

/** The questions as lines: `+` before what is new, what was granted before without. */
export function questionLines(
  { identity }: GrantHolder,
  questions: readonly GrantQuestion[],
): readonly string[] {
  if (questions.length === 0) return []
  const { name, version, app, publisher, bundleId } = identity
  const title = `${plainLine(name, LONGEST_NAME)} ${plainLine(version, LONGEST_NAME)}`
  const signed = bundleId === undefined ? 'signed by nobody' : `published by ${publisher}`
  return [
    `${title} (${app}, ${signed}) asks for:`,
    ...questions.flatMap(({ capability, summary, added, known, reason }) => [
      `  ${capability}: ${summary}`,
      ...known.map((line) => `      ${line}`),
      ...added.map((line) => `    + ${line}`),
      reason === undefined ? '      It gives no reason.' : `      Its reason: ${reason}`,
    ]),
  ]
}

/** Throws `grants/undecided` with all of the questions, where nobody can be asked them. */
export function refuseUndecided(
  holder: GrantHolder,
  standings: ReadonlyMap<CapabilityName, Standing>,
): void {
  const lines = questionLines(holder, questionsOf(holder, standings))
  if (lines.length > 0)
    throw GrantError.undecided(plainLine(holder.identity.name, LONGEST_NAME), lines)
}
