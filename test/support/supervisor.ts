/** A supervisor of one instance in a process of its own. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Attempts } from './hostile.ts'

const PROGRAM = path.resolve(import.meta.dirname, '../fixtures/programs/run-instance.ts')
const START_WITHIN_MS = 60_000

export interface Supervisor extends AsyncDisposable {
  readonly pid: number
  readonly engine: {
    readonly pid: number
    readonly port: number
    readonly answer: string
    readonly hostile?: Attempts
  }
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
}

export interface SupervisorOptions {
  /** Number of the user it runs as; only root can choose. */
  readonly user?: number
  /** Starts it with a file open that is not closed when a child is started. */
  readonly leaks?: boolean
}

/** @param args level, folder, and perhaps a hostile program */
export async function startSupervisor(
  args: readonly string[],
  { user, leaks = false }: SupervisorOptions = {},
): Promise<Supervisor> {
  const [, folder = '.'] = args
  const command = [process.execPath, '--import', import.meta.resolve('tsx'), PROGRAM, ...args]
  const through = leaks ? ['exec 9>"$0/leaked"; exec "$@"', folder] : ['exec "$@"', folder]
  const child = spawn('/bin/sh', ['-c', ...through, ...command], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const line = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the supervisor ended with ${code}`)))
    setTimeout(() => reject(new Error('the supervisor is late')), START_WITHIN_MS).unref()
  })
  try {
    const engine = JSON.parse(await line) as Supervisor['engine']
    return { pid: child.pid ?? 0, engine, kill, [Symbol.asyncDispose]: kill }
  } catch (error) {
    await kill()
    throw error
  }
}
