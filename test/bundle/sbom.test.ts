import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import type { ListedFile } from '../../src/bundle/file-list.ts'
import { lockedPackages } from '../../src/bundle/locked-packages.ts'
import type { Manifest } from '../../src/bundle/manifest.ts'
import { sbomOf } from '../../src/bundle/sbom.ts'
import { app, vectorFiles, vectorManifest, writeFiles } from '../support/bundle.ts'
import { ela, root } from '../support/ela.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('SBOM')
const require = createRequire(import.meta.url)

interface Component {
  readonly type: string
  readonly name: string
  readonly group?: string
  readonly purl?: string
  readonly scope?: string
  readonly 'bom-ref': string
  readonly hashes?: readonly { readonly content: string }[]
}

interface Sbom {
  readonly serialNumber: string
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

/** The schema that the makers of CycloneDX publish, with those it refers to. */
const fitsSchema = (() => {
  const { Ajv } = require('ajv') as typeof import('ajv')
  const place = path.dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json'))
  const schema = (name: string) =>
    JSON.parse(readFileSync(path.join(place, `res/schema/${name}.SNAPSHOT.schema.json`), 'utf8'))
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
  }
  return ajv.compile(schema('bom-1.6'))
})()

function checkSchema(value: unknown): void {
  assert.ok(fitsSchema(value), JSON.stringify(fitsSchema.errors?.slice(0, 5)))
}

/** What the schema cannot say: every reference leads somewhere, and none is given twice. */
function checkReferences({ components, dependencies }: Sbom, bundleId: string): void {
  const refs = [bundleId, ...components.map((one) => one['bom-ref'])]
  assert.is(new Set(refs).size, refs.length)
  for (const { ref, dependsOn } of dependencies) {
    for (const one of [ref, ...dependsOn]) assert.ok(refs.includes(one), one)
  }
}

const files: readonly ListedFile[] = [
  { path: 'index.html', mode: '644', size: 3, sha256: 'ab'.repeat(32) },
]
const bundleId = `sha256:${'cd'.repeat(32)}`
const summary = { count: 1, bytes: 3, sha256: '00'.repeat(32), root: `sha256:${'00'.repeat(32)}` }
const manifestWith = (more: Readonly<Record<string, string>>): Manifest => ({
  ...vectorManifest,
  files: summary,
  value: { ...more },
})

test('is valid CycloneDX 1.6 for the packages of this repository, and leads nowhere wrong', () => {
  const lock = readFileSync(`${root}/package-lock.json`, 'utf8')
  const manifest = manifestWith({ license: 'MIT', description: 'A page' })
  const text = sbomOf({ bundleId, manifest, files, lock, tool: '0.1.0' })
  assert.is(sbomOf({ bundleId, manifest, files, lock, tool: '0.1.0' }), text)
  const value = JSON.parse(text) as Sbom
  checkSchema(value)
  checkReferences(value, bundleId)
  const commander = value.components.find(({ name }) => name === 'commander')
  assert.equal([commander?.scope, commander?.purl], ['required', 'pkg:npm/commander@14.0.3'])
  assert.match(commander?.hashes?.[0]?.content ?? '', /^[0-9a-f]{128}$/)
  const scoped = value.components.find(({ group, name }) => group === '@noble' && name === 'curves')
  assert.match(scoped?.purl ?? '', 'pkg:npm/%40noble/curves@')
  assert.is(value.components.find(({ name }) => name === 'uvu')?.scope, 'excluded')
})

test('tells licences as ids, expressions or names, and the schema tells wrong ones', () => {
  for (const license of ['MIT', '(MIT OR Apache-2.0)', 'SEE LICENSE IN LICENSE', 'MIT OR ISC']) {
    const manifest = manifestWith({ license })
    const text = sbomOf({ bundleId, manifest, files, lock: undefined, tool: '0.1.0' })
    checkSchema(JSON.parse(text))
    assert.not.ok(fitsSchema(JSON.parse(text.replaceAll('SHA-256', 'SHA-257'))))
  }
})

test('resolves packages as Node does, and takes one that is installed twice for one', () => {
  const lock = JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { a: '1', b: '1' }, devDependencies: { c: '1' } },
      'node_modules/a': { version: '1.0.0', dependencies: { c: '2' } },
      'node_modules/a/node_modules/c': { version: '2.0.0' },
      'node_modules/b': { version: '1.0.0', dependencies: { c: '1' }, optional: true },
      'node_modules/c': { version: '1.0.0', dev: true },
      'node_modules/d': { version: '2.0.0', name: 'c' },
      'node_modules/linked': { link: true, resolved: '../linked' },
    },
  })
  const value = JSON.parse(
    sbomOf({ bundleId, manifest: manifestWith({}), files, lock, tool: '0.1.0' }),
  ) as Sbom
  checkSchema(value)
  checkReferences(value, bundleId)
  assert.equal(
    value.dependencies.map(({ ref, dependsOn }) => [ref, ...dependsOn].join(' ')),
    [
      `${bundleId} pkg:npm/a@1.0.0 pkg:npm/b@1.0.0 pkg:npm/c@1.0.0`,
      'pkg:npm/a@1.0.0 pkg:npm/c@2.0.0',
      'pkg:npm/b@1.0.0 pkg:npm/c@1.0.0',
      'pkg:npm/c@1.0.0',
      'pkg:npm/c@2.0.0',
    ],
  )
})

test('refuses locks that are none', async () => {
  for (const text of ['', '{}', '[]', '{"packages":[]}', '{"packages":{"node_modules/a":1}}']) {
    await fails('bundle/badLock', () => lockedPackages(text))
  }
  await fails('bundle/badLock', () => lockedPackages('{"packages":{"node_modules/a":{}}}'))
})

test('whatever comes as a lock is read or refused', () => {
  const place = fc.constantFrom(
    '',
    'node_modules/a',
    'node_modules/@s/b',
    'node_modules/a/node_modules/b',
  )
  const packages = fc.dictionary(place, fc.jsonValue({ maxDepth: 3 }))
  fc.assert(
    fc.property(
      fc.oneof(
        packages.map((one) => JSON.stringify({ packages: one })),
        fc.json(),
      ),
      (lock) => {
        try {
          const text = sbomOf({ bundleId, manifest: manifestWith({}), files, lock, tool: '0.1.0' })
          checkReferences(JSON.parse(text) as Sbom, bundleId)
        } catch (error) {
          if (!(error instanceof ElaError)) throw error
          assert.is(error.code, 'bundle/badLock')
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('`ela pack --sbom` writes it beside the bundle, and never into one', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.join('public'), vectorFiles)
  writeFiles(folder.path, {
    'package.json': '{"version":"1.0.0","license":"MIT"}',
    'ela.config.json': '{"name":"shop","kind":"web"}',
  })
  const line = `pack . --app ${app} --sbom --json`
  const first = JSON.parse((await ela(line, { cwd: folder.path })).stdout).data
  const text = readFileSync(first.sbom, 'utf8')
  checkSchema(JSON.parse(text))
  checkReferences(JSON.parse(text), first.bundleId)
  const again = JSON.parse((await ela(line, { cwd: folder.path })).stdout).data
  assert.equal([again.bundleId, again.sbom, again.files], [first.bundleId, first.sbom, 3])
  assert.is(readFileSync(first.sbom, 'utf8'), text)
  const other = JSON.parse(readFileSync(first.sbom, 'utf8')) as Sbom
  assert.match(other.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/)
})

test.run()
