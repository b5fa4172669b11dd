import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { compileModule } from '../base/compile.ts'
import { defineErrors } from '../base/errors.ts'
import type { Context } from './context.ts'
import { withoutSecrets } from './environment-key.ts'
import { projectFolder } from './project-folder.ts'

const TestError = defineErrors('test', {
  none: (folder: string, words: readonly string[]) => ({
    message:
      words.length === 0
        ? `There are no tests in \`${folder}\`.`
        : `No test in \`${folder}\` matches ${words.join(', ')}.`,
    hint: 'Tests are the files of `test/` that end in `.test.ts` or `.test.js`.',
    exit: 'misused',
  }),
})

const ENDS_LIKE_TEST = /\.test\.[cm]?[jt]s$/
const IS_TYPESCRIPT = /\.[cm]?ts$/

export function define(command: Command, context: Context): void {
  command
    .argument('[words...]', 'run only files whose path has one of these words')
    .addHelpText(
      'after',
      `
Runs the project's tests with \`node --test\`; TypeScript is compiled first, nothing is installed.

Examples:
  ela test
  ela test http
  ela exec -- ela test        with a devnet of their own`,
    )
    .action(async (words: string[]) => {
      const folder = projectFolder(context.cwd)
      const files = findTests(folder, words)
      const compiled = await Promise.all(files.map((file) => runnable(folder, file)))
      const exitCode = await runTests(folder, compiled, context)
      context.exitWith(exitCode)
      // As text, what the tests print is the answer.
      if (context.printer.mode !== 'text') {
        context.printer.answer('test', { files, exitCode }, () => '')
      }
    })
}

function findTests(folder: string, words: readonly string[]): readonly string[] {
  let names: readonly string[] = []
  try {
    names = readdirSync(path.join(folder, 'test'), { recursive: true, encoding: 'utf8' })
  } catch {
    // No such folder: no tests, said below.
  }
  const files = names
    .filter((name) => ENDS_LIKE_TEST.test(name) && !name.includes('node_modules'))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort()
  if (files.length === 0) throw TestError.none(path.join(folder, 'test'), words)
  return files
}

/** The file Node is to run for a test: itself, or its compiled form in `.ela/compiled/test/`. */
async function runnable(folder: string, name: string): Promise<string> {
  const file = path.join(folder, 'test', name)
  if (!IS_TYPESCRIPT.test(name)) return file
  const { code } = await compileModule(folder, file, await aliasesFor(file, folder))
  const target = path.join(folder, '.ela', 'compiled', 'test', name.replace(IS_TYPESCRIPT, '.mjs'))
  rmSync(target, { force: true })
  mkdirSync(path.dirname(target), { recursive: true })
  writeFileAtomic(target, code)
  return target
}

/** The DApp itself, whatever its language, as a module that Node can load. */
const SERVICE_NAME = 'ela:service'

async function aliasesFor(file: string, folder: string): Promise<Record<string, string>> {
  if (!readFileSync(file, 'utf8').includes(`'${SERVICE_NAME}'`)) return {}
  const [{ loadConfig }, { dappEntry }] = await Promise.all([
    import('../config/load.ts'),
    import('../build/dapp-entry.ts'),
  ])
  const { entry } = await loadConfig(folder)
  return { [SERVICE_NAME]: (await dappEntry(folder, entry, 'node')).file }
}

async function runTests(
  folder: string,
  files: readonly string[],
  { env, signal, printer }: Context,
): Promise<number> {
  const { execa } = await import('execa')
  const result = await execa(process.execPath, ['--enable-source-maps', '--test', ...files], {
    cwd: folder,
    // Without this Node takes our own tests, when we run in one, for the outer run.
    env: { ...withoutSecrets(env), NODE_TEST_CONTEXT: undefined },
    extendEnv: false,
    stdin: 'ignore',
    stdout: printer.mode === 'text' ? 'inherit' : process.stderr,
    stderr: 'inherit',
    reject: false,
    cancelSignal: signal,
  })
  return result.exitCode ?? 1
}
