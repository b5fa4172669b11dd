/** What a manifest asks of the runtime: modules, entry and limits. */
import type { Manifest } from '../../bundle/manifest.ts'
import { isObject, type Json } from '../../protocol/did/canonical-json.ts'
import type { Limits, WorkerModule } from '../staged-dapp.ts'
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
  if (kind !== 'service') throw GateError.kindNotRun(kind)
  const { runtime, main, node = false, limits = {}, ...others } = isObject(entry) ? entry : {}
  if (runtime !== SERVICE_RUNTIME) throw GateError.oldEntry(String(runtime))
  const [stranger] = Object.keys(others)
  if (stranger !== undefined) throw GateError.badEntry(`\`entry\` has no member \`${stranger}\``)
  if (typeof main !== 'string' || typeOf(main) !== 'esModule') {
    throw GateError.badEntry('its main file must be a JavaScript module (.js, .mjs)')
  }
  if (node !== false) throw GateError.badEntry('modules of Node are not there')
  limitsOf({ value: { entry: { limits } } })
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

/** Throws `gate/badEntry` for limits out of bounds. */
export function limitsOf({ value }: Pick<Manifest, 'value'>): Limits {
  const asked = memberOf(value['entry'], 'limits') ?? {}
  if (!isObject(asked)) throw GateError.badEntry('`entry.limits` is no object')
  const stranger = Object.keys(asked).find((name) => !Object.hasOwn(BOUNDS, name))
  if (stranger !== undefined) throw GateError.badEntry(`there is no limit \`${stranger}\``)
  const limit = (name: string): number => {
    const [least, most, usual] = BOUNDS[name] ?? [0, 0, 0]
    const wanted = asked[name] ?? usual
    const fits = typeof wanted === 'number' && wanted >= least && wanted <= most
    if (!fits) throw GateError.badEntry(`\`${name}\` must be ${least} to ${most}`)
    return wanted
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
