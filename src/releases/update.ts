/** Installed apps against what their channels point at now. */
import { ElaError } from '../base/errors.ts'
import type { Registry } from '../wallet/registry/call.ts'
import { ReleaseError } from './errors.ts'
import { type Installed, type InstallWorld, install } from './install.ts'
import { type InstalledApp, installedApp, installedApps } from './installed.ts'
import { networkOf } from './network.ts'
import { checkStanding, standingOf } from './standing.ts'
import { type FoundRelease, findRelease } from './target.ts'

export interface UpdateCheck {
  readonly app: InstalledApp
  /** What its channel points at; `undefined` when it follows none, or is of another network. */
  readonly found: FoundRelease | undefined
  /** Why the release in use must not run any more. */
  readonly fault: ElaError | undefined
}

/** The apps that are named, or all. Throws `release/notInstalled`. */
export function chosenApps(user: string, apps: readonly string[]): readonly InstalledApp[] {
  if (apps.length === 0) return installedApps(user)
  return apps.map((app) => {
    const found = installedApp(user, app)
    if (found === undefined) throw ReleaseError.notInstalled(app)
    return found
  })
}

/** Asks, and changes nothing. Throws `registry/…`, `rpc/…`, `release/noChannel`, `release/yanked`. */
export async function checkUpdate(app: InstalledApp, registry: Registry): Promise<UpdateCheck> {
  const network = await networkOf(registry.rpc)
  // Of another chain nothing is known here, and its channels are not this one's.
  if (app.network !== undefined && app.network !== network) {
    return { app, found: undefined, fault: undefined }
  }
  const standing = await standingOf(registry, { app: app.app, bundle: app.bundle })
  const fault = faultOf(() => checkStanding(standing, { seq: app.seq }))
  const { channel } = app
  const found = channel === undefined ? undefined : await findRelease(registry, app.app, channel)
  return { app, found, fault }
}

/** Brings an app to its channel; `undefined` when it is there. Throws as `install` does. */
export async function update(
  { app, found }: UpdateCheck,
  world: InstallWorld,
): Promise<Installed | undefined> {
  if (found === undefined || found.release.bundle === app.bundle) return undefined
  return install({ kind: 'release', found }, world)
}

function faultOf(check: () => void): ElaError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof ElaError) return error
    throw error
  }
}
