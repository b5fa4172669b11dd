/** What a devnet that was killed left running: remembered while it runs, ended at the next start. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemCodeOf } from '../base/errors.ts'
import { isAlive, markOf, type ProcessMark, withEnvironment } from '../supervisor/process-table.ts'
import { signalGroup, signalProcess } from '../supervisor/supervised-process.ts'

const PROCESSES_FILE = 'processes.json'
/** Environment variable that marks everything a devnet of this state folder has started. */
export const FOLDER_MARK = 'ELA_DEVNET_FOLDER'

// Children of a killed supervisor end by themselves; those that do write their state first.
const END_BY_THEMSELVES_MS = 1_000
const LOOK_EVERY_MS = 20

/** Replaces the list of processes that belong to the devnet of `stateFolder`. */
export function rememberProcesses(stateFolder: string, pids: readonly number[]): void {
  const file = path.join(stateFolder, PROCESSES_FILE)
  // Not flushed to disk: what a power cut takes with it are the processes themselves.
  writeFileSync(`${file}.new`, JSON.stringify(pids.flatMap((pid) => markOf(pid) ?? [])))
  renameSync(`${file}.new`, file)
}

export function forgetProcesses(stateFolder: string): void {
  rmSync(path.join(stateFolder, PROCESSES_FILE), { force: true })
}

/** Ends what a killed devnet of this folder left, and says so. For the holder of its lock only. */
export async function cleanUp(stateFolder: string): Promise<string> {
  const killed = await endLeftovers(stateFolder)
  const left = killed === 1 ? 'A process' : `${killed} processes`
  const ended = killed === 0 ? '' : ` ${left} it had left running ended now.`
  return `The last devnet in this folder did not end by itself.${ended}`
}

/** Returns how many had to be killed, after a moment to end by themselves. */
async function endLeftovers(stateFolder: string): Promise<number> {
  const deadline = performance.now() + END_BY_THEMSELVES_MS
  let left = leftoversOf(stateFolder)
  while (left.length > 0 && performance.now() < deadline) {
    await delay(LOOK_EVERY_MS)
    left = left.filter(isAlive)
  }
  const killed = new Set<number>()
  // Looked up anew: a process may have started others while it was waited for.
  for (let turn = 0; turn < 100; turn += 1) {
    const remaining = leftoversOf(stateFolder)
    if (remaining.length === 0) break
    for (const { pid } of remaining) {
      killed.add(pid)
      signalGroup(pid, 'SIGKILL')
      signalProcess(pid, 'SIGKILL')
    }
    await delay(LOOK_EVERY_MS)
  }
  forgetProcesses(stateFolder)
  return killed.size
}

/** Ends everything that carries the mark of one run, where environments can be seen. */
export async function endMarked(mark: string, value: string): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    const pids = withEnvironment(mark, value).filter((pid) => pid !== process.pid)
    const living = pids.filter((pid) => markOf(pid) !== undefined)
    if (living.length === 0) return
    for (const pid of living) signalProcess(pid, 'SIGKILL')
    await delay(LOOK_EVERY_MS)
  }
}

function leftoversOf(stateFolder: string): readonly ProcessMark[] {
  const marked = withEnvironment(FOLDER_MARK, stateFolder).flatMap((pid) => markOf(pid) ?? [])
  const all = [...readProcesses(stateFolder).filter(isAlive), ...marked]
  return [...new Map(all.map((mark) => [mark.pid, mark])).values()].filter(
    ({ pid }) => pid !== process.pid,
  )
}

function readProcesses(stateFolder: string): readonly ProcessMark[] {
  try {
    const marks: unknown = JSON.parse(readFileSync(path.join(stateFolder, PROCESSES_FILE), 'utf8'))
    return Array.isArray(marks) ? marks.filter(isMark) : []
  } catch (error) {
    // A file cut short by a power cut names nothing that could still run.
    if (error instanceof SyntaxError || systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

function isMark(value: unknown): value is ProcessMark {
  if (typeof value !== 'object' || value === null) return false
  const { pid, started } = value as { pid?: unknown; started?: unknown }
  return typeof pid === 'number' && typeof started === 'string'
}
