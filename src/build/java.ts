/**
 * Java → an ES module, by Maven and TeaVM as the project's `pom.xml` says. Maven fetches what the
 * build needs, as it does for every Java project.
 *
 * @see https://teavm.org/docs/intro/getting-started.html
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { systemCodeOf } from '../base/errors.ts'
import type { BuiltModule } from './cpp.ts'
import { BuildError } from './errors.ts'

const BUILDS_WITHIN_MS = 600_000
const LAST_LINES = 30
/** Where the TeaVM plugin of the template writes. */
const OUTPUT = ['target', 'dapp', 'app.js']

/**
 * Builds unless `pom.xml` and `src/main` are as they were.
 *
 * Throws `build/noMaven`, `build/mavenFailed` and `build/noOutput`.
 *
 * @param entry full path of `pom.xml`
 */
export async function buildJava(entry: string): Promise<BuiltModule> {
  const folder = path.dirname(entry)
  const inputs = [entry, ...sourcesBelow(path.join(folder, 'src', 'main'))]
  const file = path.join(folder, ...OUTPUT)
  const stamp = path.join(folder, 'target', 'dapp', '.ela-inputs')
  const key = digestOf(inputs)
  const isFresh = existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key
  if (isFresh) return { file, inputs }
  await runMaven(folder)
  if (!existsSync(file)) throw BuildError.noOutput(file)
  writeFileAtomic(stamp, key)
  return { file, inputs }
}

async function runMaven(folder: string): Promise<void> {
  const args = ['--quiet', '--batch-mode', '--no-transfer-progress', 'process-classes']
  const result = await execa('mvn', args, {
    cwd: folder,
    reject: false,
    all: true,
    timeout: BUILDS_WITHIN_MS,
    stdin: 'ignore',
    // Without it Maven takes the colours of whoever started us.
    env: { MAVEN_OPTS: process.env['MAVEN_OPTS'] ?? '', NO_COLOR: '1' },
  })
  if (!result.failed) return
  if (systemCodeOf(result) === 'ENOENT') throw BuildError.noMaven(result)
  const how = result.timedOut ? 'it took too long' : `exit code ${result.exitCode}`
  const said = (result.all ?? '').trim().split('\n').slice(-LAST_LINES).join('\n')
  throw BuildError.mavenFailed(folder, how, said)
}

function sourcesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => path.join(one.parentPath, one.name))
    .sort()
}

function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) {
    const bytes = readFileSync(file)
    hash.update(`${file} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}
