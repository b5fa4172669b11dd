/** `ela node start --detach`: the same command once more, in the background. */
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ElaError, type Explanation } from '../base/errors.ts'
import { type Exit, exitCodes } from '../base/exit-codes.ts'
import { programOf } from '../base/program.ts'
import { DevnetError } from '../devnet/errors.ts'
import type { Session } from '../devnet/session.ts'
import type { Context } from './context.ts'
import { type DevnetFlags, flagWords } from './devnet-flags.ts'
import { CommandError } from './errors.ts'
import { type NodeOptionFlags, nodeOptionWords } from './node-option-flags.ts'
import { sessionText } from './node-start.ts'
import { projectFolder } from './project-folder.ts'

const LOOK_EVERY_MS = 20
const STOP_WITHIN_MS = 10_000
const LAST_CHARS = 2_000

export interface Waiting {
  readonly wait: boolean
  readonly withinMs: number
  /** Environment of the command in the background, without variables that stand for flags. */
  readonly env: Context['env']
}

interface Background {
  readonly pid: number
  /** The one JSON document it prints when it is ready, or when it cannot be. */
  readonly answerFile: string
  /** What it warns of and fails with. */
  readonly talk: () => string
  /** How it ended; `undefined` while it runs. */
  readonly ending: () => { readonly code: number; readonly how: string } | undefined
  /** Asks it to end, if it still runs. */
  readonly stop: () => void
}

/** Throws what the command in the background failed with. */
export async function startDetached(
  context: Context,
  flags: DevnetFlags & NodeOptionFlags,
  { wait, withinMs, env }: Waiting,
): Promise<void> {
  const { printer } = context
  const folder = projectFolder(context.cwd)
  const background = await startBackground(env, folder, flags)
  if (!wait) {
    const { pid } = background
    rmSync(background.answerFile, { force: true })
    printer.answer('node start', { pid, folder }, () => `starting in the background, pid ${pid}`)
    return
  }
  try {
    const session = await readyWithin(background, withinMs, context.signal)
    printer.answer('node start', session, sessionText)
    for (const [, warning = ''] of background.talk().matchAll(/^warning: (.+)$/gm)) {
      printer.warn(warning)
    }
    printer.say(`Running in the background, pid ${session.pid}. Stop it with \`ela node stop\`.`)
  } finally {
    rmSync(background.answerFile, { force: true })
  }
}

async function startBackground(
  env: Context['env'],
  folder: string,
  flags: DevnetFlags & NodeOptionFlags,
): Promise<Background> {
  const logs = path.join(folder, '.ela', 'logs')
  const answerFile = path.join(folder, '.ela', `start.${process.pid}.json`)
  const talkFile = path.join(logs, 'background.txt')
  let files: readonly [number, number]
  try {
    mkdirSync(logs, { recursive: true })
    files = [openSync(answerFile, 'w', 0o600), openSync(talkFile, 'a')]
  } catch (error) {
    throw DevnetError.folderUnusable(path.join(folder, '.ela'), error)
  }
  const before = fstatSync(files[1]).size
  const { file, args } = programOf('main', 'main.ts')
  const words = ['node', 'start', '--json', '-q', ...flagWords(flags), ...nodeOptionWords(flags)]
  const child = spawn(file, [...args, ...words], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', ...files],
  })
  for (const handle of files) closeSync(handle)
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => resolve(child.pid ?? 0))
  })
  let ending: ReturnType<Background['ending']>
  child.once('exit', (code, signal) => {
    ending = { code: code ?? exitCodes.failed, how: signal ?? `exit code ${code}` }
  })
  child.unref()
  const talk = () => readFileSync(talkFile).subarray(before).toString()
  return { pid, answerFile, talk, ending: () => ending, stop: () => void child.kill('SIGTERM') }
}

async function readyWithin(
  background: Background,
  withinMs: number,
  signal: AbortSignal,
): Promise<Omit<Session, 'adminToken'>> {
  const deadline = performance.now() + withinMs
  while (!signal.aborted && performance.now() < deadline) {
    // Read before the answer: what ends now has answered before.
    const ending = background.ending()
    const answer = readFileSync(background.answerFile, 'utf8')
    if (answer.endsWith('\n')) return await sessionIn(answer, background)
    if (ending !== undefined) {
      throw CommandError.backgroundDied(ending.how, background.talk().slice(-LAST_CHARS))
    }
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
  }
  background.stop()
  await codeOf(background)
  if (signal.aborted) throw CommandError.backgroundStopped()
  throw CommandError.backgroundLate(withinMs)
}

/** The exit code of what is about to end. */
async function codeOf(background: Background): Promise<number> {
  const limit = performance.now() + STOP_WITHIN_MS
  while (background.ending() === undefined && performance.now() < limit) await delay(LOOK_EVERY_MS)
  return background.ending()?.code ?? exitCodes.failed
}

async function sessionIn(
  answer: string,
  background: Background,
): Promise<Omit<Session, 'adminToken'>> {
  const { ok, data, error } = JSON.parse(answer) as {
    readonly ok: boolean
    readonly data: Omit<Session, 'adminToken'>
    readonly error: Explanation & { readonly code: string }
  }
  if (ok) return data
  const code = await codeOf(background)
  const exit = Object.entries(exitCodes).find(([, number]) => number === code)?.[0] ?? 'failed'
  throw new ElaError(error.code, { ...error, exit: exit as Exit })
}
