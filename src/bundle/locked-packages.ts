/** The packages that a package-lock.json of npm names (lockfileVersion 2 and 3). */
import { isObject, type Json, type JsonObject } from '../protocol/did/canonical-json.ts'
import { BundleError } from './errors.ts'

export interface LockedPackage {
  /** Where it is installed: `node_modules/a/node_modules/b`. */
  readonly place: string
  readonly name: string
  readonly version: string
  /** `pkg:npm/…` */
  readonly purl: string
  /** Of its archive, lower-case hex. */
  readonly sha512: string | undefined
  readonly license: string | undefined
  /** `excluded`: for developers alone. */
  readonly use: 'required' | 'optional' | 'excluded'
  /** Whether the project itself names it. */
  readonly isDirect: boolean
  /** Places of the packages it needs. */
  readonly needs: readonly string[]
}

const MODULES = 'node_modules/'
const MAX_PACKAGES = 50_000
const GROUPS = ['dependencies', 'optionalDependencies', 'peerDependencies']

/** Throws `bundle/badLock`. */
export function lockedPackages(text: string): readonly LockedPackage[] {
  const places = placesIn(text)
  const root = places[''] ?? {}
  const direct = new Set(
    [...GROUPS, 'devDependencies']
      .flatMap((group) => namesOf(root, group))
      .map((name) => MODULES + name),
  )
  return Object.entries(places)
    .filter(([place, entry]) => place.startsWith(MODULES) && entry['link'] !== true)
    .map(([place, entry]): LockedPackage => {
      const name = textIn(entry, 'name') ?? place.slice(place.lastIndexOf(MODULES) + MODULES.length)
      const version = textIn(entry, 'version')
      if (version === undefined) throw BundleError.badLock(`\`${place}\` has no version`)
      const isDev = entry['dev'] === true || entry['devOptional'] === true
      return {
        ...{ place, name, version, purl: purlOf(name, version) },
        sha512: sha512In(textIn(entry, 'integrity')),
        license: textIn(entry, 'license'),
        use: isDev ? 'excluded' : entry['optional'] === true ? 'optional' : 'required',
        isDirect: direct.has(place),
        needs: GROUPS.flatMap((group) => namesOf(entry, group)).flatMap(
          (wanted) => placeOf(wanted, place, places) ?? [],
        ),
      }
    })
}

function placesIn(text: string): Readonly<Record<string, JsonObject>> {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    throw BundleError.badLock('it is no JSON')
  }
  const packages = isObject(value) ? value['packages'] : undefined
  if (!isObject(packages)) {
    throw BundleError.badLock('it has no `packages`, as npm 6 wrote it: run `npm install` once')
  }
  const entries = Object.entries(packages)
  if (entries.length > MAX_PACKAGES) throw BundleError.badLock('it names too many packages')
  const wrong = entries.find(([, entry]) => !isObject(entry))
  if (wrong !== undefined) throw BundleError.badLock(`\`${wrong[0]}\` is no object`)
  return packages as Readonly<Record<string, JsonObject>>
}

/** Where Node finds a package: beside the one that asks, or in a folder above. */
function placeOf(
  wanted: string,
  from: string,
  places: Readonly<Record<string, JsonObject>>,
): string | undefined {
  for (let above = from; ; ) {
    const place = above === '' ? MODULES + wanted : `${above}/${MODULES}${wanted}`
    if (Object.hasOwn(places, place)) return place
    if (above === '') return undefined
    const at = above.lastIndexOf(`/${MODULES}`)
    above = at < 0 ? '' : above.slice(0, at)
  }
}

/** @see https://github.com/package-url/purl-spec */
function purlOf(name: string, version: string): string {
  const [scope = '', bare] = name.startsWith('@') ? name.split('/') : [undefined, name]
  const path =
    bare === undefined ? name : scope === '' ? bare : `${encodeURIComponent(scope)}/${bare}`
  return `pkg:npm/${path}@${encodeURIComponent(version)}`
}

function sha512In(integrity: string | undefined): string | undefined {
  const [, text] = /(?:^| )sha512-([A-Za-z0-9+/]{86}==)/.exec(integrity ?? '') ?? []
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('hex')
}

function namesOf(entry: JsonObject, group: string): readonly string[] {
  const value = entry[group]
  return isObject(value) ? Object.keys(value) : []
}

function textIn(entry: JsonObject, name: string): string | undefined {
  const value = entry[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
