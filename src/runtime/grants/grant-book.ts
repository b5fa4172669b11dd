/** The grants of one running instance: asked at every call, so that a revoked one ends at the next. */
import { statSync } from 'node:fs'
import { ElaError } from '../../base/errors.ts'
import type { CapabilityName } from '../../bundle/capabilities/index.ts'
import {
  type GrantHolder,
  type GrantMode,
  type Grants,
  grantKeyOf,
  releaseOf,
  type Standing,
  standingsOf,
} from './grant.ts'
import { changeGrants, readGrants, withGrant } from './grant-file.ts'

export interface GrantBook {
  /** `false` too while the file cannot be understood. */
  isGranted(name: CapabilityName): boolean
  /** How each capability of the manifest stands. Throws `grants/damaged`, `keys/unsafe`. */
  standings(): ReadonlyMap<CapabilityName, Standing>
  /** Keeps the user's decision about what the manifest asks for. */
  decide(name: CapabilityName, mode: GrantMode): Promise<void>
  /** Forgets what was granted to this instance alone. */
  close(): Promise<void>
}

/** @param now milliseconds since 1970 */
export function openGrantBook(file: string, holder: GrantHolder, now: () => number): GrantBook {
  const key = grantKeyOf(holder.identity)
  let seen: string | undefined
  let granted: ReadonlySet<CapabilityName> = new Set()
  const grants = (): Grants => {
    const all = readGrants(file)
    return Object.hasOwn(all, key) ? (all[key]?.grants ?? {}) : {}
  }
  const standings = () => standingsOf(holder, grants())
  const refresh = () => {
    // Writers replace the file, so that its inode changes too.
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
    const now =
      stats === undefined ? 'none' : `${stats.ino} ${stats.mtimeNs} ${stats.size} ${stats.mode}`
    if (now === seen) return
    granted = new Set()
    seen = now
    const found = [...standings()].filter(([, { status }]) => status === 'granted')
    granted = new Set(found.map(([name]) => name))
  }
  return {
    isGranted(name) {
      try {
        refresh()
      } catch (error) {
        if (error instanceof ElaError) return false
        throw error
      }
      return granted.has(name)
    },
    standings,
    async decide(name, mode) {
      const grant = {
        mode,
        asked: holder.asked[name] ?? {},
        since: new Date(now()).toISOString(),
        ...(mode === 'release' ? { release: releaseOf(holder.identity) } : {}),
        ...(mode === 'once' ? { instance: holder.instance, pid: process.pid } : {}),
      }
      const app = { key, name: holder.identity.name }
      await changeGrants(file, (all) => withGrant(all, app, name, grant))
    },
    async close() {
      const isOurs = ([, { mode, instance }]: [string, Grants[string]]) =>
        mode === 'once' && instance === holder.instance
      if (!Object.entries(grants()).some(isOurs)) return
      await changeGrants(file, (all) => {
        const app = all[key]
        if (app === undefined) return all
        const kept = Object.entries(app.grants).filter((entry) => !isOurs(entry))
        return { ...all, [key]: { ...app, grants: Object.fromEntries(kept) } }
      })
    },
  }
}
