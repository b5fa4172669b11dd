/**
 * C++ → a WebAssembly module of the ABI `ela-wasm/1` (see `glue/wasm-glue.js`).
 *
 * The compiler is clang of the system where it can build for `wasm32-wasi`, because it is five times
 * as fast, and else the package `@yowasp/clang` of the project, which is clang as WebAssembly and
 * runs wherever Node does.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { execa } from 'execa'
import { programOf } from '../base/program.ts'
import { BuildError } from './errors.ts'

const SOURCE = /\.(c|cc|cpp|cxx)$/
const PART = /\.(c|cc|cpp|cxx|h|hh|hpp|hxx)$/
/** No C++ exceptions: the engine has them, but the libraries of both compilers are built without. */
const FLAGS = [
  ...['-std=c++20', '-O2', '-fno-exceptions', '-mexec-model=reactor'],
  ...['-Wall', '-Wextra', '-Wl,--strip-all', '-fdiagnostics-color=never'],
]
const SYSTEM_TARGET = '--target=wasm32-wasi'
const PACKAGE_TARGET = '--target=wasm32-wasip1'
const PACKAGE = '@yowasp/clang'
const COMPILES_WITHIN_MS = 300_000

export interface BuiltModule {
  /** Full path of the module. */
  readonly file: string
  /** Full paths of the files that it was made of, sorted. */
  readonly inputs: readonly string[]
}

/**
 * Compiles every source beside `entry` and below into one module. What was compiled already is not
 * compiled again.
 *
 * Throws `build/noCompiler` and `build/compilerFailed`.
 *
 * @param folder the project; the module lies in its `.ela/compiled`
 * @param entry full path of a source file
 */
export async function buildCpp(folder: string, entry: string): Promise<BuiltModule> {
  const inputs = partsBelow(path.dirname(entry))
  const sources = inputs.filter((file) => SOURCE.test(file))
  const compiler = await findCompiler(folder)
  const key = digestOf(folder, inputs, compiler.id)
  const target = path.join(folder, '.ela', 'compiled')
  const file = path.join(target, `cpp-${key}.wasm`)
  if (existsSync(file)) return { file, inputs }
  mkdirSync(target, { recursive: true })
  const fresh = `${file}.${process.pid}.tmp`
  const relative = (one: string) => path.relative(folder, one).split(path.sep).join('/')
  const args = [compiler.target, ...FLAGS, ...sources.map(relative), '-o', fresh]
  const { failed, stdout, stderr, exitCode } = await execa(
    compiler.program,
    [...compiler.before, ...args],
    { cwd: folder, reject: false, timeout: COMPILES_WITHIN_MS, stdin: 'ignore' },
  )
  if (failed || !existsSync(fresh)) {
    rmSync(fresh, { force: true })
    const said = `${stderr}\n${stdout}`.trim() || `It ended with ${exitCode ?? 'a time limit'}.`
    throw BuildError.compilerFailed(relative(entry), said)
  }
  for (const old of readdirSync(target)) {
    if (/^cpp-.*\.wasm$/.test(old)) rmSync(path.join(target, old), { force: true })
  }
  renameSync(fresh, file)
  return { file, inputs }
}

function partsBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => PART.test(name))
    .map((name) => path.join(folder, name))
    .sort()
}

function digestOf(folder: string, files: readonly string[], compiler: string): string {
  const hash = createHash('sha256').update(`${compiler}\n${FLAGS.join(' ')}\n`)
  for (const file of files) {
    const bytes = readFileSync(file)
    hash.update(`${path.relative(folder, file)} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex').slice(0, 16)
}

interface Compiler {
  readonly program: string
  readonly before: readonly string[]
  readonly target: string
  /** What else the output depends on. */
  readonly id: string
}

async function findCompiler(folder: string): Promise<Compiler> {
  const system = await findSystemCompiler()
  if (system !== undefined) return system
  const main = findPackage(folder)
  if (main === undefined) throw BuildError.noCompiler(folder)
  const { file, args } = programOf('cpp-compiler', 'build/cpp-compiler.ts')
  const { version } = JSON.parse(
    readFileSync(path.join(path.dirname(main), '..', 'package.json'), 'utf8'),
  ) as { version: string }
  return {
    program: file,
    before: [...args, main],
    target: PACKAGE_TARGET,
    id: `${PACKAGE} ${version}`,
  }
}

/** Asked once: whether it has the headers shows only when it compiles something. */
let systemCompiler: Promise<Compiler | undefined> | undefined

function findSystemCompiler(): Promise<Compiler | undefined> {
  systemCompiler ??= trySystemCompiler('clang++')
  return systemCompiler
}

async function trySystemCompiler(program: string): Promise<Compiler | undefined> {
  const tried = await execa(program, [SYSTEM_TARGET, '-fsyntax-only', '-x', 'c++', '-'], {
    input: '#include <string>\n',
    reject: false,
  })
  if (tried.failed) return undefined
  const { stdout } = await execa(program, ['--version'], { reject: false })
  return { program, before: [], target: SYSTEM_TARGET, id: stdout }
}

/** In the project, or beside `ela`. */
function findPackage(folder: string): string | undefined {
  for (const from of [path.join(folder, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(PACKAGE)
    } catch {
      // Not there; perhaps in the other place.
    }
  }
  return undefined
}
