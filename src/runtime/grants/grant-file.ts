/**
 * `grants.json` in the user's state folder: all that the user decided, by app. Only its owner reads
 * it (0600); it is the old whole or the new whole, and of several `ela` at once none undoes another.
 */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { systemCodeOf } from '../../base/errors.ts'
import { stringify } from '../../base/printer.ts'
import { parseWish, WishFault } from '../../bundle/capabilities/grammar.ts'
import { grammars, isCapability } from '../../bundle/capabilities/index.ts'
import { privateFolder, readPrivateFile } from '../../identity/private-file.ts'
import { isObject, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { lives } from '../lives.ts'
import { GrantError } from './errors.ts'
import { GRANT_MODES, type Grant, type GrantMode, type Grants } from './grant.ts'

/** One app, by the key of `grantKeyOf`. */
export interface AppGrants {
  /** As its manifest called it when something was decided last. */
  readonly name: string
  readonly grants: Grants
}

export type AllGrants = Readonly<Record<string, AppGrants>>

const SCHEMA = 'ela/grants@1'
const MOST_BYTES = 4 * 1024 ** 2
/** No change takes so long: its maker was killed. */
const LOCK_STALE_MS = 10_000
/** Longer than that, so that a killed maker costs patience and no failure. */
const LOCK_WITHIN_MS = 12_000

export function grantFileIn(stateFolder: string): string {
  return path.join(stateFolder, 'grants.json')
}

/** Throws `grants/damaged`, `keys/unsafe`. No file is nothing granted. */
export function readGrants(file: string): AllGrants {
  const text = readPrivateFile(file, MOST_BYTES)
  return text === undefined ? {} : parseGrants(text, file)
}

/**
 * Reads, changes and writes, alone; what was granted to instances of dead processes is dropped.
 * Throws as `readGrants` does, and `grants/busy`.
 */
export async function changeGrants(
  file: string,
  change: (before: AllGrants) => AllGrants,
): Promise<void> {
  privateFolder(path.dirname(file))
  const unlock = await lock(`${file}.lock`)
  try {
    const apps = withoutDead(change(readGrants(file)))
    writeFileAtomic(file, `${stringify({ schema: SCHEMA, apps })}\n`, 0o600)
  } finally {
    unlock()
  }
}

function parseGrants(text: string, file: string): AllGrants {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    throw GrantError.damaged(file, 'it is no JSON')
  }
  if (!isObject(value) || value['schema'] !== SCHEMA || !isObject(value['apps'])) {
    throw GrantError.damaged(file, `it is no ${SCHEMA}`)
  }
  const apps = Object.entries(value['apps']).map(([key, app]) => {
    const fault = faultOfApp(app)
    if (fault !== undefined) throw GrantError.damaged(file, `${JSON.stringify(key)} ${fault}`)
    return [key, app] as const
  })
  return Object.fromEntries(apps) as unknown as AllGrants
}

function faultOfApp(app: Json): string | undefined {
  if (!isObject(app) || typeof app['name'] !== 'string') return 'has no name'
  if (!isObject(app['grants'])) return 'has no grants'
  for (const [name, grant] of Object.entries(app['grants'])) {
    const fault = isCapability(name) && isObject(grant) ? faultOfGrant(name, grant) : 'is unknown'
    if (fault !== undefined) return `has a grant \`${name}\` which ${fault}`
  }
  return undefined
}

function faultOfGrant(name: keyof typeof grammars, grant: JsonObject): string | undefined {
  const { mode, asked, since, release, instance, pid } = grant
  if (!GRANT_MODES.includes(mode as GrantMode)) return 'has no mode'
  if (typeof since !== 'string') return 'has no time'
  if (mode === 'release' && typeof release !== 'string') return 'names no release'
  if (mode === 'once' && (typeof instance !== 'string' || !Number.isSafeInteger(pid))) {
    return 'names no instance'
  }
  try {
    parseWish(grammars[name], asked ?? null)
    return undefined
  } catch (error) {
    if (error instanceof WishFault) return `is not good: ${error.message}`
    throw error
  }
}

/** Adds or replaces what was decided for one app. */
export function withGrant(
  all: AllGrants,
  { key, name }: { readonly key: string; readonly name: string },
  capability: string,
  grant: Grant,
): AllGrants {
  const before = Object.hasOwn(all, key) ? all[key]?.grants : {}
  return { ...all, [key]: { name, grants: { ...before, [capability]: grant } } }
}

function withoutDead(all: AllGrants): AllGrants {
  const isKept = ({ mode, pid }: Grant) => mode !== 'once' || (pid !== undefined && lives(pid))
  const apps = Object.entries(all).map(([key, { name, grants }]) => {
    const kept = Object.entries(grants).filter(([, grant]) => isKept(grant))
    return [key, { name, grants: Object.fromEntries(kept) }] as const
  })
  return Object.fromEntries(apps.filter(([, { grants }]) => Object.keys(grants).length > 0))
}

/** Throws `grants/busy`. Returns how to unlock. */
async function lock(file: string): Promise<() => void> {
  const deadline = performance.now() + LOCK_WITHIN_MS
  for (;;) {
    try {
      const handle = openSync(file, 'wx', 0o600)
      writeSync(handle, `${process.pid}`)
      closeSync(handle)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error
    }
    removeStale(file)
    if (performance.now() > deadline) throw GrantError.busy(file)
    await sleep(10)
  }
}

function removeStale(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return
  const isOld = Date.now() - stats.mtimeMs > LOCK_STALE_MS
  if (isOld || isOfDead(file)) rmSync(file, { force: true })
}

function isOfDead(file: string): boolean {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false
    throw error
  }
  // Between its making and its writing it is empty.
  return text !== '' && !lives(Number(text))
}
