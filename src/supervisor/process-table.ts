/** Which processes exist, told apart by pid *and* start time: a pid alone is soon someone else's. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** One process for all time, also after its pid was given away or the machine started anew. */
export interface ProcessMark {
  readonly pid: number
  /** Opaque; equal only for the same process. */
  readonly started: string
}

interface Row {
  readonly pid: number
  readonly parent: number
  /** Resident memory in bytes. */
  readonly memory: number
}

const PAGE_BYTES = 4096
const onLinux = process.platform === 'linux'

/** The mark of a living process, `undefined` when there is none. A zombie is not living. */
export function markOf(pid: number): ProcessMark | undefined {
  const started = onLinux ? linuxStart(pid) : psStart(pid)
  return started === undefined ? undefined : { pid, started }
}

/** Whether this very process still lives. */
export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.started === mark.started
}

/** All living descendants of `pid`, children first. */
export function descendantsOf(pid: number, rows: readonly Row[] = processRows()): number[] {
  const found: number[] = []
  let generation = [pid]
  while (generation.length > 0) {
    const parents = new Set(generation)
    generation = rows.filter((row) => parents.has(row.parent)).map((row) => row.pid)
    found.push(...generation)
  }
  return found
}

/** Resident memory of each of `pids` with all its descendants, in bytes; one look for all. */
export function memoryOf(pids: readonly number[]): Map<number, number> {
  const rows = processRows()
  const size = new Map(rows.map((row) => [row.pid, row.memory]))
  return new Map(
    pids
      .filter((pid) => size.has(pid))
      .map((pid) => {
        const tree = [pid, ...descendantsOf(pid, rows)]
        return [pid, tree.reduce((sum, one) => sum + (size.get(one) ?? 0), 0)]
      }),
  )
}

/** A process in words, for telling who holds something: name and working folder where known. */
export function describeProcess(pid: number): { name: string; folder: string | undefined } {
  if (!onLinux) {
    const name = ps(['-o', 'comm=', '-p', String(pid)]).trim()
    return { name: name.split('/').at(-1) || 'unknown', folder: undefined }
  }
  let folder: string | undefined
  try {
    folder = readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    folder = undefined
  }
  return { name: readProc(`${pid}/comm`)?.trim() ?? 'unknown', folder }
}

/** Pids of living processes whose environment has `name=value`. Linux only; elsewhere none. */
export function withEnvironment(name: string, value: string): number[] {
  if (!onLinux) return []
  const wanted = `${name}=${value}`
  return linuxPids().filter((pid) => readProc(`${pid}/environ`)?.split('\0').includes(wanted))
}

function processRows(): Row[] {
  if (!onLinux) {
    return ps(['-axo', 'pid=,ppid=,rss='])
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([pid = 0, parent = 0, kib = 0]) => ({ pid, parent, memory: kib * 1024 }))
  }
  return linuxPids().flatMap((pid) => {
    const stat = linuxStat(pid)
    if (stat === undefined) return []
    return [{ pid, parent: Number(stat[1]), memory: Number(stat[21]) * PAGE_BYTES }]
  })
}

function linuxPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

/** Ticks since boot say little after the next boot, so the boot's own id is part of the mark. */
function linuxStart(pid: number): string | undefined {
  const stat = linuxStat(pid)
  if (stat === undefined) return undefined
  bootId ??= readProc('sys/kernel/random/boot_id')?.slice(0, 8) ?? ''
  return `${bootId}-${stat[19]}`
}

let bootId: string | undefined

/**
 * The fields of `/proc/PID/stat` after the name, which is in brackets and may hold any character:
 * [0] state, [1] parent, [19] start in ticks, [21] resident pages.
 *
 * @see man 5 proc_pid_stat
 */
function linuxStat(pid: number): string[] | undefined {
  const text = readProc(`${pid}/stat`)
  if (text === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields
}

function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/${name}`, 'utf8')
  } catch {
    return undefined
  }
}

function psStart(pid: number): string | undefined {
  const [state, ...start] = ps(['-o', 'state=,lstart=', '-p', String(pid)])
    .trim()
    .split(/\s+/)
  return start.length === 0 || state?.startsWith('Z') ? undefined : start.join(' ')
}

function ps(args: readonly string[]): string {
  return spawnSync('ps', args, { encoding: 'utf8', env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' } })
    .stdout
}
