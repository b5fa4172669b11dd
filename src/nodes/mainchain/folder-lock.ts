/** One process per data folder. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { systemCodeOf } from '../../base/errors.ts'
import { MainchainError } from './errors.ts'

interface Holder {
  readonly pid: number
  /** When the process began, in the system's own unit; '' where the system does not tell. */
  readonly began: string
}

/**
 * Makes `folder` if it is missing, claims it for this process, and returns what gives it back. A
 * claim of a process that is gone (no such pid, or the pid now belongs to a process that began at
 * another time) counts for nothing. Throws `mainchain/folderInUse` or `mainchain/notWritable`.
 */
export function lockFolder(folder: string): () => void {
  const file = path.join(folder, 'node.lock')
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw MainchainError.notWritable(folder, error)
  }
  if (!tryClaim(file)) {
    const holder = holderIn(file)
    if (holder !== undefined && isRunning(holder)) {
      throw MainchainError.folderInUse(folder, holder.pid)
    }
    rmSync(file, { force: true })
    if (!tryClaim(file)) throw MainchainError.folderInUse(folder, holderIn(file)?.pid ?? 0)
  }
  return () => rmSync(file, { force: true })
}

function tryClaim(file: string): boolean {
  let handle: number
  try {
    handle = openSync(file, 'wx')
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false
    throw MainchainError.notWritable(file, error)
  }
  const me: Holder = { pid: process.pid, began: beginningOf(process.pid) ?? '' }
  writeSync(handle, JSON.stringify(me))
  closeSync(handle)
  return true
}

function holderIn(file: string): Holder | undefined {
  try {
    const { pid, began } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>
    return typeof pid === 'number' && typeof began === 'string' ? { pid, began } : undefined
  } catch {
    // Gone meanwhile, or half-written by a process that died: nobody's claim.
    return undefined
  }
}

function isRunning({ pid, began }: Holder): boolean {
  if (pid === process.pid) return beginningOf(pid) === began
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM is a running process of another user.
    if (systemCodeOf(error) === 'ESRCH') return false
  }
  const now = beginningOf(pid)
  return now === undefined || began === '' || now === began
}

/** Field 22 of /proc/PID/stat; the name before it may hold spaces and brackets. */
function beginningOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
