/**
 * Processes that a killed supervisor left behind. bubblewrap ends with us from the moment on that it
 * has asked the kernel for it; half of it may stay, waiting for the other half, when we are killed in
 * the instant before. All that holds an instance has its run folder in its command line.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { signalProcess } from '../../supervisor/supervised-process.ts'

/** What holds an instance; who looks at its files with another program is left alone. */
const HOLDERS = new Set(['bwrap', 'prlimit', 'sh', 'workerd'])

/**
 * Ends what of this user holds an instance with a path in `folder`. Linux only; elsewhere the watcher in
 * front of the engine leaves nothing.
 */
export function endStrays(folder: string): void {
  if (process.platform !== 'linux') return
  const start = folder + path.sep
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const [program = '', ...rest] = argumentsOf(pid)
    if (!HOLDERS.has(path.basename(program))) continue
    if (rest.some((one) => one.startsWith(start))) signalProcess(pid, 'SIGKILL')
  }
}

function argumentsOf(pid: number): readonly string[] {
  try {
    if (statSync(`/proc/${pid}`).uid !== process.getuid?.()) return []
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    // It ended while we looked.
    return []
  }
}
