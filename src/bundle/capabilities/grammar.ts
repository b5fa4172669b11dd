/**
 * How a manifest asks for one capability: a member of `capabilities`, written down as below. The
 * runtime builds its services on the same entries, so that there is one vocabulary.
 */
import { isObject, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'

/** What is asked for, parsed. Each capability adds members of its own. */
export interface Wish {
  /** Why the DApp wants it, in its author's words: shown to whoever grants it. */
  readonly reason?: string
}

export interface CapabilityGrammar<W extends Wish = Wish> {
  /** Its member of the manifest's `capabilities`, and of `env.ELA` in the DApp. */
  readonly name: string
  /** One line for people who are asked to grant it. */
  readonly summary: string
  /** Whether it lets nothing in or out, so that declaring it is enough and nobody is asked. */
  readonly isHarmless?: boolean
  /** Members beside `reason` that the manifest may write. */
  readonly members: readonly string[]
  /** How a manifest writes it. */
  readonly example: JsonObject
  /** Throws `WishFault`. */
  parse(asked: JsonObject): Omit<W, 'reason'>
  /** What is asked for, one line each: `send coins on ESC`. */
  describe(wish: W): readonly string[]
  /** Lines of `now` that `before` does not cover; those with other words when left out. */
  added?(before: W, now: W): readonly string[]
}

/** What is wrong with a wish, in words that follow the name of the member. */
export class WishFault extends Error {
  override readonly name = 'WishFault'
}

const LONGEST_REASON = 200

/** Parses one member of `capabilities`. Throws `WishFault`. */
export function parseWish<W extends Wish>(grammar: CapabilityGrammar<W>, asked: Json): W {
  const { name, members } = grammar
  if (!isObject(asked)) throw new WishFault(`\`${name}\` is no object`)
  const stranger = Object.keys(asked).find((one) => one !== 'reason' && !members.includes(one))
  if (stranger !== undefined) throw new WishFault(`\`${name}.${stranger}\` is no member it knows`)
  const wish = grammar.parse(asked)
  return (Object.hasOwn(asked, 'reason') ? { ...wish, reason: reasonOf(name, asked) } : wish) as W
}

function reasonOf(name: string, asked: JsonObject): string {
  const reason = asked['reason']
  if (typeof reason === 'string' && reason.trim() !== '' && reason.length <= LONGEST_REASON) {
    return reason
  }
  throw new WishFault(`\`${name}.reason\` is no text of 1 to ${LONGEST_REASON} characters`)
}

/** The list of different texts at `member`. Throws `WishFault`. */
export function textsAt(
  asked: JsonObject,
  member: string,
  { most, isGood, what }: { most: number; isGood: (text: string) => boolean; what: string },
): readonly string[] {
  const list = own(asked, member)
  if (!Array.isArray(list) || list.length === 0 || list.length > most) {
    throw new WishFault(`\`${member}\` is no list of 1 to ${most} entries`)
  }
  for (const entry of list as readonly Json[]) {
    if (typeof entry === 'string' && isGood(entry)) continue
    throw new WishFault(`\`${member}\` holds ${JSON.stringify(entry)}, which is not ${what}`)
  }
  if (new Set(list).size !== list.length) throw new WishFault(`\`${member}\` names one twice`)
  return list as readonly string[]
}

export function own(asked: JsonObject, member: string): Json | undefined {
  return Object.hasOwn(asked, member) ? asked[member] : undefined
}
