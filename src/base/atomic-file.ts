/** Files that are either the old whole or the new whole, also after `kill -9` or a power cut. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'

/**
 * Writes `content` beside `file`, flushes it to disk and renames it into place.
 *
 * @param mode permission bits of the new file, 0o644 when left out
 */
export function writeFileAtomic(file: string, content: string | Uint8Array, mode = 0o644): void {
  const folder = path.dirname(file)
  mkdirSync(folder, { recursive: true })
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}.tmp`)
  // A leftover of a process that had our pid would make the exclusive open fail.
  rmSync(temporary, { force: true })
  const handle = openSync(temporary, 'wx', mode)
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
    fsyncSync(handle)
  } catch (error) {
    closeSync(handle)
    rmSync(temporary, { force: true })
    throw error
  }
  closeSync(handle)
  renameSync(temporary, file)
}
