/**
 * The list of a program's libraries, remembered: asking the loader takes longer than all else before
 * the engine is spawned. It holds as long as the program, the loader's own index and every file of it
 * are there unchanged. A wrong list would keep the engine from starting, and could open nothing: only
 * what it names is bound, read-only, and the folder of notes is the user's alone.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { ownFolder } from '../engine/cache-folder.ts'
import { librariesOf } from './libraries.ts'

const INDEX = '/etc/ld.so.cache'

/** @param cacheFolder full path; it may not exist yet */
export async function knownLibraries(
  program: string,
  cacheFolder: string,
): Promise<readonly string[]> {
  const key = [program, stateOf(program), stateOf(INDEX)].join('\n')
  const folder = ownFolder(cacheFolder)
  const file = folder === undefined ? undefined : path.join(folder, 'engine-libraries')
  const noted = file === undefined ? undefined : readNote(file, key)
  if (noted !== undefined) return noted
  const libraries = await librariesOf(program)
  if (file !== undefined) {
    try {
      writeFileAtomic(file, `${JSON.stringify({ key, libraries })}\n`, 0o600)
    } catch {
      // A full or read-only disk: the next start asks again.
    }
  }
  return libraries
}

function stateOf(file: string): string {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined) return 'none'
  const { dev, ino, size, ctimeNs } = stats
  return [dev, ino, size, ctimeNs].join(' ')
}

function readNote(file: string, key: string): readonly string[] | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!(note instanceof Object) || !('key' in note) || !('libraries' in note)) return undefined
    const { key: found, libraries } = note
    if (found !== key || !Array.isArray(libraries)) return undefined
    const isGood = (one: unknown) =>
      typeof one === 'string' && path.isAbsolute(one) && existsSync(one)
    return libraries.every(isGood) ? (libraries as string[]) : undefined
  } catch {
    return undefined
  }
}
