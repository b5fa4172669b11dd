import { defineErrors, messageOf } from '../base/errors.ts'

/** Failures of commands that belong to no other room. */
export const CommandError = defineErrors('command', {
  notFound: (program: string, cause: unknown) => ({
    message: `The command \`${program}\` could not be started: ${messageOf(cause)}.`,
    hint: 'Check its name and whether it is installed; `ela exec -- CMD…` runs no shell.',
    exit: 'environment',
    cause,
  }),
  noCommand: () => ({
    message: 'There is nothing to run.',
    hint: 'Put the command after two dashes: `ela exec -- npm test`.',
    exit: 'misused',
  }),
  wrongPattern: (pattern: string, cause: unknown) => ({
    message: `\`${pattern}\` is no regular expression: ${messageOf(cause)}.`,
    hint: 'Put a backslash before characters that stand for themselves: `--grep "\\[x\\]"`.',
    exit: 'misused',
    cause,
  }),
  backgroundDied: (how: string, lines: string) => ({
    message: `The devnet in the background ended with ${how} before it was ready.`,
    hint: lines === '' ? 'It printed nothing.' : lines,
  }),
  backgroundLate: (ms: number) => ({
    message: `The devnet was not ready within ${ms} ms, and was stopped.`,
    hint: 'Give it longer with `--timeout 2m`; `ela logs` shows how far it came.',
  }),
})
