/**
 * C++ → a WebAssembly module of the ABI `ela-wasm/1` (see `glue/wasm-glue.js`).
 *
 * The compiler is clang of the system where it can build for `wasm32-wasi`, because it is five times
 * as fast, and else the package `@yowasp/clang` of the project, which is clang as WebAssembly and
 * runs wherever Node does.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { execa } from 'execa'
import { programOf } from '../base/program.ts'
import { BuildError } from './errors.ts'
import { filesBelow, stampOf } from './stamp.ts'

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
 * @param folder the project; the module lies in its `.ela/compiled/cpp`
 * @param entry full path of a source file
 */
export async function buildCpp(folder: string, entry: string): Promise<BuiltModule> {
  const inputs = filesBelow(path.dirname(entry)).filter((file) => PART.test(file))
  const compiler = await findCompiler(folder)
  const file = path.join(folder, '.ela', 'compiled', 'cpp', 'app.wasm')
  const stamp = stampOf(file, inputs, `${compiler.id} ${FLAGS.join(' ')}`)
  if (stamp.isFresh) return { file, inputs }
  mkdirSync(path.dirname(file), { recursive: true })
  const fresh = `${file}.${process.pid}.tmp`
  const relative = (one: string) => path.relative(folder, one).split(path.sep).join('/')
  const sources = inputs.filter((one) => SOURCE.test(one)).map(relative)
  const args = [...compiler.before, compiler.target, ...FLAGS, ...sources, '-o', fresh]
  const { failed, stdout, stderr, exitCode } = await execa(compiler.program, args, {
    cwd: folder,
    reject: false,
    timeout: COMPILES_WITHIN_MS,
    stdin: 'ignore',
  })
  if (failed || !existsSync(fresh)) {
    rmSync(fresh, { force: true })
    const said = `${stderr}\n${stdout}`.trim() || `It ended with ${exitCode ?? 'a time limit'}.`
    throw BuildError.compilerFailed(relative(entry), said)
  }
  renameSync(fresh, file)
  stamp.write()
  return { file, inputs }
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
