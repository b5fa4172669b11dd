/** The house rules a program can check. `src/README.md` is the same in prose. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('tidy')
const root = path.resolve(import.meta.dirname, '..')
const source = path.join(root, 'src')

/** Room → rooms it may import from. Lower floors only. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ['base'],
  supervisor: ['base'],
  contracts: [],
  scaffold: ['base'],
  build: ['base'],
  nodes: ['base', 'protocol', 'supervisor', 'contracts'],
  identity: ['base', 'protocol'],
  wallet: ['base', 'protocol', 'identity', 'contracts'],
  config: ['base', 'nodes'],
  bundle: ['base', 'protocol', 'identity'],
  releases: ['base', 'protocol', 'identity', 'wallet', 'bundle'],
  devnet: ['base', 'protocol', 'supervisor', 'nodes', 'config', 'identity', 'bundle'],
  runtime: ['base', 'protocol', 'supervisor', 'build', 'identity', 'bundle', 'releases'],
  dashboard: ['base', 'devnet', 'runtime'],
  commands: [
    'base',
    'config',
    'nodes',
    'identity',
    'wallet',
    'build',
    'bundle',
    'releases',
    'scaffold',
    'devnet',
    'runtime',
    'dashboard',
  ],
  'cli.ts': ['base', 'commands'],
  'main.ts': ['cli.ts'],
}

/** Package → rooms that may import it. `node:` modules are everywhere. */
const packages: Readonly<Record<string, readonly string[]>> = {
  '@clack/prompts': ['commands'],
  '@noble/curves': ['protocol'],
  '@noble/hashes': ['protocol'],
  '@scure/base': ['protocol', 'identity'],
  '@scure/bip39': ['identity'],
  cborg: ['protocol'],
  chokidar: ['runtime'],
  'cli-truncate': ['dashboard'],
  commander: ['cli.ts', 'commands'],
  execa: ['build', 'commands'],
  esbuild: ['base', 'build'],
  'fastest-levenshtein': ['base'],
  ink: ['dashboard'],
  'libsodium-wrappers': ['protocol'],
  react: ['dashboard'],
  tar: ['bundle'],
  ws: ['nodes'],
}

interface LockedPackage {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Ban {
  readonly pattern: RegExp
  readonly instead: string
  /** Files the ban does not hold for, as prefixes of the path below `src/`. */
  readonly except: readonly string[]
}

const banned: readonly Ban[] = [
  { pattern: /\bconsole\./, instead: 'the printer', except: [] },
  { pattern: /\bprocess\.exit\(/, instead: 'a thrown error or exitCode', except: ['main.ts'] },
  {
    pattern: /[\w)\]?]:\s*any\b|\bas any\s*[;,)\]]|<any>/,
    instead: '`unknown` and a parser',
    except: [],
  },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, instead: 'an issue', except: [] },
  { pattern: /@ts-(ignore|nocheck|expect-error)/, instead: 'a type that fits', except: [] },
  { pattern: /^export default\b/, instead: 'a named export', except: [] },
  { pattern: /^\s*(enum|namespace)\s/, instead: 'a union or a module', except: [] },
  {
    pattern:
      /\bimport\b.*\b(extract|x|Unpack|unpack)\b.*\bfrom 'tar'|\btar\.(extract|x)\(|import\('tar'\)/,
    instead: '`verifyFile`: an archive is compared, never believed',
    except: [],
  },
  { pattern: /\bethers\b/, instead: 'protocol/evm', except: [] },
  {
    pattern: /\bMath\.random\(/,
    instead: 'randomBytes of node:crypto',
    except: [],
  },
  {
    pattern: /\b(Date\.now\(|new Date\(\))/,
    instead: 'a clock handed in: `protocol` is pure',
    except: [
      'base',
      'supervisor',
      'nodes',
      'devnet',
      'runtime',
      'dashboard',
      'commands',
      'identity',
      'wallet',
      'releases',
    ],
  },
]

const MAX_FILE_LINES = 300
const MAX_LINE_LENGTH = 120
const FORBIDDEN_NAMES = /(^|\/)(utils?|helpers?|common|shared|core|services?|managers?)(\/|\.|-)/

interface SourceFile {
  /** Path below `src/`. */
  readonly name: string
  readonly text: string
  readonly lines: readonly string[]
}

function filesBelow(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8')
      return { name, text, lines: text.split('\n') }
    })
}

const files = filesBelow(source)

/** What a file imports: static, type-only, re-exported and dynamic. */
function importsOf({ text }: SourceFile): readonly string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?\bfrom\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g,
  )
  return [...found].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
}

function roomOf(name: string): string {
  return name.split('/')[0] ?? name
}

/** Path below `src/` of a relative import. */
function target(file: SourceFile, specifier: string): string {
  return path.posix.join(path.posix.dirname(file.name), specifier)
}

function packageOf(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/')
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}

test('every file lives in a known room', () => {
  const strangers = files.map(({ name }) => roomOf(name)).filter((room) => !(room in rooms))
  assert.equal([...new Set(strangers)], [])
})

test('rooms import only what is below them', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => roomOf(target(file, specifier)))
      .filter((room) => room !== roomOf(file.name) && !rooms[roomOf(file.name)]?.includes(room))
      .map((room) => `${file.name} imports ${room}/`),
  )
  assert.equal(wrong, [])
})

test('packages stay in their rooms', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .filter((specifier) => !packages[packageOf(specifier)]?.includes(roomOf(file.name)))
      .map((specifier) => `${file.name} imports ${specifier}`),
  )
  assert.equal(wrong, [])
})

test('the table of packages is what is used, and all that a user has to install', () => {
  const used = new Set(
    files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .map((specifier) => `${packageOf(specifier)} in ${roomOf(file.name)}`),
    ),
  )
  const allowed = Object.entries(packages).flatMap(([name, users]) =>
    users.map((room) => `${name} in ${room}`),
  )
  assert.equal(
    allowed.filter((one) => !used.has(one)),
    [],
  )
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
  }
  assert.equal(Object.keys(dependencies).sort(), Object.keys(packages).sort())
})

test('every package is pinned, and none asks for an install script', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string> | undefined
  >
  const loose = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {})
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version))
      .map(([name, version]) => `${name}@${version}`),
  )
  assert.equal(loose, [])
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>
  }
  const scripted = Object.entries(lock.packages)
    .filter(([, { dev, hasInstallScript, optional }]) => hasInstallScript && !dev && !optional)
    .map(([name]) => name)
  // esbuild's script only replaces its launcher by the binary; without it everything works.
  assert.equal(scripted, ['node_modules/esbuild'])
})

test('the lock file names the packages of every platform', () => {
  // npm drops those it did not install when it writes the file anew, and `npm ci` then refuses it.
  const { packages: locked } = JSON.parse(
    readFileSync(path.join(root, 'package-lock.json'), 'utf8'),
  ) as { packages: Record<string, LockedPackage> }
  const missing = Object.values(locked)
    .flatMap(({ optionalDependencies = {} }) => Object.entries(optionalDependencies))
    .filter(([name, version]) => /^\d/.test(version) && !(`node_modules/${name}` in locked))
    .map(([name]) => name)
  assert.equal(missing, [])
  const hosts = Object.values(locked).filter(({ resolved }) => resolved !== undefined)
  assert.equal(hosts, [])
})

test('banned words are not used', () => {
  const wrong = files.flatMap(({ name, lines }) =>
    lines.flatMap((line, index) =>
      banned
        .filter(({ pattern, except }) => {
          return !except.some((prefix) => name.startsWith(prefix)) && pattern.test(line)
        })
        .map(({ instead }) => `${name}:${index + 1} ${line.trim()} → use ${instead}`),
    ),
  )
  assert.equal(wrong, [])
})

test('files and lines keep their size', () => {
  const wrong = files.flatMap(({ name, lines }) => [
    ...(lines.length > MAX_FILE_LINES + 1 ? [`${name} has ${lines.length - 1} lines`] : []),
    ...lines
      .map((line, index) => ({ line, at: index + 1 }))
      .filter(({ line }) => line.length > MAX_LINE_LENGTH && !/[0-9a-fA-F]{64}/.test(line))
      .map(({ at }) => `${name}:${at} is too long`),
  ])
  assert.equal(wrong, [])
})

test('files are named for what they hold', () => {
  const wrong = files
    .map(({ name }) => name)
    .filter((name) => {
      const file = path.posix.basename(name)
      const component = /^[A-Z][A-Za-z]*\.tsx$/.test(file)
      return (
        FORBIDDEN_NAMES.test(name) || !(component || /^[a-z0-9]+(-[a-z0-9]+)*\.tsx?$/.test(file))
      )
    })
  assert.equal(wrong, [])
})

test('nothing imports itself in a circle, types included', () => {
  const graph = new Map(
    files.map((file) => [
      file.name,
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => target(file, specifier)),
    ]),
  )
  // The list of commands is loaded by help and completion, which are commands: a dynamic import.
  const allowed = new Set(['commands/index.ts'])
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) {
      circles.push([...trail.slice(trail.indexOf(name)), name].join(' → '))
      return
    }
    if (done.has(name) || allowed.has(name)) return
    for (const next of graph.get(name) ?? []) visit(next, [...trail, name])
    done.add(name)
  }
  for (const name of graph.keys()) visit(name, [])
  assert.equal(circles, [])
})

test('base serves at least two rooms with each file and knows no word of Elastos', () => {
  const users = new Map<string, Set<string>>()
  for (const file of files) {
    for (const specifier of importsOf(file).filter((name) => name.startsWith('.'))) {
      const name = target(file, specifier)
      if (!name.startsWith('base/')) continue
      users.set(name, (users.get(name) ?? new Set()).add(roomOf(file.name)))
    }
  }
  const lonely = files
    .filter(({ name }) => name.startsWith('base/') && (users.get(name)?.size ?? 0) < 2)
    .map(({ name }) => name)
  assert.equal(lonely, [])
  const knowing = files
    .filter(({ name }) => name.startsWith('base/') || name.startsWith('supervisor/'))
    .flatMap(({ name, lines }) =>
      lines
        .filter((line) => /\b(Elastos|mainchain|ESC|EID|Carrier|DID)\b/.test(line))
        .map((line) => `${name}: ${line.trim()}`),
    )
  assert.equal(knowing, [])
})

test('the map names every room', () => {
  const map = readFileSync(path.join(source, 'README.md'), 'utf8')
  const present = [...new Set(files.map(({ name }) => roomOf(name)))]
  assert.equal(
    present.filter((room) => !map.includes(`\`${room}\``)),
    [],
  )
})

test('tests mirror the rooms they test', () => {
  const extra = [
    'support',
    'fixtures',
    'vectors',
    'bench',
    'clients',
    'faults',
    'e2e',
    'templates',
    'long',
  ]
  const wrong = readdirSync(path.join(root, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => !(name in rooms) && !extra.includes(name))
  assert.equal(wrong, [])
})

test('the top level holds only what the design names', () => {
  const allowed = new Set([
    ...['bin', 'src', 'templates', 'examples', 'test', 'package.json', 'package-lock.json'],
    ...['CHANGELOG.md', 'README.md', 'LICENSE', 'tsconfig.json', 'biome.json'],
    ...['.ci', '.git', '.gitignore', '.npmrc', 'node_modules', 'dist', 'coverage'],
  ])
  const strangers = readdirSync(root).filter((name) => !allowed.has(name) && name !== '.ela')
  assert.equal(
    strangers.filter((name) => !name.startsWith('.dist-')),
    [],
  )
})

test.run()
