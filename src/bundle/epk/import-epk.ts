/** An EPK of a web DApp → the files of a project that packs, runs and is changed as any other. */
import { createHash } from 'node:crypto'
import {
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
} from '../../protocol/did/canonical-json.ts'
import { isVersion } from '../manifest.ts'
import { Staging } from '../staging.ts'
import type { Epk, EpkFile } from './epk.ts'
import { EpkError } from './errors.ts'

export interface ImportedProject {
  /** Path → content. */
  readonly files: ReadonlyMap<string, Buffer>
  readonly version: string
  /** What Trinity gave and nothing here does, in words. */
  readonly lost: readonly string[]
}

const PUBLIC = 'public/'
const START = 'index.html'
/** What file managers leave in archives. */
const LITTER = /^__MACOSX\/|(?:^|\/)(?:\.DS_Store|Thumbs\.db)$/
/** A whole origin: as a Chrome match pattern, or as it is. */
const ORIGIN = /^(https?:\/\/[a-z0-9.-]+(?::\d{1,5})?)(?:\/\*?)?$/i

/** Throws `epk/notPackaged`, `epk/noStart`, `epk/twoStarts`. */
export function projectOf(epk: Epk, name: string): ImportedProject {
  const { manifest } = epk
  const web = epk.files.filter(({ path }) => !LITTER.test(path))
  const start = startOf(manifest, web)
  const written = textIn(manifest, 'version')
  const version = isVersion(written) ? written : '0.1.0'
  const { hosts, patterns } = hostsOf(manifest)
  const files = new Map(web.map(({ path, content }) => [`${PUBLIC}${path}`, content]))
  if (start !== START) files.set(`${PUBLIC}${START}`, Buffer.from(redirectTo(start)))
  files.set('ela.config.json', configOf(epk, { name, version, hosts, web }))
  files.set('package.json', pretty({ name, version, private: true, type: 'module' }))
  files.set('.gitignore', Buffer.from('.ela/\nnode_modules/\n*.dapp.tgz\n'))
  return { files, version, lost: lostOf(epk, version, patterns) }
}

/** Appears whole or not at all. Throws `bundle/targetExists`, `bundle/unwritable`. */
export function writeProject(folder: string, files: ImportedProject['files']): void {
  const staging = new Staging(folder)
  try {
    for (const [path, content] of files) {
      const sha256 = createHash('sha256').update(content).digest('hex')
      staging.begin({ path, mode: '644', size: content.length, sha256 })
      staging.part(content)
      staging.end()
    }
    staging.commit()
  } catch (error) {
    staging.discard()
    throw error
  }
}

function startOf(manifest: JsonObject, web: readonly EpkFile[]): string {
  const url = textIn(manifest, 'start_url')
  if (/^[a-z][a-z0-9+.-]*:/i.test(url) || manifest['type'] === 'url') {
    throw EpkError.notPackaged(url)
  }
  const start = url.replace(/^\.?\/+/, '').replace(/[?#].*$/s, '')
  const has = (path: string) => web.some((one) => one.path === path)
  if (!has(start)) throw EpkError.noStart(url)
  if (start !== START && has(START)) throw EpkError.twoStarts(start)
  return start
}

function redirectTo(start: string): string {
  // Paths of files may hold `'` and `&`, which mean something in a page.
  const url = start.split('/').map(encodeURIComponent).join('/').replaceAll("'", '%27')
  return `<!doctype html>\n<meta charset="utf-8">\n<meta http-equiv="refresh" content="0; url=${url}">\n`
}

interface Wanted {
  readonly name: string
  readonly version: string
  readonly hosts: readonly string[]
  readonly web: readonly EpkFile[]
}

function configOf(epk: Epk, { name, version, hosts, web }: Wanted): Buffer {
  const { manifest, digest, signature } = epk
  const author = isObject(manifest['author']) ? manifest['author'] : {}
  const description = textIn(manifest, 'description').normalize('NFC').slice(0, 1_000)
  const homepage = textIn(author, 'website')
  const icon = iconOf(manifest, web)
  const net = hosts.length === 0 ? {} : { net: { hosts } }
  const origin = {
    id: textIn(manifest, 'id').normalize('NFC'),
    version: textIn(manifest, 'version').normalize('NFC'),
    files: `sha256:${digest}`,
    ...(signature === undefined ? {} : { signedBy: signature.kid }),
  }
  const bundle = {
    ...{ version, capabilities: net, x: { epk: origin } },
    ...(description === '' ? {} : { description }),
    ...(/^https?:\/\//.test(homepage) && homepage.length <= 512 ? { homepage } : {}),
    ...(icon === undefined ? {} : { icon }),
  }
  return pretty({ name, kind: 'web', bundle } as unknown as Json)
}

/** The largest that is in the archive. */
function iconOf(manifest: JsonObject, web: readonly EpkFile[]): string | undefined {
  const icons = Array.isArray(manifest['icons']) ? manifest['icons'].filter(isObject) : []
  const size = (icon: JsonObject) => Number.parseInt(textIn(icon, 'sizes'), 10) || 0
  return icons
    .sort((a, b) => size(b) - size(a))
    .map((icon) => textIn(icon, 'src').replace(/^\.?\/+/, ''))
    .find((src) => web.some(({ path }) => path === src))
}

function hostsOf(manifest: JsonObject) {
  const urls = textsIn(manifest, 'urls')
  const hosts = new Set<string>()
  const patterns: string[] = []
  for (const url of urls) {
    const [, origin] = ORIGIN.exec(url) ?? []
    if (origin === undefined) patterns.push(url)
    else hosts.add(origin.toLowerCase())
  }
  return { hosts: [...hosts].sort(), patterns }
}

function lostOf({ manifest, files }: Epk, version: string, patterns: readonly string[]) {
  const plugins = textsIn(manifest, 'plugins')
  const litter = files.filter(({ path }) => LITTER.test(path)).length
  const written = textIn(manifest, 'version')
  return [
    ...plugins.map((plugin) => `the plugin ${plugin}: Trinity's plugins are gone`),
    ...patterns.map(
      (url) => `the address pattern ${url}: name whole origins in \`capabilities.net\``,
    ),
    ...('intents' in manifest ? ['its intents: Trinity sent them, nothing here does'] : []),
    ...(written === version ? [] : [`its version ${written}, which is none like 1.2.3`]),
    ...(litter === 0 ? [] : [`${litter} files that file managers left`]),
  ]
}

function pretty(value: Json): Buffer {
  const sorted = JSON.parse(canonicalJson(value)) as unknown
  return Buffer.from(`${JSON.stringify(sorted, undefined, 2)}\n`)
}

function textIn(object: JsonObject, name: string): string {
  const value = object[name]
  return typeof value === 'string' ? value : ''
}

function textsIn(object: JsonObject, name: string): readonly string[] {
  const value = object[name]
  if (!Array.isArray(value)) return []
  // `urls` and `plugins` may be objects that hold the name beside who may be asked.
  return value
    .map((one) => (isObject(one) ? textIn(one, 'url') || textIn(one, 'plugin') : one))
    .filter((one): one is string => typeof one === 'string' && one !== '')
}
