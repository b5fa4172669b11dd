/** What `ela doctor` looks at, one check each. None of them throws: what is wrong is the answer. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ElaError, messageOf } from '../base/errors.ts'
import { anvilBinary } from '../nodes/evm/anvil-binary.ts'
import { readBaseline } from '../runtime/engine/baseline.ts'
import { cacheFolder } from '../runtime/engine/cache-folder.ts'
import { checkEngine } from '../runtime/engine/check.ts'
import { measureBaseline } from '../runtime/engine/measure-baseline.ts'
import { ENGINE_VERSION } from '../runtime/engine/pinned.ts'
import { findEngine } from '../runtime/engine/program.ts'
import type { Level } from '../runtime/jail/level.ts'

export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  /** What to do, one line each. */
  readonly cure: readonly string[]
}

/** Lowest versions that work; below the one of `tar`, archives could be unpacked outside a folder. */
const NODE_FLOOR = [20, 19, 0]
const TAR_FLOOR = [7, 5, 23]
const MIB = 1024 * 1024

export function checkNode(version: string = process.versions.node): Check {
  const ok = isAtLeast(version, NODE_FLOOR)
  return { name: 'node', ok, found: version, cure: ok ? [] : ['Install Node.js 20.19 or later.'] }
}

export function checkTar(): Check {
  const name = 'tar'
  try {
    const file = createRequire(import.meta.url).resolve('tar/package.json')
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
    const ok = isAtLeast(version, TAR_FLOOR)
    return { name, ok, found: version, cure: ok ? [] : ['Install the packages of `ela` again.'] }
  } catch {
    // The built program brings its own, of the version that it was built with.
    return { name, ok: true, found: 'built in', cure: [] }
  }
}

export function checkAnvil(): Check {
  return attempt('anvil', () => anvilBinary(import.meta.url))
}

/** The engine's file, whole and unchanged; hashed anew. */
export async function checkEngineFile(): Promise<Check> {
  const name = 'engine'
  try {
    const program = findEngine()
    await checkEngine(program, { cacheFolder: undefined })
    const digest = program.pinned.sha256.slice(0, 16)
    return { name, ok: true, found: `workerd ${ENGINE_VERSION}, SHA-256 ${digest}…`, cure: [] }
  } catch (error) {
    return failed(name, error)
  }
}

/** What the engine takes as data by itself: measured, or as it was measured before. */
export async function checkMemory(level: Level, measures: boolean): Promise<Check> {
  const name = 'memory'
  try {
    const bytes = measures ? await measureBaseline(level) : readBaseline(cacheFolder())
    if (bytes === undefined) return { name, ok: true, found: 'not measured here', cure: [] }
    const found = `the engine takes ${Math.ceil(bytes / MIB)} MiB of data before a DApp`
    return { name, ok: true, found, cure: [] }
  } catch (error) {
    return failed(name, error)
  }
}

function attempt(name: string, look: () => string): Check {
  try {
    return { name, ok: true, found: look(), cure: [] }
  } catch (error) {
    return failed(name, error)
  }
}

function failed(name: string, error: unknown): Check {
  const hint = error instanceof ElaError ? error.hint : undefined
  return { name, ok: false, found: messageOf(error), cure: hint?.split('\n') ?? [] }
}

function isAtLeast(version: string, floor: readonly number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10))
  const at = floor.findIndex((least, index) => parts[index] !== least)
  return at === -1 || (parts[at] ?? 0) > (floor[at] ?? 0)
}
