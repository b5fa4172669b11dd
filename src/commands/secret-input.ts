/** Passwords and keys typed, piped or read from files: never from the command line itself. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import path from 'node:path'
import { defineErrors, messageOf } from '../base/errors.ts'
import { hide } from '../base/redactor.ts'
import type { Context } from './context.ts'

export const InputError = defineErrors('input', {
  passwordNeeded: (flag: string) => ({
    message: 'A password is needed, and nobody can be asked for it.',
    hint: `Give it with \`--${flag}\`${flag === 'password-file' ? ', `--password-stdin` or ELA_PASSWORD_FILE' : ''}.`,
    exit: 'answerNeeded',
  }),
  secretNeeded: () => ({
    message: 'The key to import is needed, and nobody can be asked for it.',
    hint: 'Name the file that holds it, or `-` for stdin.',
    exit: 'answerNeeded',
  }),
  stdinTwice: () => ({
    message: 'Both the password and the key are to come from stdin.',
    hint: 'Give the password with `--password-file`.',
    exit: 'misused',
  }),
  stdinIsTerminal: () => ({
    message: 'What is typed here would be shown: stdin is a terminal.',
    hint: 'Leave the flag out to be asked, or pipe the secret in.',
    exit: 'misused',
  }),
  unreadable: (file: string, why: string) => ({
    message: `${file} cannot be read: ${why}.`,
    exit: 'environment',
  }),
  tooLong: (file: string, limit: number) => ({
    message: `${file} is longer than ${limit} bytes, so it is no secret.`,
    exit: 'misused',
  }),
  empty: (what: string) => ({ message: `${what} is empty.`, exit: 'misused' }),
  different: () => ({
    message: 'The two passwords are not the same.',
    hint: 'Begin again.',
    exit: 'misused',
  }),
  leftOut: () => ({ message: 'The question was left without an answer.', exit: 'interrupted' }),
})

export interface PasswordFlags {
  readonly passwordFile?: string
  readonly passwordStdin?: boolean
}

const MAX_BYTES = 65_536
/** Questions are talk: stdout is the answer's. */
const output = process.stderr

/**
 * The password of a key: from the file, from stdin, or typed without being shown; a new one twice.
 * Throws `input/…`.
 */
export async function readPassword(
  { passwordFile, passwordStdin = false }: PasswordFlags,
  question: { readonly text: string; readonly isNew?: boolean },
  context: Context,
): Promise<string> {
  if (passwordFile !== undefined) return passwordIn(passwordFile, context)
  if (passwordStdin) return checked(firstLine(await readStdin(context)), 'The password')
  if (!context.interactive) throw InputError.passwordNeeded('password-file')
  const typed = await askHidden(question.text)
  if (question.isNew === true && (await askHidden('The same again')) !== typed) {
    throw InputError.different()
  }
  return checked(typed, 'The password')
}

/** A second password, which belongs to something else than the key. */
export async function readOtherPassword(
  file: string | undefined,
  question: { readonly text: string; readonly flag: string },
  context: Context,
): Promise<string> {
  if (file !== undefined) return passwordIn(file, context)
  if (!context.interactive) throw InputError.passwordNeeded(question.flag)
  return checked(await askHidden(question.text), 'The password')
}

/** The first line of a file. Warns when others may read it. */
export function passwordIn(file: string, context: Context): string {
  return checked(firstLine(readSecretFile(file, context)), file)
}

/** The text of a file that holds a secret. */
export function readSecretFile(file: string, { cwd, printer }: Context): string {
  const place = path.resolve(cwd, file)
  let handle: number | undefined
  try {
    handle = openSync(place, 'r')
    const stats = fstatSync(handle)
    if (stats.isFile() && (stats.mode & 0o044) !== 0 && process.platform !== 'win32') {
      printer.warn(`Others may read ${file}.`, `Close it with \`chmod 600 ${file}\`.`)
    }
    const bytes = Buffer.alloc(MAX_BYTES + 1)
    let length = 0
    for (let read = -1; read !== 0 && length <= MAX_BYTES; length += read) {
      read = readSync(handle, bytes, length, bytes.length - length, null)
    }
    if (length > MAX_BYTES) throw InputError.tooLong(file, MAX_BYTES)
    return bytes.toString('utf8', 0, length)
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) {
      throw InputError.unreadable(file, messageOf(error))
    }
    throw error
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

export async function readStdin({ stdin }: Context): Promise<string> {
  if (stdin.isTTY === true) throw InputError.stdinIsTerminal()
  const parts: Buffer[] = []
  let length = 0
  for await (const part of stdin) {
    const bytes = Buffer.from(part as Uint8Array | string)
    length += bytes.length
    if (length > MAX_BYTES) throw InputError.tooLong('stdin', MAX_BYTES)
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Asks without showing what is typed. Only where `context.interactive`. */
export async function askHidden(message: string): Promise<string> {
  const { password } = await import('@clack/prompts')
  const typed = await password({ message, output })
  if (typeof typed !== 'string') throw InputError.leftOut()
  return typed
}

export async function askYes(message: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts')
  return (await confirm({ message, initialValue: false, output })) === true
}

/** Editors end a line with a break that is no part of the password. */
function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)?.[0] ?? ''
}

function checked(password: string, what: string): string {
  if (password === '') throw InputError.empty(what)
  hide(password, 'talk')
  return password
}
