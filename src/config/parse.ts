/** The default export of a config file → `Config`. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { nodeKinds } from '../nodes/index.ts'
import type { Mining, Profile } from '../nodes/kind.ts'
import type { Config, DappConfig, DappKind, DevnetConfig } from './config.ts'
import { ConfigError } from './errors.ts'
import { parseMining } from './mining.ts'
import { type ConfigSource, SettingsReader } from './reader.ts'

const profiles: readonly [Profile, ...Profile[]] = ['testnet', 'local', 'mainnet']
const engines = ['embedded', 'native', 'remote'] as const
const kinds: readonly [DappKind, ...DappKind[]] = ['web', 'service']
const PUBLIC_FOLDERS = ['public', '.']
const SOURCE_FILES = ['src/service.ts', 'src/main.ts', 'src/index.ts', 'service.ts', 'index.js']

/**
 * Throws `config/unknownKey`, `config/wrongValue`, `config/unknownWord`, `config/outsideProject`,
 * `config/missingEntry` or `config/engineNotYet`, each naming file, line and setting.
 */
export function parseConfig(source: ConfigSource, value: unknown): Config {
  const settings = new SettingsReader(source, value)
  settings.allow(['name', 'kind', 'root', 'entry', 'devnet', 'dapp', 'bundle'])
  const kind = settings.word('kind', kinds)
  return {
    folder: source.folder,
    file: path.join(source.folder, source.file),
    name: settings.text('name') ?? path.basename(source.folder),
    kind,
    entry: entryOf(settings, kind, source.folder),
    devnet: devnetOf(settings.object('devnet')),
    dapp: dappOf(settings.object('dapp'), kind),
    bundle: plainOf(settings.object('bundle')),
  }
}

/** The config of a folder that has none: a devnet of everything. */
export function defaultConfig(folder: string): Config {
  const nothing = new SettingsReader({ folder, file: 'ela.config.ts', text: '' }, {})
  return {
    folder,
    file: undefined,
    name: path.basename(folder),
    kind: 'web',
    entry: path.join(folder, 'public'),
    devnet: devnetOf(nothing),
    dapp: dappOf(nothing, 'web'),
    bundle: {},
  }
}

function entryOf(settings: SettingsReader, kind: DappKind, folder: string): string {
  const [key, other, guesses] =
    kind === 'web'
      ? (['root', 'entry', PUBLIC_FOLDERS] as const)
      : (['entry', 'root', SOURCE_FILES] as const)
  if (settings.value(other) !== undefined) {
    const hint = `A \`${kind}\` DApp has \`${key}\`.`
    throw ConfigError.unknownKey(settings.place(other), other, hint)
  }
  const guess = guesses.find((file) => existsSync(path.join(folder, file))) ?? guesses[0]
  const given = settings.text(key) ?? guess ?? '.'
  const full = settings.inside(key, given)
  // Also false where a file stands in the place of a folder, for which `statSync` throws.
  if (!existsSync(full)) throw ConfigError.missingEntry(settings.place(key), key, given)
  if (statSync(full).isDirectory() !== (kind === 'web')) {
    throw settings.wrong(key, kind === 'web' ? 'a folder' : 'a file')
  }
  return full
}

function devnetOf(settings: SettingsReader): DevnetConfig {
  settings.allow(['nodes', 'profile', 'mining', 'portBase', 'engine', 'options'])
  const known = nodeKinds.map(({ name }) => name)
  const nodes = settings.words('nodes', known)
  if (settings.value('nodes') !== undefined && nodes.length === 0) {
    throw settings.wrong('nodes', 'a list of at least one node')
  }
  const engine = settings.word('engine', engines)
  if (engine !== 'embedded') throw ConfigError.engineNotYet(settings.place('engine'), engine)
  return {
    nodes: nodes.length === 0 ? known : nodes,
    profile: settings.word('profile', profiles),
    mining: miningOf(settings),
    portBase: settings.number('portBase', 1024, 65_000),
    engine,
    options: optionsOf(settings.object('options'), known),
  }
}

function miningOf(settings: SettingsReader): Mining {
  const given = settings.text('mining') ?? 'auto'
  try {
    return parseMining(given)
  } catch {
    throw settings.wrong('mining', "'auto', 'none' or 'interval:MILLISECONDS'")
  }
}

function optionsOf(settings: SettingsReader, known: readonly string[]): DevnetConfig['options'] {
  settings.allow(known)
  const entries = settings.keys().map((kind) => {
    return [kind, plainOf(settings.object(kind))]
  })
  return Object.fromEntries(entries) as DevnetConfig['options']
}

function plainOf(settings: SettingsReader): Readonly<Record<string, unknown>> {
  return Object.fromEntries(settings.keys().map((key) => [key, settings.value(key)]))
}

function dappOf(settings: SettingsReader, kind: DappKind): DappConfig {
  settings.allow(['port', 'watch', 'ignore', 'env', 'connect', 'services'])
  return {
    port: portOf(settings, kind),
    watch: settings.texts('watch').map((file) => settings.inside('watch', file)),
    ignore: settings.texts('ignore').map((file) => settings.inside('ignore', file)),
    env: environmentOf(settings.object('env')),
    connect: settings.texts('connect').map((origin) => {
      if (isLocalOrigin(origin)) return origin
      throw settings.wrong('connect', 'origins of this machine, like `http://127.0.0.1:8700`')
    }),
    services: servicesOf(settings.object('services')),
  }
}

function servicesOf(settings: SettingsReader): DappConfig['services'] {
  const entries = settings.keys().map((name) => {
    const service = settings.object(name)
    service.allow(['urls', 'start'])
    const urls = service.texts('urls')
    if (urls.length === 0 || !urls.every((url) => /^https?:/.test(url) && URL.canParse(url))) {
      throw service.wrong('urls', 'addresses such as `http://127.0.0.1:9000`')
    }
    return [name, { urls, start: service.texts('start') }] as const
  })
  return Object.fromEntries(entries)
}

/** Others belong into the `net` capability, which people are asked about. */
function isLocalOrigin(text: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|[a-z0-9-]+\.localhost):\d{1,5}$/.test(text)
}

function portOf(settings: SettingsReader, kind: DappKind): DappConfig['port'] {
  if (kind === 'service' && settings.value('port') === false) return false
  return settings.number('port', 0, 65_535)
}

function environmentOf(settings: SettingsReader): Readonly<Record<string, string>> {
  const entries = settings.keys().map((name) => {
    const value = settings.value(name)
    if (typeof value !== 'string') throw settings.wrong(name, 'a text')
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw settings.wrong(name, 'named with letters, digits and _')
    }
    return [name, value] as const
  })
  return Object.fromEntries(entries)
}
