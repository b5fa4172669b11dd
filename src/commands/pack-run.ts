import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { messageOf } from '../base/errors.ts'
import { version as toolVersion } from '../base/version.ts'
import { languageOf } from '../build/dapp-entry.ts'
import { openArchive } from '../bundle/byte-source.ts'
import { parseWishes, unexplained } from '../bundle/capabilities/index.ts'
import { BundleError } from '../bundle/errors.ts'
import type { ManifestWish } from '../bundle/manifest.ts'
import { packFolder } from '../bundle/pack.ts'
import { readHead } from '../bundle/read-bundle.ts'
import { messageFor } from '../bundle/signature-file.ts'
import { keySigner } from '../bundle/signer.ts'
import type { Config } from '../config/config.ts'
import { loadConfigOrDefault } from '../config/load.ts'
import { keyOfName, namedDids, plainDidOfName } from '../identity/did-keys.ts'
import { faultOfEntry, faultOfJavaEntry } from '../runtime/gate/runnable.ts'
import { entryOf, type ProjectManifest } from '../runtime/unsigned.ts'
import type { Context } from './context.ts'
import { keyPlaceOf } from './did-place.ts'
import { CommandError } from './errors.ts'
import { buildService } from './pack-service.ts'
import { projectFolder } from './project-folder.ts'

export interface PackFlags {
  readonly out?: string
  readonly app?: string
  readonly publisher?: string
  readonly release?: string
  readonly seq?: string
  readonly prev?: string
  readonly as?: string
  readonly exclude?: readonly string[]
  readonly allowSecrets?: readonly string[]
  readonly level: string
  readonly check?: boolean
  readonly sbom?: boolean
}

/** Fields of `bundle` in the config that go into the manifest as they are. */
const PASSED_ON = [
  ...['capabilities', 'services', 'contracts', 'assets', 'license', 'homepage', 'description'],
  ...['icon', 'locales', 'build', 'x'],
]
const FROM_PACKAGE = ['license', 'homepage', 'description']
const OWN = [
  ...['app', 'publisher', 'version', 'seq', 'prev', 'exclude', 'allowSecrets'],
  ...['include', 'limits', 'origins'],
  ...PASSED_ON,
]

export async function runPack(
  typed: string | undefined,
  flags: PackFlags,
  context: Context,
): Promise<void> {
  const began = performance.now()
  const folder = typed === undefined ? projectFolder(context.cwd) : path.resolve(context.cwd, typed)
  const config = await loadConfigOrDefault(folder)
  checkSettings(config)
  const manifest = manifestOf(config, flags, context)
  const out = flags.out === undefined ? folder : path.resolve(context.cwd, flags.out)
  try {
    mkdirSync(out, { recursive: true })
  } catch (error) {
    throw BundleError.unwritable(out, error)
  }
  const file = path.join(out, `${manifest.name}-${manifest.version}.dapp.tgz`)
  const sign = await signWith(flags.as, context)
  using built = config.kind === 'service' ? await buildService(config, filesIn(config)) : undefined
  const packed = await packFolder({
    folder: built?.folder ?? packedFolder(config),
    manifest,
    file,
    exclude: [...textsIn(config, 'exclude'), ...(flags.exclude ?? [])],
    allowSecrets: [...textsIn(config, 'allowSecrets'), ...(flags.allowSecrets ?? [])],
    level: numberOf('--level', flags.level, 9),
    ...(sign === undefined ? {} : { sign }),
  })
  const packMs = Math.round(performance.now() - began)
  if (flags.check === true) {
    const { checkPacked } = await import('../bundle/check-pack.ts')
    await checkPacked(file)
  }
  const sbom = flags.sbom === true ? await writeSbom(file, folder) : undefined
  const { name, version, seq, app } = manifest
  const data = {
    ...{ ...packed, name, version, seq, app, packMs },
    ...{ signed: sign !== undefined, checked: flags.check === true },
    ...(sbom === undefined ? {} : { sbom }),
  }
  tellGithub({ bundleId: packed.bundleId, file }, context)
  context.printer.answer('pack', data, (_, paint) =>
    [
      `${paint('bold', path.basename(file))}  ${sizeText(packed.archiveBytes)}`,
      `${packed.files} files, ${sizeText(packed.bytes)}, ${packMs} ms`,
      packed.bundleId,
      file,
      ...(sbom === undefined ? [] : [sbom]),
    ].join('\n'),
  )
  const silent = unexplained(parseWishes(manifest.more?.['capabilities'] ?? {}))
  if (silent.length > 0) {
    const names = silent.map((one) => `\`${one}\``).join(', ')
    const hint = 'Add a `reason` to each: it is what users read when they are asked.'
    context.printer.warn(`No reason is given for ${names}.`, hint)
  }
  if (sign === undefined) context.printer.say(`Nobody signed it yet: \`ela sign ${file}\`.`)
}

/** Lists what is in the bundle, beside it. */
async function writeSbom(file: string, folder: string): Promise<string> {
  const { sbomOf } = await import('../bundle/sbom.ts')
  const source = await openArchive(file)
  try {
    const { bundleId, manifest, files } = await readHead(source)
    const lockFile = path.join(folder, 'package-lock.json')
    const lock = existsSync(lockFile) ? readFileSync(lockFile, 'utf8') : undefined
    const sbom = file.replace(/\.dapp\.tgz$/, '.cdx.json')
    writeFileAtomic(sbom, sbomOf({ bundleId, manifest, files, lock, tool: toolVersion }))
    return sbom
  } finally {
    await source.close()
  }
}

/** Outputs of a step, for steps and jobs after it. A step without the file is none of GitHub's. */
function tellGithub(outputs: Readonly<Record<string, string>>, { env, printer }: Context): void {
  const file = env['GITHUB_OUTPUT'] ?? ''
  if (file === '') return
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value}\n`)
  try {
    appendFileSync(file, lines.join(''))
  } catch (error) {
    printer.warn(`GITHUB_OUTPUT cannot be written: ${messageOf(error)}.`)
  }
}

export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000
    ? `${(bytes / 1_000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function manifestOf(config: Config, flags: PackFlags, context: Context): ManifestWish {
  const { bundle, name } = config
  const fromPackage = packageOf(config.folder)
  const app = appOf(config, flags, context)
  const publisher = flags.publisher ?? textIn(config, 'publisher')
  const prev = flags.prev ?? textIn(config, 'prev')
  const more = Object.fromEntries(
    PASSED_ON.map((field) => [
      field,
      bundle[field] ?? (FROM_PACKAGE.includes(field) ? fromPackage[field] : undefined),
    ]).filter(([, value]) => value !== undefined && value !== ''),
  )
  return {
    app,
    publisher: publisher === undefined ? app : plainDidOfName(publisher, keyPlaceOf(context)),
    name,
    version: flags.release ?? textIn(config, 'version') ?? fromPackage['version'] ?? '0.1.0',
    seq: seqOf(config, flags),
    ...startOf(config),
    more: { capabilities: {}, ...more, ...(prev === undefined ? {} : { prev }) },
  }
}

/** A folder without a config and without a public folder is packed as it is. */
function packedFolder({ file, folder, entry }: Config): string {
  return file === undefined && !existsSync(entry) ? folder : entry
}

/** Kind and entry of the manifest. Throws `bundle/badManifest` for limits out of bounds. */
export function startOf({
  kind,
  entry,
  bundle,
}: Pick<Config, 'kind' | 'entry' | 'bundle'>): Pick<ManifestWish, 'kind' | 'entry'> {
  if (kind === 'web') return { kind, entry: 'index.html' }
  const { limits = {}, origins = [] } = bundle as Partial<ProjectManifest>
  const as = languageOf(entry) === 'jar' ? 'java' : 'service'
  const start = entryOf(as, entry, { limits, origins })
  // It would pack, and then not run.
  const fault = as === 'java' ? faultOfJavaEntry(start.entry) : faultOfEntry(start.entry)
  if (fault !== undefined) throw BundleError.badManifest(fault)
  return start
}

/** What goes into a service's bundle beside its module; its icon by itself. */
function filesIn(config: Config): readonly string[] {
  const icon = textIn(config, 'icon')
  return [...textsIn(config, 'include'), ...(icon === undefined ? [] : [icon])]
}

function appOf(config: Config, flags: PackFlags, context: Context): string {
  const place = keyPlaceOf(context)
  const typed = flags.app ?? textIn(config, 'app')
  if (typed !== undefined) return plainDidOfName(typed, place)
  const named = namedDids(place).find(({ name }) => name === config.name)
  if (named === undefined) throw BundleError.appNeeded(config.name)
  return named.did
}

function seqOf({ bundle }: Config, flags: PackFlags): number {
  if (flags.seq !== undefined) return numberOf('--seq', flags.seq, Number.MAX_SAFE_INTEGER)
  const seq = bundle['seq'] ?? 1
  if (typeof seq !== 'number') throw BundleError.wrongSetting('seq', 'a whole number')
  return seq
}

async function signWith(typed: string | undefined, context: Context) {
  if (typed === undefined) return undefined
  const { did, privateKey } = await keyOfName(typed, keyPlaceOf(context))
  const signer = keySigner(`${did}#primary`, privateKey)
  return async (manifest: Buffer) => [await signer.sign(messageFor(manifest))]
}

/** The texts of the project's `package.json`; none when it has none. Throws `bundle/unreadable`. */
export function packageOf(folder: string): Readonly<Record<string, string>> {
  const file = path.join(folder, 'package.json')
  if (!existsSync(file)) return {}
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const texts = Object.entries(value ?? {}).filter(([, inner]) => typeof inner === 'string')
    return Object.fromEntries(texts)
  } catch (error) {
    throw BundleError.unreadable(file, error)
  }
}

function checkSettings({ bundle }: Config): void {
  const stranger = Object.keys(bundle).find((name) => !OWN.includes(name))
  if (stranger !== undefined) throw BundleError.wrongSetting(stranger, `one of ${OWN.join(', ')}`)
}

function textIn({ bundle }: Config, name: string): string | undefined {
  const value = bundle[name]
  if (value !== undefined && typeof value !== 'string') {
    throw BundleError.wrongSetting(name, 'a text')
  }
  return value
}

function textsIn({ bundle }: Config, name: string): readonly string[] {
  const value = bundle[name] ?? []
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
    throw BundleError.wrongSetting(name, 'a list of texts')
  }
  return value
}

function numberOf(flag: string, typed: string, most: number): number {
  const value = Number(typed)
  if (!/^\d+$/.test(typed) || value > most) throw CommandError.badNumber(flag, typed)
  return value
}
