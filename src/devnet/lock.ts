/** Locks that name their holder and that nobody holds beyond its life: one devnet a folder. */
import assert from 'node:assert/strict'
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { systemCodeOf } from '../base/errors.ts'
import { isAlive, markOf, type ProcessMark } from '../supervisor/process-table.ts'

const LOCK_FILE = 'devnet.lock'

export interface LockHolder extends ProcessMark {
  /** What the holder holds the lock for: the project's folder. */
  readonly purpose?: string
}

/** The living process that holds a lock in `folder`, if any. */
export function holderOf(folder: string, name = LOCK_FILE): LockHolder | undefined {
  const mark = readMark(path.join(folder, name))
  return mark !== undefined && isAlive(mark) ? mark : undefined
}

/** Whether the last holder of a lock in `folder` ended without letting go. */
export function isAbandoned(folder: string, name = LOCK_FILE): boolean {
  return existsSync(path.join(folder, name)) && holderOf(folder, name) === undefined
}

export type LockOutcome =
  /** `crashed`: the last holder did not let go, so it may have left things behind. */
  | { readonly locked: true; readonly crashed: boolean; readonly release: () => void }
  | { readonly locked: false; readonly holder: LockHolder }

/** Takes a lock for this process, also from a holder that is gone. Throws system errors. */
export function takeLock(folder: string, name = LOCK_FILE, purpose = ''): LockOutcome {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, name)
  const own = markOf(process.pid)
  assert(own !== undefined, 'this process is not in the process table')
  // Written first and linked into place: nobody ever sees a lock without its mark.
  const draft = path.join(folder, `.${name}.${process.pid}`)
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
      const holder = holderOf(folder, name)
      if (holder !== undefined) return { locked: false, holder }
      crashed = removeStale(file, `${draft}.stale`) || crashed
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
 * Moves a lock away before judging it: of two processes that find the same stale lock, the slower
 * one would otherwise delete the new lock of the faster. A lock found living is put back.
 */
function removeStale(file: string, aside: string): boolean {
  try {
    renameSync(file, aside)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false
    throw error
  }
  const mark = readMark(aside)
  const living = mark !== undefined && isAlive(mark)
  if (living) place(aside, file)
  rmSync(aside, { force: true })
  return !living
}

function readMark(file: string): LockHolder | undefined {
  try {
    const mark = JSON.parse(readFileSync(file, 'utf8')) as LockHolder
    return typeof mark.pid === 'number' && typeof mark.started === 'string' ? mark : undefined
  } catch {
    return undefined
  }
}
