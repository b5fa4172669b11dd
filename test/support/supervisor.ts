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

/**
 * @param args level, folder, and perhaps a hostile program
 * @param user number of the user it runs as; only root can choose
 */
export async function startSupervisor(args: readonly string[], user?: number): Promise<Supervisor> {
  const [, folder] = args
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), PROGRAM, ...args],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(user === undefined ? {} : { uid: user, gid: user }),
    },
  )
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
