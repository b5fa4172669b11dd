/**
 * The DApps a user installed.
 *
 *     apps/<app>/installed.json     which release is in use
 *     apps/<app>/<hex of bundle>/   its files, and `ela.json`, `ela.sig.json`, `ela.files`
 *
 * A folder is there whole or not at all, and `installed.json` names one that is there.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { messageOf, systemCodeOf } from '../base/errors.ts'
import { isObject, type Json, type JsonObject } from '../protocol/did/canonical-json.ts'
import { ReleaseError } from './errors.ts'
import { folderNameOf, type UserFolder } from './user-folder.ts'

const SCHEMA = 'ela/installed@1'
const RECORD = 'installed.json'

export interface InstalledApp {
  /** DID of the app. */
  readonly app: string
  readonly name: string
  readonly version: string
  readonly seq: number
  /** `sha256:` and 64 digits. */
  readonly bundle: string
  /** Channel that is followed; `undefined` when the release was named exactly. */
  readonly channel: string | undefined
  /** What `networkOf` said; `undefined` when no chain was asked. */
  readonly network: string | undefined
  /** As the manifest has them. */
  readonly capabilities: JsonObject
  /** ISO 8601. */
  readonly installedAt: string
  /** Bundle that was in use before, and whose folder is kept. */
  readonly previous: string | undefined
}

/** Full path of the release's files, whether or not it is there. */
export function releaseFolder(user: UserFolder, app: string, bundle: string): string {
  return path.join(appFolder(user, app), bundle.replace(/^sha256:/, ''))
}

/** The release in use, or `undefined`. Throws `release/damagedState`. */
export function installedApp(user: UserFolder, app: string): InstalledApp | undefined {
  const file = path.join(appFolder(user, app), RECORD)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw ReleaseError.damagedState(file, messageOf(error))
  }
  return parse(text, file)
}

/** All, by the names of their folders. */
export function installedApps(user: UserFolder): readonly InstalledApp[] {
  const folder = path.join(user, 'apps')
  try {
    return readdirSync(folder)
      .sort()
      .flatMap((name) => installedApp(user, `did:elastos:${name}`) ?? [])
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Puts a release into use. Its folder must be there. */
export function recordInstalled(user: UserFolder, record: InstalledApp): void {
  const file = path.join(appFolder(user, record.app), RECORD)
  writeFileAtomic(file, `${JSON.stringify({ schema: SCHEMA, ...record }, undefined, 2)}\n`, 0o600)
}

function appFolder(user: UserFolder, app: string): string {
  return path.join(user, 'apps', folderNameOf(app))
}

function parse(text: string, file: string): InstalledApp {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (error) {
    throw ReleaseError.damagedState(file, messageOf(error))
  }
  if (!isObject(value) || value['schema'] !== SCHEMA) {
    throw ReleaseError.damagedState(file, 'it is no record of an installed app')
  }
  const texts = ['app', 'name', 'version', 'bundle', 'installedAt'].map((name) => value[name])
  const [app, name, version, bundle, installedAt] = texts.filter((one) => typeof one === 'string')
  const { seq, capabilities = {}, channel, network, previous } = value
  const whole = texts.every((one) => typeof one === 'string') && typeof seq === 'number'
  if (!whole || !isObject(capabilities)) throw ReleaseError.damagedState(file, 'a field is wrong')
  return {
    ...{ app: `${app}`, name: `${name}`, version: `${version}`, bundle: `${bundle}`, seq },
    ...{ capabilities, installedAt: `${installedAt}` },
    channel: typeof channel === 'string' ? channel : undefined,
    network: typeof network === 'string' ? network : undefined,
    previous: typeof previous === 'string' ? previous : undefined,
  }
}
