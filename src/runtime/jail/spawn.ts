/** Starts an enclosed engine. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { LineSplitter } from '../../supervisor/lines.ts'
import { isAlive, markOf, type ProcessMark } from '../../supervisor/process-table.ts'
import { type Ending, signalGroup, signalProcess } from '../../supervisor/supervised-process.ts'
import { descriptors, type Enclosure } from './enclosure.ts'
import { handedDown, openNothing } from './handed-down.ts'

/** How long output may still come after the end. */
const DRAIN_MS = 200
/** How long what holds the engine may take to end after it. */
const BURIED_WITHIN_MS = 100
const MAX_INFO_CHARS = 4096

type Stdio = 'pipe' | 'ignore' | number

export interface EnclosedProcess {
  /** The engine's own pid on this machine; `undefined` when it ended before it had one. */
  readonly engine: Promise<number | undefined>
  /** Resolves when the engine and all around it are gone, and its output was read. */
  readonly ended: Promise<Ending>
  /** SIGKILL to the engine and everything that holds it. */
  kill(): void
  /** For one that is talked to by its standard streams. */
  readonly input: Writable | null
  readonly output: Readable | null
}

/**
 * @param inherited descriptors of ours that become the engine's `http` and `ctl`; without them it is
 *   talked to by its standard input and output, and prints on standard error alone
 */
export function spawnEnclosed(
  { file, args, filter, config, watchesInput }: Enclosure,
  inherited: { readonly http: number; readonly ctl: number } | undefined,
  onLine: (line: string) => void,
): EnclosedProcess {
  using nothing = openNothing()
  const { http, ctl } = inherited ?? { http: nothing.fd, ctl: nothing.fd }
  const input = watchesInput || inherited === undefined ? 'pipe' : 'ignore'
  const stdio: Stdio[] = [input, 'pipe', 'pipe', http, ctl, 'pipe']
  if (filter !== undefined || config !== undefined) {
    stdio.push(filter === undefined ? 'ignore' : 'pipe')
  }
  if (config !== undefined) stdio.push('pipe')
  for (const fd of handedDown().filter((fd) => fd >= stdio.length)) {
    while (stdio.length < fd) stdio.push('ignore')
    stdio[fd] = nothing.fd
  }
  const child = spawn(file, args, { env: {}, cwd: '/', detached: true, stdio })
  for (const stream of child.stdio) stream?.on('error', () => undefined)
  readLines(inherited === undefined ? [child.stderr] : [child.stdout, child.stderr], onLine)
  // Typed for five streams; there are as many as were asked for.
  const streams: readonly unknown[] = child.stdio
  if (filter !== undefined) (streams[descriptors.filter] as Writable | undefined)?.end(filter)
  const exited = new Promise<Ending>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let mark: ProcessMark | undefined
  const engine = Promise.race([enginePid(child), exited.then(() => undefined)]).then((pid) => {
    mark = pid === undefined ? undefined : markOf(pid)
    // Not before: when the pid is told, bubblewrap is bound to end with us. Were we killed earlier, it
    // would find an empty configuration, and the engine would end by itself.
    if (config !== undefined) (streams[descriptors.config] as Writable | undefined)?.end(config)
    return pid
  })
  const killGroup = () => {
    if (child.pid !== undefined && child.exitCode === null) signalGroup(child.pid, 'SIGKILL')
  }
  const kill = () => {
    if (mark === undefined || !isAlive(mark)) return killGroup()
    // What holds it ends when it sees that, and buries it: init would, but not every container has one.
    signalProcess(mark.pid, 'SIGKILL')
    setTimeout(killGroup, BURIED_WITHIN_MS).unref()
  }
  const ended = exited.then(async (ending) => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
    while (mark !== undefined && isAlive(mark)) {
      signalProcess(mark.pid, 'SIGKILL')
      await delay(1)
    }
    await Promise.race([closed, delay(DRAIN_MS, undefined, { ref: false })])
    for (const stream of child.stdio) stream?.destroy()
    return ending
  })
  return { engine, ended, kill, input: child.stdin, output: child.stdout }
}

function readLines(streams: readonly (Readable | null)[], onLine: (line: string) => void): void {
  for (const stream of streams) {
    const splitter = new LineSplitter(onLine)
    stream?.on('data', (chunk: Buffer) => splitter.write(chunk))
    stream?.once('close', () => splitter.end())
  }
}

/** Reads the pid that bubblewrap, or our watcher, tells on the descriptor `info`. */
function enginePid(child: ChildProcess): Promise<number | undefined> {
  const streams: readonly unknown[] = child.stdio
  const info = streams[descriptors.info] as Readable | null | undefined
  return new Promise((resolve) => {
    let text = ''
    const look = () => {
      const pid = /"child-pid"\s*:\s*(\d+)/.exec(text)?.[1]
      if (pid !== undefined) resolve(Number(pid))
    }
    info?.setEncoding('latin1')
    info?.on('data', (part: string) => {
      if (text.length < MAX_INFO_CHARS) text += part
      if (text.includes('}')) look()
    })
    info?.once('close', () => resolve(undefined))
  })
}
