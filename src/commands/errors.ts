import { defineErrors, messageOf } from '../base/errors.ts'
import { suggestion } from '../base/nearest-word.ts'

/** Failures of commands that belong to no other room. */
export const CommandError = defineErrors('command', {
  notFound: (program: string, cause: unknown) => ({
    message: `The command \`${program}\` could not be started: ${messageOf(cause)}.`,
    hint: 'Check its name and whether it is installed; `ela exec -- CMD…` runs no shell.',
    exit: 'environment',
    cause,
  }),
  notOneOf: (flag: string, typed: string, known: readonly string[]) => ({
    message: `\`${flag}\` cannot be \`${typed}\`.`,
    hint: suggestion(typed, known),
    exit: 'misused',
  }),
  badNumber: (flag: string, typed: string) => ({
    message: `\`${flag}\` must be a whole number, not \`${typed}\`.`,
    exit: 'misused',
  }),
  badService: (typed: string) => ({
    message: `\`--service\` must name a service and its address, not \`${typed}\`.`,
    hint: 'For instance: `--service thumbnails=http://127.0.0.1:9000`.',
    exit: 'misused',
  }),
  badDuration: (flag: string, wanted: string) => ({
    message: `\`${flag}\` must be more than nothing and ${wanted}.`,
    exit: 'misused',
  }),
  oneOfTwo: (one: string, other: string) => ({
    message: `Either \`${one}\` or \`${other}\` is needed.`,
    exit: 'misused',
  }),
  badEnvironment: (variable: string, value: string, cause: unknown) => ({
    message: `The variable \`${variable}\` cannot be \`${value}\`: ${messageOf(cause)}`,
    hint: `Correct it, or unset it: \`unset ${variable}\`.`,
    exit: 'misused',
    cause,
  }),
  endless: (flag: string) => ({
    message: `\`${flag}\` goes on until it is stopped, so \`--json\` has no document to print.`,
    hint: 'Use `--json-stream`, which prints a line for each event.',
    exit: 'misused',
  }),
  confirmationNeeded: (what: string) => ({
    message: `It is not certain that you want to ${what}, and nobody can be asked.`,
    hint: 'Say so with `--yes`.',
    exit: 'answerNeeded',
  }),
  declined: (what: string) => ({
    message: `You did not want to ${what}. Nothing was done.`,
    exit: 'interrupted',
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
  backgroundStopped: () => ({
    message: 'The devnet in the background was stopped while it was starting.',
    exit: 'interrupted',
  }),
  backgroundLate: (ms: number) => ({
    message: `The devnet was not ready within ${ms} ms, and was stopped.`,
    hint: 'Give it longer with `--timeout 2m`; `ela logs` shows how far it came.',
  }),
  notInstalled: (typed: string) => ({
    message: `\`${typed}\` is no file here, and no app of that name or DID is installed.`,
    hint: 'Install it with `ela install`, or name a bundle.',
    exit: 'misused',
  }),
  severalInstalled: (typed: string, dids: readonly string[]) => ({
    message: `Several installed apps are called \`${typed}\`.`,
    hint: `Name one by its DID: ${dids.join(', ')}`,
    exit: 'misused',
  }),
  grantsLeft: () => ({
    message: 'Nothing was started: not all questions were answered.',
    hint: 'Grant without a question with `--grant`.',
    exit: 'answerNeeded',
  }),
  dappNotRunning: (typed: string, names: readonly string[]) => ({
    message: `No DApp \`${typed}\` runs.`,
    hint: names.length === 0 ? 'None runs at all.' : `Running: ${names.join(', ')}`,
    exit: 'misused',
  }),
  dappStays: (name: string) => ({
    message: `${name} was asked to end and did not.`,
    hint: '`ela ps` shows the process that runs it.',
  }),
})
