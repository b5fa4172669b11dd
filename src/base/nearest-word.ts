import { closest, distance } from 'fastest-levenshtein'

/** The known word that was probably meant, or `undefined` when none is near. */
export function nearestWord(typed: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const word = closest(typed.toLowerCase(), known)
  // Every third letter may be wrong: farther words are guesses that only confuse.
  const allowed = Math.ceil(Math.max(word.length, typed.length) / 3)
  return distance(typed.toLowerCase(), word) <= allowed ? word : undefined
}

/** `Did you mean x?`, or the whole choice when nothing is near. For hints. */
export function suggestion(typed: string, known: readonly string[]): string {
  const near = nearestWord(typed, known)
  return near === undefined ? `Choose from: ${known.join(', ')}.` : `Did you mean \`${near}\`?`
}
