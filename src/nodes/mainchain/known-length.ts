/**
 * `<file>.length`: how long an append-only file was when it last reached the disk. A file that is
 * shorter, empty or gone has lost what was answered for, which no half-written end explains.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { MainchainError } from './errors.ts'

/** Best effort: an older note only claims less. Not flushed, so that it never runs ahead. */
export function rememberLength(file: string, bytes: number): void {
  try {
    writeFileSync(`${noteOf(file)}.new`, `${bytes}\n`)
    renameSync(`${noteOf(file)}.new`, noteOf(file))
  } catch {}
}

/** Throws `mainchain/shortened`. */
export function assertNothingLost(file: string, bytes: number): void {
  if (!existsSync(noteOf(file))) return
  const text = readFileSync(noteOf(file), 'utf8')
  // A power cut may have emptied the note: then it claims nothing.
  const known = /^\d+\n$/.test(text) ? Number(text) : 0
  if (bytes < known) throw MainchainError.shortened(file, bytes, known)
}

function noteOf(file: string): string {
  return `${file}.length`
}
