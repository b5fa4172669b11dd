/** How strong the walls around an instance are on this machine. */

/**
 * - `A`: namespaces, system call filter, limits (Linux with bubblewrap and user namespaces)
 * - `B`: the system's sandbox profile and limits (macOS)
 * - `C`: the engine alone is the wall
 */
export type Level = 'A' | 'B' | 'C'

export const levels: readonly Level[] = ['A', 'B', 'C']

/** Whether `found` is as strong as `wanted`, or stronger. */
export function isAtLeast(found: Level, wanted: Level): boolean {
  return levels.indexOf(found) <= levels.indexOf(wanted)
}
