/**
 * The compiled form of a config file, kept in `.ela/compiled/` as long as its sources stay the
 * same: the compiler takes 60 ms to load and compile, reading the kept file takes one.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { compileModule } from '../base/compile.ts'
import { ElaError } from '../base/errors.ts'
import { version } from '../base/version.ts'
import { ConfigError } from './errors.ts'

export interface CompiledConfig {
  readonly file: string
  /** Query that differs whenever the content does, because Node keeps what it imported by URL. */
  readonly version: string
  /** To be called when the file has been imported. */
  discard(): void
}

/** Throws `config/invalidSyntax`. */
export async function compiledConfig(folder: string, name: string): Promise<CompiledConfig> {
  const kept = path.join(folder, '.ela', 'compiled', `${name}.mjs`)
  const known = keptHeader(kept)
  if (known !== undefined && known.stamp === stampOf(known.inputs)) {
    return { file: kept, version: `?${known.stamp}`, discard: () => undefined }
  }
  const { code, inputs } = await compileOrExplain(folder, name)
  const stamp = stampOf(inputs)
  const text = `// ${JSON.stringify({ stamp, inputs })}\n${code}`
  try {
    writeFileAtomic(kept, text)
    return { file: kept, version: `?${stamp}`, discard: () => undefined }
  } catch {
    // A read-only project still has a config; it is compiled anew each time.
    const temporary = mkdtempSync(path.join(tmpdir(), 'ela-config-'))
    const file = path.join(temporary, 'config.mjs')
    writeFileSync(file, text)
    return { file, version: '', discard: () => rmSync(temporary, { recursive: true, force: true }) }
  }
}

async function compileOrExplain(folder: string, name: string) {
  try {
    return await compileModule(folder, path.join(folder, name))
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    throw ConfigError.invalidSyntax(name, error.hint ?? error.message)
  }
}

interface Header {
  readonly stamp: string
  readonly inputs: readonly string[]
}

function keptHeader(file: string): Header | undefined {
  try {
    const [first = ''] = readFileSync(file, 'utf8').split('\n', 1)
    const { stamp, inputs } = JSON.parse(first.slice(3)) as Partial<Header>
    return typeof stamp === 'string' && Array.isArray(inputs) ? { stamp, inputs } : undefined
  } catch {
    return undefined
  }
}

/** Changes when a source does, or when another version of `ela` compiles it. */
function stampOf(inputs: readonly string[]): string {
  const hash = createHash('sha256').update(version)
  for (const file of inputs) {
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
    hash.update(`\n${file} ${stats?.mtimeNs} ${stats?.size} ${stats?.ino}`)
  }
  return hash.digest('hex').slice(0, 32)
}
