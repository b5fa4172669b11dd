import type { Exit } from './exit-codes.ts'

/** What a failure is, in the user's words: what happened, with which value, and what to do next. */
export interface Explanation {
  readonly message: string
  readonly hint?: string
  /** Exit code by name; `failed` (1) when left out. */
  readonly exit?: Exit
  readonly cause?: unknown
}

/** A failure the user can act on. Made only through a room's catalogue (see `defineErrors`). */
export class ElaError extends Error {
  override readonly name = 'ElaError'
  /** `room/name`: what tests and `--json` readers hold on to; the wording is free to improve. */
  readonly code: string
  readonly hint: string | undefined
  readonly exit: Exit

  constructor(code: string, { message, hint, exit = 'failed', cause }: Explanation) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
    this.exit = exit
  }
}

type Catalogue = Readonly<Record<string, (...details: never[]) => Explanation>>
type Makers<C extends Catalogue> = {
  readonly [Name in keyof C]: (...details: Parameters<C[Name]>) => ElaError
}

/**
 * All that can go wrong in one room.
 *
 *     export const PortError = defineErrors('devnet', {
 *       portBusy: (port: number) => ({ message: `Port ${port} is in use.`, exit: 'environment' }),
 *     })
 *     throw PortError.portBusy(20336)     // code: devnet/portBusy
 */
export function defineErrors<const C extends Catalogue>(room: string, catalogue: C): Makers<C> {
  const makers = Object.entries(catalogue).map(([name, explain]) => {
    const make = (...details: never[]): ElaError => {
      const error = new ElaError(`${room}/${name}`, explain(...details))
      // The stack should begin where the failure was met, not here.
      Error.captureStackTrace(error, make)
      return error
    }
    return [name, make]
  })
  return Object.fromEntries(makers) as Makers<C>
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The `code` of a system error (`ENOENT`, `EADDRINUSE`, …), if it has one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
