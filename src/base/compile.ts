/** TypeScript (and JavaScript) → one JavaScript module, by esbuild: Node 20 cannot strip types. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildFailure, BuildOptions, BuildResult, Message, Plugin } from 'esbuild'
import { defineErrors } from './errors.ts'

export const CompileError = defineErrors('compile', {
  failed: (file: string, problems: readonly string[]) => ({
    message: `\`${file}\` does not compile.`,
    hint: problems.join('\n'),
  }),
  noHandler: (file: string) => ({
    message: `\`${file}\` is no service: it has no default export.`,
    hint: 'Write `export default { fetch(request, env, ctx) { … } }`. The runtime calls it; a service opens no port.',
    exit: 'misused',
  }),
})

export interface Compiled {
  readonly code: string
  /** Full paths of the source files that went into `code`, sorted. */
  readonly inputs: readonly string[]
}

/** A module that is compiled again and again; only what changed is read anew. */
export interface Compiler {
  /** Throws `compile/failed`, whose hint has one `file:line:column: what` a line. */
  compile(): Promise<Compiled>
  close(): Promise<void>
}

/**
 * @param folder paths in error messages are relative to it
 * @param entry full path of the source file
 */
export async function openCompiler(folder: string, entry: string): Promise<Compiler> {
  const { context } = await import('esbuild')
  const building = await context(optionsFor(folder, entry))
  return {
    compile: () => compiled(folder, entry, () => building.rebuild()),
    close: () => building.dispose(),
  }
}

/**
 * Compiles once. Throws `compile/failed`.
 *
 * @param alias name in an import → full path of the file that it stands for
 */
export async function compileModule(
  folder: string,
  entry: string,
  alias: Readonly<Record<string, string>> = {},
): Promise<Compiled> {
  const { build } = await import('esbuild')
  return compiled(folder, entry, () => build({ ...optionsFor(folder, entry), alias }))
}

function optionsFor(folder: string, entry: string): BuildOptions {
  return {
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'inline',
    sourcesContent: false,
    // Anywhere in the folder: the map's paths are relative to this file, which nobody writes here.
    outfile: path.join(folder, '.ela', 'compiled', 'module.mjs'),
    write: false,
    metafile: true,
    logLevel: 'silent',
    define: Object.fromEntries(
      Object.entries(placeNames).map(([name, local]) => [`import.meta.${name}`, local]),
    ),
    plugins: [keepPlaces],
  }
}

const placeNames = {
  url: '__elaModuleUrl',
  dirname: '__elaModuleDirname',
  filename: '__elaModuleFilename',
} as const

/** A module keeps seeing the place of its source in `import.meta`, not that of the compiled file. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8')
      const loader = loaderOf(file)
      if (!source.includes('import.meta')) return { contents: source, loader }
      const places = [
        `const ${placeNames.url} = ${JSON.stringify(pathToFileURL(file).href)}`,
        `${placeNames.dirname} = ${JSON.stringify(path.dirname(file))}`,
        `${placeNames.filename} = ${JSON.stringify(file)};`,
      ]
      // On the first line, so that line numbers stay what they are.
      const body = source.replace(/^#!/, '//')
      return { contents: `${places.join(', ')} ${body}`, loader }
    })
  },
}

function loaderOf(file: string): 'js' | 'jsx' | 'ts' | 'tsx' {
  if (file.endsWith('.tsx')) return 'tsx'
  if (file.endsWith('.jsx')) return 'jsx'
  return /\.[cm]?ts$/.test(file) ? 'ts' : 'js'
}

async function compiled(
  folder: string,
  entry: string,
  build: () => Promise<BuildResult>,
): Promise<Compiled> {
  let result: BuildResult
  try {
    result = await build()
  } catch (thrown) {
    throw failureOf(path.relative(folder, entry), thrown)
  }
  const { outputFiles = [], metafile } = result
  const [output] = outputFiles
  if (output === undefined || metafile === undefined) throw new Error('esbuild gave no output')
  const inputs = Object.keys(metafile.inputs).map((file) => path.resolve(folder, file))
  return { code: output.text, inputs: inputs.sort() }
}

/** What esbuild threw, in the user's words; anything else as it is. */
export function failureOf(file: string, thrown: unknown): unknown {
  return isBuildFailure(thrown) ? CompileError.failed(file, thrown.errors.map(lineOf)) : thrown
}

function isBuildFailure(thrown: unknown): thrown is BuildFailure {
  return thrown instanceof Error && Array.isArray((thrown as Partial<BuildFailure>).errors)
}

function lineOf({ text, location }: Message): string {
  if (location === null) return text
  return `${location.file}:${location.line}:${location.column + 1}: ${text}`
}
