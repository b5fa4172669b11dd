/** The folder for what can be measured again: the engine's digest and its need of memory. */
import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Full path; it may not exist yet. `XDG_CACHE_HOME` counts on every system, as for other programs. */
export function cacheFolder(
  env: Environment = process.env,
  platform: string = process.platform,
): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = env
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'ela')
  if (platform === 'win32') return path.join(local ?? homedir(), 'ela', 'cache')
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'ela')
  return path.join(homedir(), '.cache', 'ela')
}

/**
 * Makes the folder when there is none, mode 0700. `undefined` when it cannot be had or is not ours
 * alone: what others may write is not worth reading.
 */
export function ownFolder(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const stats = lstatSync(folder)
    const isOurs = process.getuid === undefined || stats.uid === process.getuid()
    const isPrivate = process.platform === 'win32' || (stats.mode & 0o022) === 0
    return stats.isDirectory() && isOurs && isPrivate ? folder : undefined
  } catch {
    return undefined
  }
}
