/**
 * The configuration of one instance. Everything the DApp can reach is in here by name: its own
 * modules, its static files, and the shim's class `Ela`. There is no service that leads anywhere
 * else; the one called `internet` must exist, because the engine adds a real one when it does not.
 */
import type { WorkerModule } from '../staged-dapp.ts'
import { CapnpEmbed, type CapnpValue, CapnpWord, capnpText } from './capnp.ts'
import { COMPATIBILITY_DATE } from './pinned.ts'
import { workerSource, wrapperSource } from './worker-source.ts'

export interface InstanceConfig {
  readonly id: string
  /** `file` is a path below the engine's import folder, beginning with `/`. */
  readonly modules: readonly WorkerModule[]
  /** Folder of static files as the engine sees it. */
  readonly assets: string | undefined
  /** The shim's source: a module that exports a class `Ela`. */
  readonly shim: string
  /** Source of a module that exports `elaOf`, the DApp's half of the shim. */
  readonly front?: string | undefined
  readonly gateway: {
    /** Path of the gateway's socket as the engine sees it. */
    readonly socket: string
    readonly token: string
  }
  /** Ed25519 private key in PEM. */
  readonly privatePem: string
  readonly hosts: readonly string[]
  /** Of other pages that may call the DApp. */
  readonly origins: readonly string[]
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Most that the JavaScript heap may take. */
  readonly heapMiB: number
}

/** Text of the configuration; its constant is called `config`. Throws `runtime/notText`. */
export function instanceConfig(config: InstanceConfig): string {
  const value = {
    v8Flags: [`--max-old-space-size=${config.heapMiB}`, '--max-semi-space-size=8'],
    services: [
      { name: 'dapp', worker: dappWorker(config) },
      { name: 'shim', worker: worker('shim.js', config.shim, { globalOutbound: 'gateway' }) },
      { name: 'gateway', external: gateway(config) },
      { name: 'internet', worker: ownWorker(config) },
      ...(config.assets === undefined
        ? []
        : [{ name: 'assets', disk: { path: config.assets, writable: false } }]),
    ],
    sockets: [
      { name: 'http', service: 'dapp', http: { injectResponseHeaders: headers(config.headers) } },
      { name: 'ctl', service: { name: 'internet', entrypoint: 'health' }, http: {} },
    ],
  }
  const start = 'using Workerd = import "/workerd/workerd.capnp";\n'
  return `${start}const config :Workerd.Config = ${capnpText(value)};\n`
}

/** Every worker goes to `internet`, the one that denies, when it is not told otherwise. */
function worker(name: string, source: string, more: Readonly<Record<string, CapnpValue>> = {}) {
  return {
    modules: [{ name, esModule: source }],
    compatibilityDate: COMPATIBILITY_DATE,
    globalOutbound: 'internet',
    ...more,
  }
}

function dappWorker({ id, modules, assets, hosts, origins, front }: InstanceConfig): CapnpValue {
  const [main] = modules
  const wrapper = ownName('ela-wrapper.js', modules)
  const frontName = front === undefined ? undefined : ownName('ela-front.js', modules)
  const shim = {
    name: 'shim',
    entrypoint: 'Ela',
    props: { json: JSON.stringify({ instance: id }) },
  }
  const bindings: CapnpValue[] = [{ name: 'ELA', service: shim }]
  if (assets !== undefined) bindings.push({ name: 'ASSETS', service: 'assets' })
  const source = wrapperSource({ main: main?.name ?? '', hosts, origins, front: frontName })
  const base = worker(wrapper, source, {
    bindings,
    // `env` by import would be the engine's, not the one that the wrapper hands over.
    compatibilityFlags: ['disallow_importable_env'],
  })
  const fronts = front === undefined ? [] : [{ name: frontName, esModule: front }]
  return { ...base, modules: [...base.modules, ...fronts, ...modules.map(moduleValue)] }
}

/** A name that no module of the DApp has. */
function ownName(wanted: string, modules: readonly WorkerModule[]): string {
  let name = wanted
  while (modules.some((module) => module.name === name)) name = `_${name}`
  return name
}

function moduleValue({ name, file, type }: WorkerModule): CapnpValue {
  return { name, [type]: new CapnpEmbed(file) }
}

function gateway({ gateway: { socket, token } }: InstanceConfig): CapnpValue {
  const injectRequestHeaders = [{ name: 'x-ela-token', value: token }]
  return {
    address: `unix:${socket}`,
    http: { style: new CapnpWord('proxy'), injectRequestHeaders },
  }
}

/** Denies by default and answers us at its other entry: each worker costs time and memory. */
function ownWorker({ id, privatePem }: InstanceConfig): CapnpValue {
  const key = {
    pkcs8: privatePem,
    algorithm: { json: JSON.stringify({ name: 'Ed25519' }) },
    extractable: false,
    usages: [new CapnpWord('sign')],
  }
  const bindings = [
    { name: 'KEY', cryptoKey: key },
    { name: 'INSTANCE', text: id },
  ]
  return worker('own.js', workerSource('own'), { bindings })
}

/** A header without a value is one that the DApp's answers lose. */
function headers(wanted: Readonly<Record<string, string | undefined>>): CapnpValue {
  return Object.entries(wanted).map(([name, value]) => ({ name, value }))
}
