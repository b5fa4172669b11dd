/** What a process has used. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Usage {
  /** Processor time of all its threads since it began. */
  readonly cpuMs: number
  readonly rssBytes: number
}

/** Linux counts processor time for programs in hundredths of a second on every architecture. */
const TICK_MS = 10
const PAGE_BYTES = 4096

/** `undefined` when there is no such process. */
export function usageOf(pid: number): Usage | undefined {
  if (process.platform === 'linux') {
    try {
      return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    } catch {
      return undefined
    }
  }
  const args = ['-o', 'cputime=,rss=', '-p', String(pid)]
  return parsePs(spawnSync('ps', args, { encoding: 'utf8', env: { LC_ALL: 'C' } }).stdout)
}

/**
 * `/proc/PID/stat`; after the name, which may hold brackets: [11] utime, [12] stime, [21] resident
 * pages.
 *
 * @see man 5 proc_pid_stat
 */
export function parseStat(text: string): Usage | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  const [utime, stime, pages] = [11, 12, 21].map((index) => Number(fields[index]))
  if (utime === undefined || stime === undefined || pages === undefined) return undefined
  if (![utime, stime, pages].every(Number.isSafeInteger)) return undefined
  return { cpuMs: (utime + stime) * TICK_MS, rssBytes: pages * PAGE_BYTES }
}

/** `[[dd-]hh:]mm:ss[.cc] KiB`, as `ps` writes it. */
export function parsePs(text: string): Usage | undefined {
  const match = /^\s*(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s+(\d+)\s*$/.exec(text)
  if (match === null) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0, kib = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
  return { cpuMs: Math.round(total * 1000), rssBytes: kib * 1024 }
}
