/**
 * `<file>.length`: how long an append-only file was when it last reached the disk. A file that is
 * shorter, empty or gone has lost what was answered for, which no half-written end explains.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Best effort: an older note only claims less. Not flushed, so that it never runs ahead. */
export function rememberLength(file: string, bytes: number): void {
  try {
    writeFileSync(`${noteOf(file)}.new`, `${bytes}\n`)
    renameSync(`${noteOf(file)}.new`, noteOf(file))
  } catch {}
}

/** In bytes; 0 when nothing is known, as of a new file or where a power cut emptied the note. */
export function knownLength(file: string): number {
  let text: string
  try {
    text = readFileSync(noteOf(file), 'utf8')
  } catch {
    return 0
  }
  return /^\d+\n$/.test(text) ? Number(text) : 0
}

/** For a file that is about to become shorter on purpose. */
export function forgetLength(file: string): void {
  rmSync(noteOf(file), { force: true })
}

function noteOf(file: string): string {
  return `${file}.length`
}
