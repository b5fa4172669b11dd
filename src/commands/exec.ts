import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import { loadConfigOrDefault } from '../config/load.ts'
import { type Devnet, startDevnet } from '../devnet/devnet.ts'
import { isAbandoned } from '../devnet/lock.ts'
import type { DevnetOptions } from '../devnet/options.ts'
import { findSession, STATE_FOLDER } from '../devnet/session.ts'
import type { Context } from './context.ts'
import { addDevnetFlags, type DevnetFlags, devnetOptionsOf } from './devnet-flags.ts'
import { CommandError } from './errors.ts'
import { projectFolder } from './project-folder.ts'

interface Flags extends DevnetFlags {
  readonly keep?: boolean
  readonly useRunning?: boolean
}

interface Outcome {
  /** 128 + its number for a signal, as shells say it. */
  readonly exitCode: number
  readonly signal?: string
}

const FOLDER_PREFIX = 'ela-exec-'
/** From our SIGTERM to its SIGKILL. */
const END_WITHIN_MS = 5_000

const EXAMPLES = `
Examples:
  ela exec -- npm test
  ela exec --only mainchain,esc -- node scripts/deploy.js
  ela exec -- sh -c 'curl "$ESC_RPC_URL"'`

export function define(command: Command, context: Context): void {
  addDevnetFlags(command)
    .argument('[command...]', 'what to run, after `--`')
    .option('--keep', 'leave the chains and logs in their temporary folder')
    .option('--use-running', 'use the devnet that runs here instead of one of its own')
    .addHelpText('after', EXAMPLES)
    .action(async (words: readonly string[], flags: Flags) => {
      if (words.length === 0) throw CommandError.noCommand()
      if (flags.useRunning === true) {
        pass(context, await runCommand(context, words, findSession(context).environment))
      } else {
        await runIsolated(context, words, flags)
      }
    })
}

async function runIsolated(
  context: Context,
  words: readonly string[],
  flags: Flags,
): Promise<void> {
  const { printer, signal } = context
  const config = await loadConfigOrDefault(projectFolder(context.cwd))
  const options = devnetOptionsOf(flags, config)
  // Loading it takes as long as starting the nodes; both at once cost nothing.
  const loading = import('execa')
  removeAbandoned()
  const folder = mkdtempSync(path.join(tmpdir(), FOLDER_PREFIX))
  let devnet: Devnet | undefined
  try {
    const own: DevnetOptions = { ...options, folder, signal }
    const beside =
      flags.portBase === undefined ? { ...own, ports: { from: 'anywhere' } as const } : own
    devnet = await startDevnet(beside, (event) => {
      printer.event(event)
      if (event.event === 'notice' || event.event === 'node-failed') printer.warn(event.message)
    })
    await loading
    const outcome = await runCommand(context, words, devnet.guestEnvironment)
    await devnet.stop()
    pass(context, outcome)
  } finally {
    await devnet?.stop()
    if (flags.keep === true) printer.say(`The chains and logs are kept in ${folder}`)
    else rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Folders of runs that were killed; those that were kept, or are in use, are told by their lock. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = path.join(tmpdir(), name)
    if (!name.startsWith(FOLDER_PREFIX) || !isAbandoned(path.join(folder, STATE_FOLDER))) continue
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // Another user's, perhaps.
    }
  }
}

/** Throws `command/notFound`. */
async function runCommand(
  context: Context,
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const { printer, cwd, env, signal } = context
  const { execa } = await import('execa')
  const child = execa(program, args, {
    cwd,
    env: { ...env, ...environment },
    extendEnv: false,
    // Under --json the one document on stdout is ours; the command's output moves over.
    stdin: 'inherit',
    stdout: printer.mode === 'text' ? 'inherit' : 2,
    stderr: 'inherit',
    reject: false,
    preferLocal: true,
    localDir: cwd,
    forceKillAfterDelay: END_WITHIN_MS,
  })
  const forward = (): void => {
    // A terminal sends Ctrl-C to the whole foreground group: the command has it already.
    const heard = signal.reason === 'SIGINT' && context.stdin.isTTY === true
    if (!heard) child.kill(isSignal(signal.reason) ? signal.reason : 'SIGTERM')
    else setTimeout(() => child.kill('SIGTERM'), END_WITHIN_MS).unref()
  }
  if (signal.aborted) forward()
  signal.addEventListener('abort', forward, { once: true })
  const result = await child
  signal.removeEventListener('abort', forward)
  if (result.exitCode !== undefined) return { exitCode: result.exitCode }
  if (result.signal === undefined) throw CommandError.notFound(program, result.cause ?? result)
  return { exitCode: 128 + constants.signals[result.signal], signal: result.signal }
}

function pass({ printer, exitWith }: Context, outcome: Outcome): void {
  printer.answer('exec', outcome, () => '')
  exitWith(outcome.exitCode)
}

function isSignal(reason: unknown): reason is NodeJS.Signals {
  return typeof reason === 'string' && Object.hasOwn(constants.signals, reason)
}
