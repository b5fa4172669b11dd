/** A DApp's sources, in any of its languages → what the runtime starts. */
import path from 'node:path'
import {
  type CompiledWorker,
  compileWorker,
  openWorkerCompiler,
  type WorkerCompiler,
} from './compile-worker.ts'
import { dappEntry, languageOf } from './dapp-entry.ts'

export type CompiledDapp =
  | (CompiledWorker & { readonly as: 'service' })
  | {
      readonly as: 'java'
      /** Full path of the jar. */
      readonly jar: string
      readonly inputs: readonly string[]
    }

export interface DappCompiler {
  /** Throws what `compileWorker`, `buildCpp` and `buildJava` do. */
  compile(): Promise<CompiledDapp>
  close(): Promise<void>
}

/**
 * For compiling again and again; of TypeScript only what changed is read anew.
 *
 * @param folder the project, full path
 * @param entry full path of its source file
 */
export function openDappCompiler(folder: string, entry: string): DappCompiler {
  if (languageOf(entry) !== 'script') {
    return { compile: () => compileDapp(folder, entry), close: async () => undefined }
  }
  // Loading the compiler takes longer than compiling; it begins now, whoever waits for it later.
  const opening: Promise<WorkerCompiler> = openWorkerCompiler(folder, entry)
  opening.catch(() => undefined)
  return {
    compile: async () => ({ as: 'service', ...(await (await opening).compile()) }),
    close: async () => (await opening.catch(() => undefined))?.close(),
  }
}

/** Compiles once. */
export async function compileDapp(folder: string, entry: string): Promise<CompiledDapp> {
  if (languageOf(entry) === 'jar') return { as: 'java', jar: entry, inputs: [entry] }
  const made = await dappEntry(folder, entry)
  const { code, wasm, inputs } = await compileWorker(made.folder, made.file)
  const sources = made.inputs.length === 0 ? inputs : made.inputs
  return { as: 'service', code, wasm, inputs: sources }
}

/** Path of a jar in the bundle. */
export function jarName(jar: string): string {
  return path.basename(jar)
}
