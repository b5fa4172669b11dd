/**
 * Files and folders that only their owner may read. Whatever could have been planted by somebody
 * else (a link, a foreign owner, open permissions) is refused instead of followed.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { messageOf, systemCodeOf } from '../base/errors.ts'
import { flushFolder } from '../base/flush-folder.ts'
import { KeyError } from './key-errors.ts'

const PRIVATE_FILE = 0o600
const PRIVATE_FOLDER = 0o700
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
/** Not blocking: a pipe planted in the place of a file would else hold us for ever. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
/** A draft this old belongs to a process that died while writing. */
const ABANDONED_MS = 60_000

/** Makes the folder if need be and checks it. Throws `keys/unsafe`, `keys/unusable`. */
export function privateFolder(folder: string, lax = false): void {
  try {
    const made = mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
    // The umask may have taken rights from the owner too.
    if (made !== undefined) chmodSync(folder, PRIVATE_FOLDER)
    checkFolder(folder, lax)
  } catch (error) {
    throw explained(folder, error)
  }
}

/** Whether the folder is there; then it is checked as well. Throws as `privateFolder` does. */
export function hasPrivateFolder(folder: string, lax = false): boolean {
  try {
    checkFolder(folder, lax)
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false
    throw explained(folder, error)
  }
}

function checkFolder(folder: string, lax: boolean): void {
  const stats = lstatSync(folder)
  if (stats.isSymbolicLink())
    throw KeyError.unsafe(folder, 'it is a link', 'Name the folder itself.')
  if (!stats.isDirectory()) throw KeyError.unsafe(folder, 'it is no folder', 'Move it away.')
  if (!lax) checkOwner(folder, stats, '700')
}

function checkOwner(file: string, { uid, mode }: Stats, wanted: string): void {
  const own = process.getuid?.()
  // Windows has neither owners by number nor these permissions.
  if (own === undefined) return
  if (uid !== own) {
    const hint = 'Take it over with `chown`, if you trust what is in it.'
    throw KeyError.unsafe(file, `it belongs to another user (${uid})`, hint)
  }
  if ((mode & 0o077) !== 0) {
    const hint = `Close it with \`chmod ${wanted} ${file}\`; others may have read it already.`
    throw KeyError.unsafe(file, 'others may read or change it', hint)
  }
}

/**
 * The text of a private file, `undefined` without one.
 * Throws `keys/unsafe`, `keys/unusable`, and `keys/damaged` beyond `limit` bytes.
 */
export function readPrivateFile(file: string, limit: number, lax = false): string | undefined {
  let handle: number
  try {
    handle = openSync(file, READ)
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP') throw KeyError.unsafe(file, 'it is a link', 'Remove the link.')
    throw explained(file, error)
  }
  try {
    const stats = fstatSync(handle)
    if (!stats.isFile()) throw KeyError.unsafe(file, 'it is no file', 'Move it away.')
    if (!lax) checkOwner(file, stats, '600')
    const bytes = Buffer.alloc(limit + 1)
    let length = 0
    for (let read = -1; read !== 0 && length <= limit; length += read) {
      read = readSync(handle, bytes, length, bytes.length - length, null)
    }
    if (length > limit) throw KeyError.damaged(file, 'it is too long')
    return bytes.toString('utf8', 0, length)
  } finally {
    closeSync(handle)
  }
}

/**
 * Writes a file that must not exist yet: whole and on the disk, or not at all. Of two that write the
 * same at once, one wins. Throws `keys/exists`, `keys/unusable`.
 */
export function createPrivateFile(file: string, content: string | Uint8Array): void {
  const folder = path.dirname(file)
  const draft = path.join(folder, `.${path.basename(file)}.${randomBytes(8).toString('hex')}.tmp`)
  try {
    const handle = openSync(draft, NEW, PRIVATE_FILE)
    try {
      // The umask may have taken rights from the owner too.
      fchmodSync(handle, PRIVATE_FILE)
      const bytes = Buffer.from(content)
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    // A rename would replace what somebody else has just written; a link does not.
    linkSync(draft, file)
    flushFolder(folder)
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw KeyError.exists(file)
    throw explained(file, error)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Removes a file and the drafts of it; `false` without one. Throws `keys/unusable`. */
export function removePrivateFile(file: string): boolean {
  try {
    removeDrafts(path.dirname(file), 0, `.${path.basename(file)}.`)
    unlinkSync(file)
    flushFolder(path.dirname(file))
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false
    throw explained(file, error)
  }
}

/** Removes what processes left that were killed while writing. */
export function removeDrafts(folder: string, olderThanMs = ABANDONED_MS, prefix = '.'): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !/\.[0-9a-f]{16}\.tmp$/.test(name)) continue
    const draft = path.join(folder, name)
    const stats = lstatSync(draft, { throwIfNoEntry: false })
    if (stats !== undefined && Date.now() - stats.mtimeMs >= olderThanMs) {
      rmSync(draft, { force: true })
    }
  }
}

function explained(file: string, error: unknown): unknown {
  return systemCodeOf(error)?.startsWith('E') === true
    ? KeyError.unusable(file, messageOf(error), error)
    : error
}
