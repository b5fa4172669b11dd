/**
 * What a bundle is made of, as CycloneDX 1.6 JSON: its files, and the packages that its project
 * locks. A pure function of both: no time and no random number, so that the same bundle has the
 * same list everywhere.
 *
 * @see ECMA-424, https://cyclonedx.org/docs/1.6/json/
 */
import { createHash } from 'node:crypto'
import type { ListedFile } from './file-list.ts'
import { type LockedPackage, lockedPackages } from './locked-packages.ts'
import type { Manifest } from './manifest.ts'

export interface SbomWish {
  readonly bundleId: string
  readonly manifest: Manifest
  readonly files: readonly ListedFile[]
  /** The text of package-lock.json, if the project has one. */
  readonly lock: string | undefined
  /** The version of `ela`. */
  readonly tool: string
}

/** SPDX ids in wide use; a licence that is none of them is told by its name. */
const SPDX = new Set([
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'MPL-2.0', 'CC0-1.0'],
  ...['CC-BY-3.0', 'CC-BY-4.0', 'Unlicense', 'BlueOak-1.0.0', 'Python-2.0', 'WTFPL', 'Zlib'],
  ...['GPL-2.0-only', 'GPL-2.0-or-later', 'GPL-3.0-only', 'GPL-3.0-or-later', 'AGPL-3.0-only'],
  ...['LGPL-2.1-only', 'LGPL-2.1-or-later', 'LGPL-3.0-only', 'LGPL-3.0-or-later', 'MIT-0'],
])
const EXPRESSION = /^\(?[A-Za-z0-9.+-]+(?: (?:OR|AND|WITH) \(?[A-Za-z0-9.+-]+\)?)+\)?$/

/** The text of the file. Throws `bundle/badLock`. */
export function sbomOf({ bundleId, manifest, files, lock, tool }: SbomWish): string {
  const packages = lock === undefined ? [] : lockedPackages(lock)
  const refs = new Map(packages.map((one) => [one.place, one.purl]))
  const direct = packages.filter(({ isDirect }) => isDirect).map(({ purl }) => purl)
  const value = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(bundleId)}`,
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'ela', version: tool }] },
      component: componentOf(bundleId, manifest),
      properties: [
        { name: 'elastos:app', value: manifest.app },
        { name: 'elastos:bundle', value: bundleId },
        { name: 'elastos:kind', value: manifest.kind },
      ],
    },
    components: [...files.map(fileComponent), ...uniquePackages(packages).map(packageComponent)],
    dependencies: [
      { ref: bundleId, dependsOn: sorted(direct) },
      ...uniquePackages(packages).map(({ purl, needs }) => ({
        ref: purl,
        dependsOn: sorted(needs.flatMap((place) => refs.get(place) ?? [])),
      })),
    ],
  }
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function componentOf(bundleId: string, { name, version, publisher, value }: Manifest) {
  const { description, license } = value
  return {
    type: 'application',
    'bom-ref': bundleId,
    name,
    version,
    publisher,
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof license === 'string' ? { licenses: licensesOf(license) } : {}),
    // Of `ela.json`, which names all else.
    hashes: [{ alg: 'SHA-256', content: bundleId.slice('sha256:'.length) }],
  }
}

function fileComponent({ path, sha256, mode, size }: ListedFile) {
  return {
    type: 'file',
    'bom-ref': `file:${path}`,
    name: path,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    properties: [
      { name: 'elastos:mode', value: mode },
      { name: 'elastos:size', value: String(size) },
    ],
  }
}

function packageComponent({ name, version, purl, sha512, use, license }: LockedPackage) {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1
  return {
    type: 'library',
    'bom-ref': purl,
    ...(slash < 0 ? { name } : { group: name.slice(0, slash), name: name.slice(slash + 1) }),
    version,
    scope: use,
    purl,
    ...(sha512 === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: sha512 }] }),
    ...(license === undefined ? {} : { licenses: licensesOf(license) }),
  }
}

function licensesOf(text: string) {
  if (SPDX.has(text)) return [{ license: { id: text } }]
  return EXPRESSION.test(text) ? [{ expression: text }] : [{ license: { name: text } }]
}

/** A package may be installed in several places; it is one component, wanted if any place wants it. */
function uniquePackages(packages: readonly LockedPackage[]): readonly LockedPackage[] {
  const ranks = ['required', 'optional', 'excluded']
  const byPurl = new Map<string, LockedPackage>()
  for (const one of packages) {
    const known = byPurl.get(one.purl)
    if (known === undefined) byPurl.set(one.purl, one)
    else {
      const use = ranks.indexOf(one.use) < ranks.indexOf(known.use) ? one.use : known.use
      byPurl.set(one.purl, { ...known, use, needs: [...new Set([...known.needs, ...one.needs])] })
    }
  }
  return [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1))
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort()
}

/** Version 8 of RFC 9562: made of what is named, as it says how itself. */
function uuidOf(bundleId: string): string {
  const bytes = createHash('sha256').update(`elastos.dapp/1 sbom\0${bundleId}`).digest()
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
