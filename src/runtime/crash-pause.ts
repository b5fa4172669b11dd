/** When a DApp that crashed starts again: later each time, and after too many crashes not at all. */
const FIRST_MS = 1_000
const LONGEST_MS = 60_000
const FORGOTTEN_AFTER_MS = 10 * 60_000
const MOST_CRASHES = 5

/**
 * Milliseconds until the next start, or `undefined` for none.
 *
 * @param crashes when it crashed before, on the clock of `now`, oldest first
 */
export function nextPause(crashes: readonly number[], now: number): number | undefined {
  const recent = crashes.filter((at) => now - at < FORGOTTEN_AFTER_MS).length
  if (recent + 1 >= MOST_CRASHES) return undefined
  return Math.min(FIRST_MS * 2 ** recent, LONGEST_MS)
}
