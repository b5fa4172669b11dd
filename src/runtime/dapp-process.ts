/** One process of a service: it waits, becomes the DApp when told which module to run, and ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { LineSplitter } from '../supervisor/lines.ts'
import { type Ending, minimalEnvironment, signalGroup } from '../supervisor/supervised-process.ts'
import { STARTER_CODE } from './starter-code.ts'

const DRAIN_MS = 200

export interface DappProcessOptions {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly onLine: (line: string) => void
}

export class DappProcess {
  readonly pid: number | undefined
  /** Resolves when the process has ended and its output was read; never rejects. */
  readonly ended: Promise<Ending>
  /** Resolves when the module given to `run` has been evaluated; it may never be. */
  readonly loaded: Promise<void>
  readonly #socket: Duplex
  #hasEnded = false

  /** Starts a process that waits. */
  constructor({ folder, env, onLine }: DappProcessOptions) {
    const child = spawn(process.execPath, ['--enable-source-maps', '--eval', STARTER_CODE], {
      cwd: folder,
      env: { ...minimalEnvironment(), ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    this.pid = child.pid
    for (const stream of [child.stdout, child.stderr]) {
      const splitter = new LineSplitter(onLine)
      stream?.on('data', (chunk: Buffer) => splitter.write(chunk))
      stream?.once('close', () => splitter.end())
    }
    const socket = socketOf(child)
    this.#socket = socket
    socket.on('error', () => undefined)
    this.loaded = new Promise((resolve) => socket.once('data', () => resolve()))
    this.ended = new Promise((resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }))
      child.once('exit', (code, signal) => {
        this.#hasEnded = true
        // What it leaves in its group would stay for ever.
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
        child.once('close', () => resolve({ code, signal }))
        // Something outside the group may hold the pipes open; it must not hold us.
        const drained = setTimeout(() => {
          for (const stream of child.stdio) stream?.destroy()
        }, DRAIN_MS)
        child.once('close', () => clearTimeout(drained))
      })
    })
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Becomes the DApp. `file` is a JavaScript module, full path. */
  run(file: string): void {
    this.#socket.write(`${pathToFileURL(file).href}\n`)
  }

  /** Asks it to end, and ends it with all it started when it has not within `withinMs`. */
  async stop(withinMs: number): Promise<Ending> {
    const { pid } = this
    if (pid === undefined || this.#hasEnded) return this.ended
    signalGroup(pid, 'SIGTERM')
    const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), withinMs)
    const ending = await this.ended
    clearTimeout(timer)
    return ending
  }
}

function socketOf({ stdio }: ChildProcess): Duplex {
  const [, , , socket] = stdio
  if (!(socket instanceof Object && 'write' in socket)) throw new Error('the child has no socket')
  return socket as Duplex
}
