/**
 * Descriptors that this process was given by whoever started it and that every child of it inherits:
 * a pipe of a shell, the jobs of a build tool. An instance must not get them. All that Node opens
 * itself closes when a child is started.
 */
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'

const O_CLOEXEC = 0o2000000
const FIRST = 3

/** Linux only; elsewhere nothing tells them apart and the list is empty. */
export function handedDown(): readonly number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd >= FIRST && isInheritable(fd))
    .sort((one, other) => one - other)
}

function isInheritable(fd: number): boolean {
  try {
    const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
    const [, flags] = /^flags:\s*([0-7]+)$/m.exec(text) ?? []
    return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0
  } catch {
    // The one that the list was read with.
    return false
  }
}

/** A descriptor that leads nowhere, to put in their place. */
export function openNothing(): Disposable & { readonly fd: number } {
  const fd = openSync('/dev/null', 'r+')
  return { fd, [Symbol.dispose]: () => closeSync(fd) }
}
