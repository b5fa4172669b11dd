/** One child process: ready when it answers, dead when it exits, gone when we say so. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { SupervisorError } from './errors.ts'
import { LineSplitter } from './lines.ts'
import type { ProcessSpec } from './process-spec.ts'
import { descendantsOf, isAlive, markOf } from './process-table.ts'

const TAIL_LINES = 20
const FIRST_PROBE_AFTER_MS = 10
const PROBE_AT_MOST_EVERY_MS = 100
/** How long output may still come after a child's end, for instance from its children. */
const DRAIN_MS = 200

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export type OnLine = (stream: 'stdout' | 'stderr', line: string) => void

export interface StartOptions {
  /** Called with the pid as soon as there is one, long before the child is ready. */
  readonly onSpawn?: (pid: number) => void
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal | undefined
}

export interface RunningProcess {
  readonly name: string
  readonly pid: number
  /** Resolves when the child has ended, for whatever reason; never rejects. */
  readonly ended: Promise<Ending>
  /** SIGTERM, then after the spec's limit SIGKILL, to the child and all it started. */
  stop(): Promise<Ending>
}

/** `exit code 1`, `signal SIGKILL`. */
export function describeEnding({ code, signal }: Ending): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`
}

/**
 * Starts a child and waits until it is ready. Its standard input is a pipe that closes when this
 * process dies, however it dies: our programs end themselves then.
 *
 * Throws `supervisor/notStarted`, `supervisor/exitedEarly`, `supervisor/notReadyInTime` and
 * `supervisor/startAborted`; the child and its children are gone by then.
 */
export async function startProcess(
  spec: ProcessSpec,
  onLine: OnLine,
  { onSpawn, signal }: StartOptions = {},
): Promise<RunningProcess> {
  if (signal?.aborted === true) throw SupervisorError.startAborted(spec.name)
  const child = spawn(spec.file, spec.args, {
    cwd: spec.cwd,
    env: { ...minimalEnvironment(), ...spec.env },
    detached: true,
    stdio: 'pipe',
  })
  const { ended, drained, failure } = watchEnd(child)
  const tail: string[] = []
  const said = readOutput(child, spec, (stream, line) => {
    tail.push(line)
    if (tail.length > TAIL_LINES) tail.shift()
    onLine(stream, line)
  })
  const { pid } = child
  if (pid === undefined) throw SupervisorError.notStarted(spec.name, spec.file, await failure)
  onSpawn?.(pid)
  const stop = stopper(pid, ended, spec.stopWithinMs)

  // The child's end must win against a probe that keeps failing: a dead child would otherwise be
  // reported as a slow one, a whole time limit later.
  const gaveUp = new AbortController()
  const giveUp = signal === undefined ? gaveUp.signal : AbortSignal.any([gaveUp.signal, signal])
  try {
    const ending = await Promise.race([untilReady(spec, said, giveUp), ended])
    if (ending === 'ready') return { name: spec.name, pid, ended, stop }
    if (ending === 'aborted') throw SupervisorError.startAborted(spec.name)
    if ('late' in ending) {
      throw SupervisorError.notReadyInTime(spec.name, spec.readyWithinMs, tail, ending.late)
    }
    await drained
    throw SupervisorError.exitedEarly(spec.name, describeEnding(ending), tail, ending)
  } catch (error) {
    await stop()
    throw error
  } finally {
    gaveUp.abort()
  }
}

function watchEnd(child: ChildProcess) {
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => {
      // What the child leaves in its group has lost its parent and would stay for ever.
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
      resolve({ code, signal })
    })
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const drained = ended.then(() => Promise.race([closed, delay(DRAIN_MS)]))
  // A grandchild outside the group may hold the pipes open; they must not hold us.
  void drained.then(() => {
    child.stdout?.destroy()
    child.stderr?.destroy()
  })
  const failure = new Promise<Error>((resolve) => child.once('error', resolve))
  return { ended, drained, failure }
}

/** Hands on the lines, and resolves once the ready line was among them (or none is needed). */
function readOutput(
  child: ChildProcess,
  { readyLine }: ProcessSpec,
  onLine: OnLine,
): Promise<void> {
  // Writing to a child that is gone is not an event worth dying for.
  child.stdin?.on('error', () => {})
  return new Promise<void>((resolve) => {
    if (readyLine === undefined) resolve()
    for (const stream of ['stdout', 'stderr'] as const) {
      const splitter = new LineSplitter((line) => {
        onLine(stream, line)
        if (stream === 'stdout' && line === readyLine) resolve()
      })
      child[stream]?.on('data', (chunk: Buffer) => splitter.write(chunk))
      child[stream]?.once('close', () => splitter.end())
      child[stream]?.on('error', () => {})
    }
  })
}

type Readiness = 'ready' | 'aborted' | { readonly late: unknown }

async function untilReady(
  spec: ProcessSpec,
  said: Promise<void>,
  signal: AbortSignal,
): Promise<Readiness> {
  const limit = AbortSignal.timeout(spec.readyWithinMs)
  const over = AbortSignal.any([limit, signal])
  const isOver = aborted(over)
  let failure: unknown
  await Promise.race([said, isOver])
  for (let pauseMs = FIRST_PROBE_AFTER_MS; !over.aborted; pauseMs *= 2) {
    try {
      await Promise.race([spec.probe(over), isOver])
      if (!over.aborted) return 'ready'
    } catch (error) {
      if (!over.aborted) failure = error
    }
    const pause = Math.min(pauseMs, PROBE_AT_MOST_EVERY_MS)
    await delay(pause, undefined, { signal: over }).catch(() => {})
  }
  return signal.aborted ? 'aborted' : { late: failure }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function stopper(pid: number, ended: Promise<Ending>, withinMs: number): () => Promise<Ending> {
  let stopping: Promise<Ending> | undefined
  const stop = async (): Promise<Ending> => {
    // A grandchild may have left the group, and will have another parent once the child is gone.
    const tree = descendantsOf(pid).flatMap((one) => markOf(one) ?? [])
    signalGroup(pid, 'SIGTERM')
    const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), withinMs)
    const ending = await ended
    clearTimeout(timer)
    for (const mark of tree.filter(isAlive)) signalProcess(mark.pid, 'SIGKILL')
    return ending
  }
  return () => {
    stopping ??= stop()
    return stopping
  }
}

/** Signals a whole process group; one that is gone is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  signalProcess(-pid, signal)
}

export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already, or a member that changed its user: nothing more can be done from here.
  }
}

/** What a program needs to run at all; secrets in our environment are not handed down. */
export function minimalEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
