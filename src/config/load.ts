/** Finds and loads the config of a project. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ElaError, messageOf, systemCodeOf } from '../base/errors.ts'
import { compiledConfig } from './compiled.ts'
import type { Config } from './config.ts'
import { ConfigError } from './errors.ts'
import { defaultConfig, parseConfig } from './parse.ts'

const NAMES = [
  'ela.config.ts',
  'ela.config.mts',
  'ela.config.js',
  'ela.config.mjs',
  'ela.config.json',
]

/**
 * The config of the project in `folder`. Throws `config/notFound` when it has none, and what
 * `parseConfig` throws when it is wrong. Loading runs the file: it is the user's own program.
 */
export async function loadConfig(folder: string): Promise<Config> {
  const found = NAMES.flatMap((name) => {
    const text = readConfigFile(path.join(folder, name))
    return text === undefined ? [] : [{ file: name, text }]
  })
  const [first] = found
  if (first === undefined) throw ConfigError.notFound(folder)
  if (found.length > 1) throw ConfigError.several(found.map(({ file }) => file))
  const source = { folder, ...first }
  const value = first.file.endsWith('.json')
    ? parseJson(first.file, first.text)
    : await importDefault(folder, first.file)
  return parseConfig(source, value)
}

/** The config of the project in `folder`, or the default one when it has none. */
export async function loadConfigOrDefault(folder: string): Promise<Config> {
  try {
    return await loadConfig(folder)
  } catch (error) {
    if (error instanceof ElaError && error.code === 'config/notFound') return defaultConfig(folder)
    throw error
  }
}

function readConfigFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw ConfigError.unreadable(file, error)
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw ConfigError.invalidSyntax(file, messageOf(error))
  }
}

async function importDefault(folder: string, name: string): Promise<unknown> {
  const module = await compiledConfig(folder, name)
  let exported: unknown
  try {
    exported = await import(pathToFileURL(module.file).href + module.version)
  } catch (error) {
    throw ConfigError.throws(name, error)
  } finally {
    module.discard()
  }
  if (typeof exported !== 'object' || exported === null || !('default' in exported)) {
    throw ConfigError.noDefault(name)
  }
  return exported.default
}
