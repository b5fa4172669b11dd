/** What a project says about itself in `ela.config.ts`, checked and with its defaults filled in. */
import type { Mining, Profile } from '../nodes/kind.ts'

export interface Config {
  /** The project's folder, full path. */
  readonly folder: string
  /** The config file, full path; `undefined` when the project has none. */
  readonly file: string | undefined
  readonly name: string
  readonly kind: DappKind
  /** Full path: of a web DApp its public folder, of a service its source file. */
  readonly entry: string
  readonly devnet: DevnetConfig
  readonly dapp: DappConfig
  /** What the manifest of a bundle says, as it was written; packing checks it. */
  readonly bundle: Readonly<Record<string, unknown>>
}

export type DappKind = 'web' | 'service'

export interface DevnetConfig {
  /** Node kinds to start. */
  readonly nodes: readonly string[]
  readonly profile: Profile
  readonly mining: Mining
  /** First port of the devnet's block; `undefined` for the ports of the real nodes. */
  readonly portBase: number | undefined
  readonly engine: 'embedded'
  /** Node kind → its own options, checked by the kind. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface DappConfig {
  /** The port wanted; `undefined` for the default, `false` for a service that opens none. */
  readonly port: number | false | undefined
  /** Full paths whose changes restart the DApp, besides the sources it is made of. */
  readonly watch: readonly string[]
  /** Full paths whose changes are never looked at. */
  readonly ignore: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Origins of this machine that the page may ask while it is in work, besides its own. */
  readonly connect: readonly string[]
  /** Service that it may call by name → who answers, and what starts the one of this machine. */
  readonly services: Readonly<Record<string, ServiceConfig>>
}

export interface ServiceConfig {
  readonly urls: readonly string[]
  /** Program and arguments; empty for one that is started otherwise. */
  readonly start: readonly string[]
}
