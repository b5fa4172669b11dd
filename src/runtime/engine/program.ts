/** Where the engine's program is. It is started directly: the npm package around it is not needed. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { RuntimeError } from '../errors.ts'
import { type PinnedProgram, pinnedPrograms } from './pinned.ts'

export interface EngineProgram {
  /** Full path. */
  readonly file: string
  readonly pinned: PinnedProgram
}

/**
 * The engine's program that npm installed for this machine.
 * Throws `runtime/engineUnsupported` and `runtime/engineMissing`.
 *
 * @param from a file or `file:` URL whose `node_modules` folders are searched
 */
export function findEngine(
  from: string = import.meta.url,
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
): EngineProgram {
  const pinned = pinnedPrograms[`${platform}-${arch}`]
  if (pinned === undefined) throw RuntimeError.engineUnsupported(`${platform} on ${arch}`)
  let folder: string
  try {
    folder = path.dirname(createRequire(from).resolve(`${pinned.package}/package.json`))
  } catch {
    throw RuntimeError.engineMissing(pinned.package)
  }
  const file = path.join(folder, pinned.path)
  if (!existsSync(file)) throw RuntimeError.engineMissing(pinned.package)
  return { file, pinned }
}
