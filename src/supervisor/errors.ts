import { defineErrors, messageOf } from '../base/errors.ts'
import { exitCodes } from '../base/exit-codes.ts'

interface ExitCode {
  readonly code: number | null
}

/** All that can go wrong with a child process. */
export const SupervisorError = defineErrors('supervisor', {
  notStarted: (name: string, file: string, cause: unknown) => ({
    message: `${name} could not be started: ${messageOf(cause)}.`,
    hint: `Check that ${file} exists and may be executed.`,
    exit: 'environment',
    cause,
  }),
  exitedEarly: (name: string, how: string, lastLines: readonly string[], ending: ExitCode) => ({
    message: `${name} ended with ${how} before it was ready.`,
    cause: ending,
    // How our own programs say that the disk, a port or a missing binary is to blame.
    exit: ending.code === exitCodes.environment ? 'environment' : 'failed',
    hint:
      lastLines.length === 0
        ? 'It printed nothing.'
        : ['Its last lines:', ...lastLines].join('\n  '),
  }),
  notReadyInTime: (name: string, ms: number, lastLines: readonly string[], cause: unknown) => ({
    message: `${name} was not ready within ${ms} ms${cause === undefined ? '' : `: ${messageOf(cause)}`}.`,
    hint: [`Its whole log: \`ela logs ${name}\`. Its last lines:`, ...lastLines].join('\n  '),
    cause,
  }),
  startAborted: (name: string) => ({
    message: `${name} was stopped while it was starting.`,
    exit: 'interrupted',
  }),
})
