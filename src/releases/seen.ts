/**
 * The highest release of each app that was ever accepted here, so that an old one cannot be passed
 * off as new.
 *
 *     state/seen/<network>/<app>/<seq>     holds the bundle id
 *
 * A file for each number instead of one that is changed: of two processes at once neither can undo
 * what the other noted, and a kill leaves nothing half written.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { systemCodeOf } from '../base/errors.ts'
import { folderNameOf, type UserFolder } from './user-folder.ts'

export interface Seen {
  readonly seq: number
  /** `sha256:` and 64 digits. */
  readonly bundle: string
}

/** @param network what `networkOf` says */
export function highestSeen(user: UserFolder, network: string, app: string): Seen | undefined {
  const folder = folderOf(user, network, app)
  const seq = Math.max(0, ...numbersIn(folder))
  if (seq === 0) return undefined
  return { seq, bundle: readFileSync(path.join(folder, `${seq}`), 'utf8').trim() }
}

/** Notes a release that was accepted. A lower one than the highest changes nothing. */
export function noteSeen(user: UserFolder, network: string, app: string, seen: Seen): void {
  const folder = folderOf(user, network, app)
  const before = numbersIn(folder)
  if (before.some((seq) => seq > seen.seq)) return
  write(folder, seen)
  for (const seq of before) if (seq < seen.seq) rmSync(path.join(folder, `${seq}`), { force: true })
}

/** Goes back on purpose: from now on this one is the highest. */
export function goBackTo(user: UserFolder, network: string, app: string, seen: Seen): void {
  const folder = folderOf(user, network, app)
  write(folder, seen)
  for (const seq of numbersIn(folder)) if (seq > seen.seq) rmSync(path.join(folder, `${seq}`))
}

function write(folder: string, { seq, bundle }: Seen): void {
  // The folder `state` holds what the user granted, too, and is refused when others may read it.
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileAtomic(path.join(folder, `${seq}`), `${bundle}\n`, 0o600)
}

function folderOf(user: UserFolder, network: string, app: string): string {
  return path.join(user, 'state', 'seen', network, folderNameOf(app))
}

function numbersIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(Number)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}
