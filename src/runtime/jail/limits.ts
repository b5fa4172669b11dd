/** What the kernel lets one instance take, as the start of its command line. */
import { existsSync } from 'node:fs'

const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/run/current-system/sw/bin']

/** Open files and connections together. */
const MAX_FILES = 256

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
  return ['--core=0:0', `--nofile=${MAX_FILES}:${MAX_FILES}`, `--data=${dataBytes}:${dataBytes}`]
}
