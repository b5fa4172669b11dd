/** What a DApp may, as its user decided: questions are put to whoever can answer, and kept. */
import { type CapabilityName, isCapability } from '../bundle/capabilities/index.ts'
import type { GrantAnswer, GrantAsk } from './events.ts'
import type { GrantDoor } from './gateway/checks.ts'
import { GrantError } from './grants/errors.ts'
import type { GrantHolder } from './grants/grant.ts'
import { type GrantBook, openGrantBook } from './grants/grant-book.ts'
import { type GrantQuestion, questionLines, questionsOf } from './grants/questions.ts'
import type { DecidedGrants } from './opened-parts.ts'

export interface GrantWorld {
  /** As `grantFileIn` names it. */
  readonly file: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class GrantDesk implements GrantDoor, DecidedGrants {
  readonly #book: GrantBook
  readonly #holder: GrantHolder

  constructor(holder: GrantHolder, { file, now }: GrantWorld) {
    this.#holder = holder
    this.#book = openGrantBook(file, holder, now)
  }

  get name(): string {
    return this.#holder.identity.name
  }

  isGranted(name: CapabilityName): boolean {
    return this.#book.isGranted(name)
  }

  get granted(): readonly string[] {
    return this.#names().filter((name) => this.isGranted(name))
  }

  get denied(): readonly string[] {
    return this.#names().filter((name) => !this.isGranted(name))
  }

  /** What nobody decided yet. Throws `grants/damaged`. */
  questions(): readonly GrantQuestion[] {
    return questionsOf(this.#holder, this.#book.standings())
  }

  /** The questions as lines for people. */
  lines(questions: readonly GrantQuestion[]): readonly string[] {
    return questionLines(this.#holder, questions)
  }

  decide(name: CapabilityName, answer: GrantAnswer): Promise<void> {
    return this.#book.decide(name, answer)
  }

  /** Forgets what was granted to this instance alone. */
  close(): Promise<void> {
    return this.#book.close()
  }

  #names(): readonly CapabilityName[] {
    return Object.keys(this.#holder.asked).filter(isCapability)
  }
}

/** Whoever can answer a question, or nobody. */
export type AskForGrant = (question: GrantQuestion, desk: GrantDesk) => Promise<GrantAnswer>

export interface GrantWish {
  /** Capabilities granted for this release without a question; `all` for whatever it asks. */
  readonly given: readonly string[]
  /** `undefined` when nobody can be asked. */
  readonly ask: AskForGrant | undefined
}

/**
 * Decides everything that nobody decided yet. Throws `grants/undecided` (exit 3), naming the flag.
 */
export async function settleGrants(desk: GrantDesk, { given, ask }: GrantWish): Promise<void> {
  const isGiven = ({ capability }: GrantQuestion) =>
    given.includes('all') || given.includes(capability)
  for (const { capability } of desk.questions().filter(isGiven)) {
    await desk.decide(capability, 'release')
  }
  const open = desk.questions()
  if (open.length === 0) return
  if (ask === undefined) {
    const names = open.map(({ capability }) => `--grant ${capability}`).join(' ')
    throw GrantError.undecided(desk.name, [...desk.lines(open), `Grant it with: ${names}`])
  }
  for (const question of open) await desk.decide(question.capability, await ask(question, desk))
}

/** A question as an event, for dashboards. */
export function askOf({ capability, summary, added, known, reason }: GrantQuestion): GrantAsk {
  const lines = [
    ...known.map((text) => ({ text, isNew: false })),
    ...added.map((text) => ({ text, isNew: true })),
  ]
  return { capability, summary, lines, reason }
}
