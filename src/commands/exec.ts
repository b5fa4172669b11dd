import { constants } from 'node:os'
import type { Command } from 'commander'
import { loadConfigOrDefault } from '../config/load.ts'
import { findSession } from '../devnet/session.ts'
import type { Context } from './context.ts'
import { addDevnetFlags, type DevnetFlags } from './devnet-flags.ts'
import { withoutSecrets } from './environment-key.ts'
import { CommandError } from './errors.ts'
import { withOwnDevnet } from './own-devnet.ts'
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
  const config = await loadConfigOrDefault(projectFolder(context.cwd))
  // Loading it takes as long as starting the nodes; both at once cost nothing.
  const loading = import('execa')
  const outcome = await withOwnDevnet(
    { flags, config, keep: flags.keep === true },
    context,
    async (devnet) => {
      await loading
      return runCommand(context, words, devnet.guestEnvironment)
    },
  )
  pass(context, outcome)
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
    env: { ...withoutSecrets(env), ...environment },
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
