/** The steps of `ela ci` that need no chain: what the project is, and what its bundle is. */
import {
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import { ElaError, messageOf } from '../base/errors.ts'
import { openArchive } from '../bundle/byte-source.ts'
import type { ListedFile } from '../bundle/file-list.ts'
import { readHead } from '../bundle/read-bundle.ts'
import { secretIn, secretName } from '../bundle/secrets.ts'
import type { Config } from '../config/config.ts'
import { devnetAccounts } from '../identity/devnet-accounts.ts'
import { type CiBench, type CiStep, runEla, runProgram } from './ci-bench.ts'
import { CiError } from './ci-errors.ts'
import { sizeText } from './pack-run.ts'

const OUTSIDE = new Set(['.git', '.ela', 'node_modules'])
/** Larger files are media. */
const SECRETS_UP_TO_BYTES = 8 << 20

export const packageSteps: readonly CiStep[] = [
  { name: 'lock', needs: [], run: async ({ config }) => checkLock(config) },
  { name: 'secrets', needs: [], run: checkSecrets },
  { name: 'build', needs: [], run: build },
  { name: 'pack', needs: ['secrets'], run: pack },
  { name: 'reproduce', needs: ['pack'], run: packAgain },
  { name: 'test', needs: [], run: testProject },
]

interface PackageFile {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

function checkLock({ folder }: Config): string {
  const wanted = jsonIn<PackageFile>(path.join(folder, 'package.json'))
  const names = GROUPS.flatMap((group) => Object.keys(wanted?.[group] ?? {}))
  const lock = jsonIn<{ packages?: Readonly<Record<string, PackageFile>> }>(
    path.join(folder, 'package-lock.json'),
  )
  if (lock === undefined) {
    if (names.length > 0) throw CiError.lockMissing()
    return 'nothing is installed'
  }
  const locked = lock.packages?.[''] ?? {}
  for (const group of GROUPS) {
    const [here, there] = [wanted?.[group] ?? {}, locked[group] ?? {}]
    for (const name of new Set([...Object.keys(here), ...Object.keys(there)])) {
      const [own, other] = [here[name] ?? 'missing', there[name] ?? 'missing']
      if (own !== other) throw CiError.lockOutdated(name, other, own)
    }
  }
  return `${names.length} packages, locked`
}

async function checkSecrets(bench: CiBench): Promise<string> {
  const { folder, entry, kind, bundle } = bench.config
  const listed = bundle['allowSecrets']
  const allowed = new Set(Array.isArray(listed) ? listed.map(String) : [])
  // What is packed is named from the packed folder, all else from the project's.
  const packed = kind === 'web' ? `${path.relative(folder, entry)}/` : ''
  let count = 0
  for (const relative of await publicFiles(bench)) {
    const inside = relative.startsWith(packed) ? relative.slice(packed.length) : relative
    if (allowed.has(relative) || allowed.has(inside)) continue
    count += 1
    const file = path.join(folder, relative)
    if (statSync(file).size > SECRETS_UP_TO_BYTES) continue
    const content = readFileSync(file)
    const secret = secretName(relative, content) ?? (await secretIn(content))
    if (secret !== undefined) throw CiError.secretInside(relative, secret)
  }
  return `${count} files without keys and phrases`
}

/** What git keeps or would keep; without git, or outside a repository, all there is. */
async function publicFiles(bench: CiBench): Promise<readonly string[]> {
  const { folder } = bench.config
  const words = ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'] as const
  const listed = await runProgram([...words], folder, bench).catch(() => undefined)
  if (listed?.code !== 0) return filesBelow(folder, '')
  const isFile = (relative: string) =>
    lstatSync(path.join(folder, relative), { throwIfNoEntry: false })?.isFile() === true
  return listed.stdout.split('\0').filter((relative) => relative !== '' && isFile(relative))
}

function filesBelow(folder: string, below: string): readonly string[] {
  return readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const relative = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) return OUTSIDE.has(entry.name) ? [] : filesBelow(folder, relative)
    return entry.isFile() && !entry.name.endsWith('.dapp.tgz') ? [relative] : []
  })
}

async function build(bench: CiBench) {
  if (!hasScript(bench.config, 'build')) return { skipped: 'package.json has no script `build`' }
  await runScript(['npm', 'run', 'build'], bench)
  return 'npm run build'
}

async function pack(bench: CiBench): Promise<string> {
  const out = path.join(bench.temporary, 'first')
  const words = ['pack', bench.config.folder, '--out', out, '--check']
  const { made } = bench
  let foreign = ''
  let packed: Readonly<Record<string, unknown>>
  try {
    packed = await runEla(words, bench)
    made.bundleId = String(packed['bundleId'])
  } catch (error) {
    if (!(error instanceof ElaError && error.code === 'bundle/appNeeded')) throw error
    packed = await runEla([...words, '--app', standIn()], bench)
    foreign = ', for a DID of the devnet: the project names none (`bundle.app`)'
  }
  made.version = String(packed['version'])
  made.release = String(packed['file'])
  const size = sizeText(Number(packed['archiveBytes']))
  return `${packed['files']} files, ${size}, ${packed['bundleId']}${foreign}`
}

/** From a copy elsewhere, in another zone and language, harder compressed. */
async function packAgain(bench: CiBench): Promise<string> {
  const { config, temporary, made } = bench
  if (hasScript(config, 'build')) await runScript(['npm', 'run', 'build'], bench)
  const copy = path.join(temporary, 'a copy elsewhere', path.basename(config.folder))
  cpSync(config.folder, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) => from === config.folder || !OUTSIDE.has(path.basename(from)),
  })
  const packages = path.join(config.folder, 'node_modules')
  if (existsSync(packages)) symlinkSync(packages, path.join(copy, 'node_modules'))
  const app = made.bundleId === '' ? ['--app', standIn()] : []
  const env = { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }
  const out = path.join(temporary, 'second')
  const again = await runEla(['pack', copy, '--out', out, '--level', '9', ...app], bench, { env })
  const [one, other] = [await headOf(made.release), await headOf(String(again['file']))]
  if (one.bundleId !== other.bundleId) throw CiError.otherBytes(differenceOf(one, other))
  return 'the same bundle, packed again from a copy elsewhere'
}

interface Head {
  readonly bundleId: string
  readonly files: readonly ListedFile[]
}

async function headOf(file: string): Promise<Head> {
  const source = await openArchive(file)
  try {
    return await readHead(source)
  } finally {
    await source.close()
  }
}

function differenceOf(one: Head, other: Head): string {
  const texts = (head: Head) => new Map(head.files.map((file) => [file.path, JSON.stringify(file)]))
  const [here, there] = [texts(one), texts(other)]
  const changed = [...new Set([...here.keys(), ...there.keys()])].filter(
    (file) => here.get(file) !== there.get(file),
  )
  return changed.length === 0 ? 'its manifest' : changed.slice(0, 5).join(', ')
}

async function testProject(bench: CiBench) {
  const { config } = bench
  if (hasScript(config, 'test')) {
    await runScript(['npm', 'test'], bench)
    return 'npm test'
  }
  if (!existsSync(path.join(config.folder, 'test'))) return { skipped: 'there are no tests' }
  await runScript(['ela', 'test'], bench)
  return 'ela test'
}

async function runScript(words: readonly [string, ...string[]], bench: CiBench): Promise<void> {
  const { code, output } = await runProgram(words, bench.config.folder, bench)
  if (code !== 0) throw CiError.scriptFailed(words.join(' '), code, output)
}

function hasScript({ folder }: Config, name: string): boolean {
  const script = jsonIn<PackageFile>(path.join(folder, 'package.json'))?.scripts?.[name]
  return typeof script === 'string' && script !== ''
}

/** Who a bundle is packed for when the project names nobody. */
function standIn(): string {
  return devnetAccounts()[0]?.did.did ?? ''
}

function jsonIn<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    throw CiError.unreadable(file, messageOf(error))
  }
}
