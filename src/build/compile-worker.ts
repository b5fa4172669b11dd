/**
 * A service → one JavaScript module that imports nothing from outside its bundle, for an engine that
 * has the web's interfaces and no modules of Node. The same sources make the same bytes.
 */
import { isBuiltin } from 'node:module'
import path from 'node:path'
import type { BuildOptions, BuildResult, Plugin } from 'esbuild'
import { CompileError, failureOf } from '../base/compile.ts'

export interface CompiledWorker {
  readonly code: string
  /** Full paths of the source files that went into `code`, sorted. */
  readonly inputs: readonly string[]
  /** WebAssembly that it imports, to lie beside the module under these paths. */
  readonly wasm: readonly { readonly path: string; readonly file: string }[]
}

export interface WorkerCompiler {
  /** Throws `compile/failed`, `compile/noHandler`. */
  compile(): Promise<CompiledWorker>
  close(): Promise<void>
}

/**
 * @param folder paths in error messages are relative to it
 * @param entry full path of the source file
 */
export async function openWorkerCompiler(folder: string, entry: string): Promise<WorkerCompiler> {
  const { context } = await import('esbuild')
  const wasm = new WasmImports(folder)
  const building = await context(optionsFor(folder, entry, wasm))
  return {
    compile: () => compiled(folder, entry, wasm, () => building.rebuild()),
    close: () => building.dispose(),
  }
}

/** Compiles once. Throws `compile/failed`, `compile/noHandler`. */
export async function compileWorker(folder: string, entry: string): Promise<CompiledWorker> {
  const { build } = await import('esbuild')
  const wasm = new WasmImports(folder)
  return compiled(folder, entry, wasm, () => build(optionsFor(folder, entry, wasm)))
}

function optionsFor(folder: string, entry: string, wasm: WasmImports): BuildOptions {
  return {
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2022',
    format: 'esm',
    charset: 'utf8',
    legalComments: 'inline',
    outfile: path.join(folder, '.ela', 'compiled', 'service.js'),
    write: false,
    metafile: true,
    logLevel: 'silent',
    loader: { '.txt': 'text' },
    plugins: [noNodeModules, wasm.plugin],
  }
}

/** Says what is wrong with them, instead of that they were not found. */
const noNodeModules: Plugin = {
  name: 'no-node-modules',
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?[a-z_/]+$/ }, ({ path: name }) => {
      if (!name.startsWith('node:') && !isBuiltin(name)) return undefined
      const has = '`fetch`, `crypto.subtle`, `URL`, streams, and what `env.ELA` was granted'
      const text = `\`${name}\` is a module of Node, and a DApp is no program of Node: it has ${has}`
      return { errors: [{ text }] }
    })
  },
}

/** The engine takes WebAssembly as modules of their own: bytes it gets while running it refuses. */
class WasmImports {
  readonly #folder: string
  readonly #found = new Map<string, string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  readonly plugin: Plugin = {
    name: 'wasm-modules',
    setup: (build) => {
      build.onStart(() => this.#found.clear())
      build.onResolve(
        { filter: /\.wasm$/ },
        async ({ path: wanted, resolveDir, pluginData, kind }) => {
          if (pluginData === 'resolving') return undefined
          const found = await build.resolve(wanted, { resolveDir, kind, pluginData: 'resolving' })
          if (found.errors.length > 0) return { errors: found.errors }
          const inside = path.relative(this.#folder, found.path).split(path.sep).join('/')
          const name = inside.startsWith('../') ? `wasm/${path.basename(found.path)}` : inside
          this.#found.set(name, found.path)
          return { path: `./${name}`, external: true }
        },
      )
    },
  }

  get found(): CompiledWorker['wasm'] {
    const entries = [...this.#found].sort(([one], [other]) => (one < other ? -1 : 1))
    return entries.map(([name, file]) => ({ path: name, file }))
  }
}

async function compiled(
  folder: string,
  entry: string,
  wasm: WasmImports,
  build: () => Promise<BuildResult>,
): Promise<CompiledWorker> {
  const shown = path.relative(folder, entry)
  const { outputFiles = [], metafile } = await build().catch((thrown: unknown) => {
    throw failureOf(shown, thrown)
  })
  const [output] = outputFiles
  const [meta] = Object.values(metafile?.outputs ?? {})
  if (output === undefined || meta === undefined) throw new Error('esbuild gave no output')
  if (!meta.exports.includes('default')) throw CompileError.noHandler(shown)
  const inputs = Object.keys(metafile?.inputs ?? {}).map((file) => path.resolve(folder, file))
  const { found } = wasm
  return {
    code: output.text,
    inputs: [...inputs, ...found.map(({ file }) => file)].sort(),
    wasm: found,
  }
}
