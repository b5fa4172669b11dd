/** What a manifest asks of the runtime: modules, entry and limits. */
import type { Manifest } from '../../bundle/manifest.ts'
import { isObject, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'
import type { Limits, StagedDapp, WorkerModule } from '../staged-dapp.ts'
import { GateError } from './errors.ts'
import type { StagedFile } from './stage.ts'

/** The contract of `export default { fetch(request, env, ctx) }`. */
export const SERVICE_RUNTIME = 'ela1'
const MIB = 1_048_576

/** Member of `entry.limits` → least, most, and what counts without it. */
const BOUNDS: Readonly<Record<string, readonly [least: number, most: number, usual: number]>> = {
  memoryMiB: [256, 2_048, 512],
  cpuSeconds: [1, 60, 30],
  requestsPerSecond: [1, 1_000, 200],
  wallStartMs: [500, 30_000, 5_000],
}
const STORAGE_USUAL = 16 * MIB
const STORAGE_MOST = 1_024 * MIB

const MODULE_TYPES: Readonly<Record<string, WorkerModule['type']>> = {
  js: 'esModule',
  mjs: 'esModule',
  wasm: 'wasm',
  json: 'json',
  txt: 'text',
  bin: 'data',
}

/** Throws `gate/kindNotRun`, `gate/oldEntry`, `gate/badEntry`. */
export function checkRunnable({ kind, entry }: Pick<Manifest, 'kind' | 'entry'>): void {
  if (kind === 'web') return
  if (kind !== 'service' && kind !== 'java') throw GateError.kindNotRun(kind)
  const runtime = memberOf(entry, 'runtime')
  if (kind === 'service' && runtime !== SERVICE_RUNTIME) throw GateError.oldEntry(String(runtime))
  const fault = kind === 'service' ? faultOfEntry(entry) : faultOfJavaEntry(entry)
  if (fault !== undefined) throw GateError.badEntry(fault)
}

/** What the `entry` of a service asks for that there is not, in words. */
export function faultOfEntry(entry: Json): string | undefined {
  const wish = isObject(entry) ? entry : {}
  const { runtime: _, main, node = false, limits = {}, origins = [], ...others } = wish
  const [stranger] = Object.keys(others)
  if (stranger !== undefined) return `\`entry\` has no member \`${stranger}\``
  if (typeof main !== 'string' || typeOf(main) !== 'esModule') {
    return 'its main file must be a JavaScript module (.js, .mjs)'
  }
  if (node !== false) return 'modules of Node are not there'
  return faultOfOrigins(origins) ?? faultOfLimits(limits)
}

/** The same for a DApp on a Java virtual machine. */
export function faultOfJavaEntry(entry: Json): string | undefined {
  const { jar, main, release, limits = {}, ...others } = isObject(entry) ? entry : {}
  const [stranger] = Object.keys(others)
  if (stranger !== undefined) return `\`entry\` has no member \`${stranger}\``
  if (typeof jar !== 'string' || !jar.endsWith('.jar')) return 'it names no jar'
  if (main !== undefined && !(typeof main === 'string' && JAVA_CLASS.test(main))) {
    return '`main` is no name of a class'
  }
  const isRelease = typeof release === 'number' && release >= LEAST_JAVA && release <= MOST_JAVA
  return isRelease ? faultOfLimits(limits) : `\`release\` must be ${LEAST_JAVA} to ${MOST_JAVA}`
}

const JAVA_CLASS = /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/
/** Release of Java that a jar is for when it does not say. */
export const LEAST_JAVA = 17
const MOST_JAVA = 99

/** Pages elsewhere that may call a service: `https://my.app`, or one of this machine with its port. */
function faultOfOrigins(origins: Json): string | undefined {
  if (!Array.isArray(origins) || origins.length > MOST_ORIGINS) {
    return `\`origins\` is no list of up to ${MOST_ORIGINS} origins`
  }
  const wrong = origins.find((one) => typeof one !== 'string' || !isPageOrigin(one))
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no origin of a page`
}

const MOST_ORIGINS = 16

function isPageOrigin(text: string): boolean {
  if (!URL.canParse(text) || new URL(text).origin !== text) return false
  const { protocol, hostname } = new URL(text)
  const isHere = hostname === '127.0.0.1' || /(^|\.)localhost$/.test(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isHere)
}

function faultOfLimits(limits: Json): string | undefined {
  if (!isObject(limits)) return 'its `limits` are no object'
  for (const [name, wanted] of Object.entries(limits)) {
    const bounds = Object.hasOwn(BOUNDS, name) ? BOUNDS[name] : undefined
    if (bounds === undefined) return `there is no limit \`${name}\``
    const [least, most] = bounds
    const fits = typeof wanted === 'number' && wanted >= least && wanted <= most
    if (!fits) return `\`${name}\` must be ${least} to ${most}`
  }
  return undefined
}

/** What a checked manifest and its staged files are started as. */
export function startedAs(
  { kind, entry }: Pick<Manifest, 'kind' | 'entry'>,
  target: string,
  files: readonly StagedFile[],
): Pick<StagedDapp, 'kind' | 'modules' | 'assets'> {
  if (kind === 'web') return { kind: { name: 'web' }, modules: [], assets: target }
  if (kind === 'java') {
    const { jar, main, release } = entry as unknown as JavaEntry
    const file = files.find(({ path }) => path === jar)?.file
    if (file === undefined) throw GateError.badEntry(`there is no \`${jar}\` in the bundle`)
    return { kind: { name: 'java', jar: file, main, release }, modules: [], assets: undefined }
  }
  const origins = (memberOf(entry, 'origins') ?? []) as readonly string[]
  return {
    kind: { name: 'service', origins },
    modules: modulesOf({ entry }, files),
    assets: undefined,
  }
}

interface JavaEntry {
  readonly jar: string
  readonly main?: string
  readonly release: number
}

/** The worker's modules, the main one first. */
export function modulesOf(
  { entry }: Pick<Manifest, 'entry'>,
  files: readonly StagedFile[],
): readonly WorkerModule[] {
  const main = isObject(entry) ? entry['main'] : undefined
  const modules = files.flatMap(({ path, file }): WorkerModule[] => {
    const type = typeOf(path)
    return type === undefined ? [] : [{ name: path, file, type }]
  })
  return [
    ...modules.filter(({ name }) => name === main),
    ...modules.filter(({ name }) => name !== main),
  ]
}

/** The limits of a manifest that was checked. Throws `gate/badEntry` for its storage. */
export function limitsOf({ value }: { readonly value: JsonObject }): Limits {
  const asked = memberOf(value['entry'], 'limits')
  const limit = (name: string): number => {
    const [, , usual] = BOUNDS[name] ?? [0, 0, 0]
    return Number(memberOf(asked, name) ?? usual)
  }
  return {
    memoryMiB: limit('memoryMiB'),
    cpuSecondsPerMinute: limit('cpuSeconds'),
    requestsPerSecond: limit('requestsPerSecond'),
    startWithinMs: limit('wallStartMs'),
    storageBytes: storageOf(memberOf(value['capabilities'], 'storage')),
  }
}

function storageOf(asked: Json | undefined): number {
  const bytes = memberOf(asked, 'bytes') ?? STORAGE_USUAL
  if (typeof bytes !== 'number' || bytes < 0 || bytes > STORAGE_MOST) {
    throw GateError.badEntry(`\`storage.bytes\` must be 0 to ${STORAGE_MOST}`)
  }
  return bytes
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return value !== undefined && isObject(value) ? value[name] : undefined
}

function typeOf(path: string): WorkerModule['type'] | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1)
  return Object.hasOwn(MODULE_TYPES, ending) ? MODULE_TYPES[ending] : undefined
}
