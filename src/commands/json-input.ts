/** Texts that commands take from a file, or from stdin as `-`. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { defineErrors, messageOf } from '../base/errors.ts'
import type { Context } from './context.ts'

/** Documents are at most 128 KiB on the chain; presentations with pictures are longer. */
const MAX_BYTES = 4 * 1024 * 1024

const FileError = defineErrors('file', {
  unreadable: (file: string, why: string, cause: unknown) => ({
    message: `${file} cannot be read: ${why}`,
    hint: 'Name a file, or `-` for what is piped in.',
    exit: 'misused',
    cause,
  }),
  tooLong: (file: string) => ({
    message: `${file} is longer than ${MAX_BYTES / 1024 / 1024} MiB.`,
    exit: 'misused',
  }),
  nothingPiped: () => ({
    message: 'Nothing is piped in: stdin is a terminal.',
    hint: 'Name a file, or pipe the text in: `ela did verify - < document.json`.',
    exit: 'answerNeeded',
  }),
})

/** Throws `file/unreadable`, `file/tooLong` and `file/nothingPiped`. */
export async function readInput(file: string, { cwd, stdin }: Context): Promise<string> {
  if (file === '-') {
    if (stdin.isTTY === true) throw FileError.nothingPiped()
    return readStream(stdin)
  }
  const full = path.resolve(cwd, file)
  try {
    const { size } = await stat(full)
    if (size <= MAX_BYTES) return await readFile(full, 'utf8')
  } catch (error) {
    throw FileError.unreadable(file, messageOf(error), error)
  }
  throw FileError.tooLong(file)
}

async function readStream(stdin: Context['stdin']): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of stdin) {
    const bytes = Buffer.from(part as string | Uint8Array)
    length += bytes.length
    if (length > MAX_BYTES) throw FileError.tooLong('stdin')
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** For options that may be given more than once. */
export function repeated(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text]
}
