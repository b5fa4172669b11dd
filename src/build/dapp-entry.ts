/** Where the JavaScript of a DApp begins, whatever language it is written in. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { type BuiltModule, buildCpp } from './cpp.ts'
import { BuildError } from './errors.ts'
import { glueFile } from './glue.ts'
import { buildJava } from './java.ts'

export type Language = 'script' | 'cpp' | 'java' | 'jar'

/** By the entry's name: a C++ source, Maven's `pom.xml`, a jar, or else TypeScript and JavaScript. */
export function languageOf(entry: string): Language {
  if (/\.(c|cc|cpp|cxx)$/.test(entry)) return 'cpp'
  if (entry.endsWith('.jar')) return 'jar'
  return path.basename(entry) === 'pom.xml' ? 'java' : 'script'
}

/** Full paths below which only the language's own tools write: changes there are no edits. */
export function outputsOf(folder: string, entry: string): readonly string[] {
  return languageOf(entry) === 'java' ? [path.join(folder, 'target')] : []
}

export interface DappEntry {
  /** Full path of the module with `export default { fetch }`. */
  readonly file: string
  /** Its folder, from which the paths of what it imports count. */
  readonly folder: string
  /** Full paths of sources that are in no import; empty for TypeScript and JavaScript. */
  readonly inputs: readonly string[]
}

/**
 * Builds what has to be built first, and says where to go on.
 *
 * Throws what `buildCpp` and `buildJava` do.
 *
 * @param folder the project, full path
 * @param entry full path of its source file
 * @param host the engine, which gives WebAssembly as modules, or Node, in which tests run
 */
export async function dappEntry(
  folder: string,
  entry: string,
  host: 'engine' | 'node' = 'engine',
): Promise<DappEntry> {
  switch (languageOf(entry)) {
    case 'script':
      return { file: entry, folder, inputs: [] }
    case 'cpp':
      return joined(await buildCpp(folder, entry), 'wasm-glue', host, cppLines[host])
    case 'jar':
      throw BuildError.jarIsBuilt(entry)
    case 'java':
      return joined(await buildJava(entry), 'java-glue', host, javaLines)
  }
}

type Glue = 'java-glue' | 'wasm-glue'

const cppLines = {
  engine: [
    "import { serve } from './wasm-glue.js'",
    "import module from './app.wasm'",
    'export default serve(module)',
  ],
  node: [
    "import { readFileSync } from 'node:fs'",
    "import { serve } from './wasm-glue.js'",
    "const bytes = readFileSync(new URL('./app.wasm', import.meta.url))",
    'export default serve(new WebAssembly.Module(bytes))',
  ],
}

const javaLines = [
  "import { serve } from './java-glue.js'",
  "import { handle } from './app.js'",
  'export default serve(handle)',
]

/** Everything comes to lie in one folder, so that what is packed does not tell where `ela` is installed. */
function joined(
  { file: built, inputs }: BuiltModule,
  glue: Glue,
  host: 'engine' | 'node',
  lines: readonly string[],
): DappEntry {
  const folder = path.dirname(built)
  for (const name of [glue, 'message'] as const) {
    writeFileAtomic(path.join(folder, `${name}.js`), readFileSync(glueFile(name)))
  }
  const file = path.join(folder, `for-${host}.mjs`)
  writeFileAtomic(file, `${lines.join('\n')}\n`)
  return { file, folder, inputs }
}
