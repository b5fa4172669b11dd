/** Lock files that name their holder, and that nobody holds beyond its life. */
import assert from 'node:assert/strict'
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { systemCodeOf } from '../base/errors.ts'
import { isAlive, markOf, type ProcessMark } from './process-table.ts'

export interface LockHolder extends ProcessMark {
  /** What the holder holds the lock for, in its own words. */
  readonly purpose?: string
}

/** The living process that holds a lock, if any. */
export function holderOf(file: string): LockHolder | undefined {
  const mark = readMark(file)
  return mark !== undefined && isAlive(mark) ? mark : undefined
}

/** Whether the last holder of a lock ended without letting go. */
export function isAbandoned(file: string): boolean {
  return existsSync(file) && holderOf(file) === undefined
}

export type LockOutcome =
  /** `crashed`: the last holder did not let go, so it may have left things behind. */
  | { readonly locked: true; readonly crashed: boolean; readonly release: () => void }
  | { readonly locked: false; readonly holder: LockHolder }

/**
 * Takes a lock for this process, also from a holder that is gone. Makes the folder of `file`.
 * Throws system errors.
 */
export function takeLock(file: string, purpose = ''): LockOutcome {
  const folder = path.dirname(file)
  mkdirSync(folder, { recursive: true })
  const own = markOf(process.pid)
  assert(own !== undefined, 'this process is not in the process table')
  // Written first and linked into place: nobody ever sees a lock without its mark.
  const draft = path.join(folder, `.${path.basename(file)}.${process.pid}`)
  writeFileSync(draft, JSON.stringify({ ...own, purpose }))
  let crashed = false
  try {
    for (;;) {
      try {
        place(draft, file)
        return { locked: true, crashed, release: () => rmSync(file, { force: true }) }
      } catch (error) {
        if (systemCodeOf(error) !== 'EEXIST') throw error
      }
      const holder = holderOf(file)
      if (holder !== undefined) return { locked: false, holder }
      crashed = removeStale(file, draft) || crashed
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Makes `file` appear with the content of `draft`; fails with EEXIST when it is there already. */
function place(draft: string, file: string): void {
  try {
    linkSync(draft, file)
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw error
    // Some disks (exFAT, network shares) know no links: the next best is to create it exclusively.
    copyFileSync(draft, file, constants.COPYFILE_EXCL)
  }
}

/**
 * Removes the lock of a holder that is gone; `true` when it was there. Only who holds a second lock
 * may: of two processes that find the same stale lock, the slower one would otherwise delete the
 * new lock of the faster.
 */
function removeStale(file: string, draft: string): boolean {
  const guard = `${file}.guard`
  try {
    place(draft, guard)
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error
    if (holderOf(guard) === undefined) rmSync(guard, { force: true })
    return false
  }
  try {
    if (!isAbandoned(file)) return false
    rmSync(file, { force: true })
    return true
  } finally {
    rmSync(guard, { force: true })
  }
}

function readMark(file: string): LockHolder | undefined {
  try {
    const mark = JSON.parse(readFileSync(file, 'utf8')) as LockHolder
    return typeof mark.pid === 'number' && typeof mark.started === 'string' ? mark : undefined
  } catch {
    return undefined
  }
}
