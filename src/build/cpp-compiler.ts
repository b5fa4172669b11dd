/**
 * A program: `cpp-compiler MODULE ARGS…` runs the clang of `@yowasp/clang` in the working directory.
 * It is a process of its own because it takes seconds, half a gigabyte, and no turns meanwhile.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

type Tree = { [name: string]: Tree | string | Uint8Array }
interface Clang {
  readonly commands: Readonly<
    Record<string, (args: readonly string[], files: Tree, options: object) => Promise<Tree>>
  >
}

const OUTPUT = 'module.wasm'
const ignored = new Set(['.ela', '.git', 'node_modules', 'dist'])

function treeOf(folder: string): Tree {
  const entries = readdirSync(folder, { withFileTypes: true }).flatMap(
    (entry): [string, Tree[string]][] => {
      const full = path.join(folder, entry.name)
      if (ignored.has(entry.name)) return []
      if (entry.isDirectory()) return [[entry.name, treeOf(full)]]
      return /\.(c|cc|cpp|cxx|h|hh|hpp|hxx)$/.test(entry.name)
        ? [[entry.name, readFileSync(full)]]
        : []
    },
  )
  return Object.fromEntries(entries)
}

const [main = '', ...typed] = process.argv.slice(2)
const at = typed.indexOf('-o')
const target = typed[at + 1] ?? OUTPUT
const args = typed.map((word, index) => (index === at + 1 ? OUTPUT : word))
const { commands } = (await import(pathToFileURL(main).href)) as Clang
const say = (bytes: Uint8Array | null) => {
  if (bytes !== null) process.stderr.write(bytes)
}
try {
  const files = await commands['clang++']?.(args, treeOf(process.cwd()), {
    stdout: say,
    stderr: say,
    fetchProgress: () => {},
  })
  const output = files?.[OUTPUT]
  if (output instanceof Uint8Array) writeFileSync(target, output)
  else process.exitCode = 1
} catch (error) {
  // Its `Exit` has a code; the reasons were printed before.
  if (!(error instanceof Error) || !('code' in error)) throw error
  process.exitCode = 1
}
