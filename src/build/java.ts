/**
 * Java → an ES module, by Maven and TeaVM as the project's `pom.xml` says. Maven fetches what the
 * build needs, as it does for every Java project.
 *
 * @see https://teavm.org/docs/intro/getting-started.html
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { systemCodeOf } from '../base/errors.ts'
import type { BuiltModule } from './cpp.ts'
import { BuildError } from './errors.ts'
import { filesBelow, stampOf } from './stamp.ts'

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
  const inputs = [entry, ...filesBelow(path.join(folder, 'src', 'main'))]
  const file = path.join(folder, ...OUTPUT)
  const stamp = stampOf(file, inputs, 'maven')
  if (stamp.isFresh) return { file, inputs }
  await runMaven(folder)
  if (!existsSync(file)) throw BuildError.noOutput(file)
  stamp.write()
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
