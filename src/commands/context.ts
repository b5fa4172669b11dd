/** All that a command may touch of the outside world. Tests hand in their own. */
import type { Readable } from 'node:stream'
import type { Printer } from '../base/printer.ts'

export interface Context {
  readonly printer: Printer
  /** Where the user stands. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** Aborted by SIGINT, SIGTERM and SIGHUP; long commands stop and clean up. */
  readonly signal: AbortSignal
  /** Whether a question can be asked: terminal on both ends, no CI, no `--no-input`, no `--json`. */
  readonly interactive: boolean
  /** Ends with this exit code once everything is closed: for passing on a child's. */
  readonly exitWith: (code: number) => void
}
