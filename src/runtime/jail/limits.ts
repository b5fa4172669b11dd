/** What the kernel lets one instance take, as the start of its command line. */
import { existsSync, readFileSync } from 'node:fs'

const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/run/current-system/sw/bin']

/**
 * Open files and connections together. The engine ends when it cannot accept a connection for want of
 * a descriptor, so this has to be more than honest clients open. It is also what bounds the memory that
 * the kernel keeps for sockets, some 200 KiB each, which no limit of the process counts.
 */
const MAX_FILES = 4_096

/** Full path of a system program; the user's `PATH` is not asked, because it decides about walls. */
export function systemProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((file) => existsSync(file))
}

/**
 * Sets the limits and becomes the rest of the command line. Memory is limited as data (heap, buffers,
 * WebAssembly memory): of address space the engine reserves gigabytes, and of resident memory the
 * kernel knows no limit for one process.
 */
export function limitArguments(dataBytes: number): readonly string[] {
  const files = Math.min(MAX_FILES, allowedFiles(readOwnLimits()))
  return ['--core=0:0', `--nofile=${files}:${files}`, `--data=${dataBytes}:${dataBytes}`]
}

/** The hard limit of open files in `/proc/self/limits`: `Max open files  SOFT  HARD  files`. */
export function allowedFiles(limits: string): number {
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(limits) ?? []
  return hard === undefined || hard === 'unlimited' ? MAX_FILES : Number(hard)
}

function readOwnLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}
