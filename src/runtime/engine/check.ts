/**
 * That the engine's program is the pinned one, before it runs.
 *
 * Hashing 160 MB takes longer than starting the engine, so a digest that fitted is remembered with
 * the file's device, inode, size, and times of change to the nanosecond. What that trusts:
 *
 * - the kernel's `ctime`: it moves with every write, rename and change of mode or owner, and no
 *   program can set it without setting the clock or writing to the disk below the file system; who
 *   can do that can replace `ela` itself;
 * - the note: it lies in a folder of the user's, mode 0700 and owned by him, or it is not read. Who
 *   can write there is the user, and again can replace `ela`.
 *
 * A file that changed less than two seconds ago is hashed and not noted, because a file system may
 * give two writes within its clock's step the same `ctime`.
 */
import { createHash } from 'node:crypto'
import { type BigIntStats, createReadStream, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { RuntimeError } from '../errors.ts'
import { ownFolder } from './cache-folder.ts'
import type { EngineProgram } from './program.ts'

const SETTLED_AFTER_MS = 2_000

export interface CheckOptions {
  /** Full path of the folder for notes; `undefined`: nothing is remembered. */
  readonly cacheFolder: string | undefined
  /** For people who build their own engine: runs whatever is there. */
  readonly allowUnpinned?: boolean
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/**
 * Throws `runtime/engineTampered` when size or SHA-256 are not the pinned ones.
 *
 * @returns whether the digest came from the note
 */
export async function checkEngine(
  { file, pinned }: EngineProgram,
  { cacheFolder, allowUnpinned = false, now = Date.now }: CheckOptions,
): Promise<'hashed' | 'noted' | 'unpinned'> {
  if (allowUnpinned) return 'unpinned'
  const before = statSync(file, { bigint: true })
  if (before.size !== BigInt(pinned.bytes)) {
    throw RuntimeError.engineTampered(file, `${pinned.bytes} bytes`, `${before.size} bytes`)
  }
  const note = noteOf(before, pinned.sha256)
  const place = cacheFolder === undefined ? undefined : ownFolder(cacheFolder)
  const noteFile = place === undefined ? undefined : path.join(place, 'engine-digest')
  if (noteFile !== undefined && readNote(noteFile) === note) return 'noted'
  const digest = await digestOf(file)
  if (digest !== pinned.sha256) throw RuntimeError.engineTampered(file, pinned.sha256, digest)
  const unchanged = noteOf(statSync(file, { bigint: true }), pinned.sha256) === note
  const settled = now() - Number(before.ctimeMs) > SETTLED_AFTER_MS
  if (noteFile !== undefined && unchanged && settled) writeNote(noteFile, note)
  return 'hashed'
}

function noteOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats, sha256: string): string {
  return `ela-engine/1 ${[dev, ino, size, mtimeNs, ctimeNs].join(' ')} ${sha256}\n`
}

function readNote(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function writeNote(file: string, note: string): void {
  try {
    writeFileAtomic(file, note, 0o600)
  } catch {
    // A full or read-only disk: the next start hashes again.
  }
}

/** SHA-256 of a file in hexadecimal. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Buffer)
  }
  return hash.digest('hex')
}
