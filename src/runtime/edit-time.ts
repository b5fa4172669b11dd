import { statSync } from 'node:fs'

/** Beyond this a file's time is no edit of now: it was moved here, or its clock is another. */
const LONGEST_MS = 5_000

/** Milliseconds since the latest of these files was written, as far as its time can be trusted. */
export function sinceEdit(files: readonly string[]): number {
  const times = files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  const passed = Date.now() - Math.max(0, ...times)
  return passed >= 0 && passed <= LONGEST_MS ? passed : 0
}
