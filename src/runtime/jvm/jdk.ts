/** The Java virtual machine of this machine, and the files it needs to run behind walls. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { RuntimeError } from '../errors.ts'
import { librariesOf, parseList } from '../jail/libraries.ts'
import { systemProgram } from '../jail/limits.ts'

const run = promisify(execFile)
const LIST_WITHIN_MS = 10_000
/** What a DApp may make it load; windows, sound and debugging are not among it. */
const NATIVE = ['server/libjvm.so', 'libjava.so', 'libnio.so', 'libnet.so', 'libzip.so']

export interface Jdk {
  /** Full path, without links. */
  readonly home: string
  readonly java: string
  /** 17, 21, … */
  readonly release: number
  /** Full paths outside `home` that it reads: shared libraries, and settings that lie elsewhere. */
  readonly files: readonly string[]
}

/**
 * Throws `runtime/noJava` and `runtime/oldJava`.
 *
 * @param wanted the release that the DApp was compiled for
 */
export async function findJdk(wanted: number): Promise<Jdk> {
  const program = systemProgram('java')
  if (program === undefined) throw RuntimeError.noJava(wanted)
  const java = realpathSync(program)
  const home = path.dirname(path.dirname(java))
  const release = releaseOf(home)
  if (release === undefined || release < wanted) throw RuntimeError.oldJava(home, release, wanted)
  const files = [...(await sharedLibraries(home, java)), ...settingsElsewhere(home)]
  return { home, java, release, files: files.filter((file) => !file.startsWith(`${home}/`)) }
}

/** `JAVA_VERSION="17.0.15"` in the file `release`. */
function releaseOf(home: string): number | undefined {
  const file = path.join(home, 'release')
  if (!existsSync(file)) return undefined
  const [, release] = /^JAVA_VERSION="(\d+)/m.exec(readFileSync(file, 'utf8')) ?? []
  return release === undefined ? undefined : Number(release)
}

async function sharedLibraries(home: string, java: string): Promise<readonly string[]> {
  const [loader, ...own] = await librariesOf(java)
  if (loader === undefined) return []
  // They need each other, and only the machine itself knows where they lie.
  const places = [path.join(home, 'lib'), path.join(home, 'lib', 'server')]
  const env = { LD_LIBRARY_PATH: places.join(':') }
  const lists = await Promise.all(
    NATIVE.map(async (name) => {
      const file = path.join(home, 'lib', name)
      if (!existsSync(file)) return []
      const { stdout } = await run(loader, ['--list', file], { env, timeout: LIST_WITHIN_MS })
      return parseList(stdout)
    }),
  )
  const all = [loader, ...own, ...lists.flat()].map((file) => path.posix.normalize(file))
  return [...new Set(all)]
}

/** Distributions keep `conf/` below `/etc` and leave links in its place. */
function settingsElsewhere(home: string): readonly string[] {
  const conf = path.join(home, 'conf')
  if (!existsSync(conf)) return []
  const folders = readdirSync(conf, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => path.dirname(realpathSync(path.join(entry.parentPath, entry.name))))
  return [...new Set(folders)].filter((folder) => folder !== '/' && folder !== '/etc')
}
