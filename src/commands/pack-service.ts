/** A service's sources, in any language → the folder that is packed: a module or a jar, and what it needs. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { compileDapp, jarName } from '../build/compile-dapp.ts'
import { BundleError } from '../bundle/errors.ts'
import type { Config } from '../config/config.ts'
import { SERVICE_MAIN } from '../runtime/unsigned.ts'

export interface BuiltFolder extends Disposable {
  readonly folder: string
}

/**
 * Throws what `compileDapp` does, and `bundle/wrongSetting`.
 *
 * @param include paths below the project that go into the bundle as they are
 */
export async function buildService(
  { folder, entry }: Config,
  include: readonly string[],
): Promise<BuiltFolder> {
  const compiled = await compileDapp(folder, entry)
  const above = path.join(folder, '.ela')
  mkdirSync(above, { recursive: true })
  const built = mkdtempSync(path.join(above, 'packing-'))
  const remove = () => rmSync(built, { recursive: true, force: true })
  try {
    if (compiled.as === 'java') {
      copy(compiled.jar, path.join(built, jarName(compiled.jar)))
    } else {
      writeFileSync(path.join(built, SERVICE_MAIN), compiled.code)
      for (const one of compiled.wasm) copy(one.file, path.join(built, one.path))
    }
    for (const one of include) copy(includedPath(folder, one), path.join(built, one))
  } catch (error) {
    remove()
    throw error
  }
  return { folder: built, [Symbol.dispose]: remove }
}

function includedPath(folder: string, one: string): string {
  const file = path.resolve(folder, one)
  if (path.isAbsolute(one) || !file.startsWith(folder + path.sep) || !existsSync(file)) {
    throw BundleError.wrongSetting('include', `paths inside the project, and \`${one}\` is none`)
  }
  return file
}

function copy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true })
  // Links are copied as links: packing then refuses them by name.
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}
