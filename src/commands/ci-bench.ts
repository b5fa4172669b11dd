/** What the steps of `ela ci` work with. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { ElaError } from '../base/errors.ts'
import { type Exit, exitCodes } from '../base/exit-codes.ts'
import { programOf } from '../base/program.ts'
import type { Config } from '../config/config.ts'
import type { Devnet } from '../devnet/devnet.ts'
import { CiError } from './ci-errors.ts'
import type { Context } from './context.ts'
import { withoutSecrets } from './environment-key.ts'
import { CommandError } from './errors.ts'

export interface CiBench {
  readonly context: Context
  readonly config: Config
  /** Full path of a folder that is gone afterwards. */
  readonly temporary: string
  readonly devnet: Devnet
  /** What earlier steps made. */
  readonly made: { bundleId: string; version: string; release: string; installed: string }
}

export interface CiStep {
  readonly name: string
  /** Steps without which it says nothing. */
  readonly needs: readonly string[]
  /** What was found, in words; `{ skipped }` when there is nothing to do. Throws what is wrong. */
  readonly run: (bench: CiBench) => Promise<string | { readonly skipped: string }>
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  /** Both streams as they came, the last of it. */
  readonly output: string
}

const KEPT_CHARS = 8_000
const MAX_STDOUT_CHARS = 64 << 20

/**
 * Runs a program that cannot ask anything, on the devnet. Throws `command/notFound`.
 *
 * @param env beside the environment around us, which goes on without secrets
 */
export function runProgram(
  words: readonly [file: string, ...args: string[]],
  cwd: string,
  { context, devnet, temporary }: CiBench,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [file, ...args] = words
  const bin = `${path.join(temporary, 'bin')}${path.delimiter}${context.env['PATH'] ?? ''}`
  const own = { CI: '1', ELA_NO_INPUT: '1', NO_COLOR: '1', PATH: bin, NODE_TEST_CONTEXT: undefined }
  const around = { ...withoutSecrets(context.env), ...own, ...devnet.guestEnvironment }
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...around, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: context.signal,
      killSignal: 'SIGTERM',
    })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(0, MAX_STDOUT_CHARS)
      output = (output + text).slice(-KEPT_CHARS)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_CHARS)
    })
    child.once('error', (error) => {
      // One that is ended by our signal was started.
      if (!context.signal.aborted) reject(CommandError.notFound(file, error))
    })
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, output }))
  })
}

/** Runs `ela` itself and gives back the data of its answer. Throws what it failed with. */
export async function runEla(
  words: readonly string[],
  bench: CiBench,
  { cwd = bench.config.folder, env }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { file, args } = programOf('main', 'main.ts')
  const { code, stdout, output } = await runProgram(
    [file, ...args, ...words, '--json'],
    cwd,
    bench,
    env,
  )
  const told = answerIn(stdout)
  if (code === 0 && told?.data !== undefined) return told.data
  if (told?.error === undefined) throw CiError.noAnswer(output)
  const { code: name, message, hint } = told.error
  throw new ElaError(name, {
    message,
    exit: exitNamed(code),
    ...(hint === undefined ? {} : { hint }),
  })
}

interface Told {
  readonly data?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
}

function answerIn(stdout: string): Told | undefined {
  try {
    return JSON.parse(stdout) as Told
  } catch {
    return undefined
  }
}

function exitNamed(code: number): Exit {
  const found = Object.entries(exitCodes).find(([, number]) => number === code)
  return (found?.[0] as Exit | undefined) ?? 'failed'
}
