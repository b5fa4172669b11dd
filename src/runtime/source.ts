/** The source file of a service → a JavaScript module that Node can run, and what it is made of. */
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { type Compiler, openCompiler } from '../base/compile.ts'

export interface Source {
  /** Throws `compile/failed`. */
  prepare(): Promise<Prepared>
  close(): Promise<void>
}

export interface Prepared {
  /** The module to run, full path. */
  readonly file: string
  /** Source files, full paths. */
  readonly inputs: readonly string[]
}

export function openSource(folder: string, entry: string): Source {
  // Loading the compiler takes longer than compiling; it begins now, whoever waits for it later.
  const opening = openCompiler(folder, entry)
  opening.catch(() => undefined)
  return {
    prepare: async () => prepare(await opening, folder, entry),
    close: async () => (await opening).close(),
  }
}

async function prepare(compiler: Compiler, folder: string, entry: string): Promise<Prepared> {
  const { code, inputs } = await compiler.compile()
  // JavaScript is run as it is written; compiling it only told what it imports.
  if (!/\.[cm]?tsx?$|\.jsx$/.test(entry)) return { file: entry, inputs }
  // In the project, so that imports of packages are looked up from there.
  const file = path.join(folder, '.ela', 'compiled', 'module.mjs')
  writeFileAtomic(file, code)
  return { file, inputs }
}
