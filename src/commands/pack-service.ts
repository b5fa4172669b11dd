/** A service's sources → the folder that is packed: one module, and what it needs beside it. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { compileWorker } from '../base/compile-worker.ts'
import { BundleError } from '../bundle/errors.ts'
import type { Config } from '../config/config.ts'

/** The main module's path in the bundle. */
export const SERVICE_MAIN = 'service.js'

export interface BuiltFolder extends Disposable {
  readonly folder: string
}

/**
 * Throws `compile/failed`, `compile/noHandler`, `bundle/wrongSetting`.
 *
 * @param include paths below the project that go into the bundle as they are
 */
export async function buildService(
  { folder, entry }: Config,
  include: readonly string[],
): Promise<BuiltFolder> {
  const { code, wasm } = await compileWorker(folder, entry)
  const above = path.join(folder, '.ela')
  mkdirSync(above, { recursive: true })
  const built = mkdtempSync(path.join(above, 'packing-'))
  const remove = () => rmSync(built, { recursive: true, force: true })
  try {
    writeFileSync(path.join(built, SERVICE_MAIN), code)
    for (const one of wasm) copy(one.file, path.join(built, one.path))
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
