/** Asks a running devnet of another process for something, over its admin port. */
import { ElaError } from '../base/errors.ts'
import { type Exit, exitCodes } from '../base/exit-codes.ts'
import { DevnetError } from './errors.ts'
import type { Intent } from './events.ts'
import type { Session } from './session.ts'

const ANSWER_WITHIN_MS = 90_000

/**
 * Resolves when the devnet has done it; for `stop` when it has begun.
 *
 * Throws `devnet/adminSilent`, and what the devnet itself met, with its code.
 */
export async function sendIntent(
  { admin, adminToken }: Session,
  intent: Intent,
  signal?: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.timeout(ANSWER_WITHIN_MS)
  let answer: unknown
  let ok: boolean
  try {
    const response = await fetch(`${admin}/intent`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(intent),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    ok = response.ok
    answer = await response.json()
  } catch (error) {
    throw DevnetError.adminSilent(admin, error)
  }
  if (!ok) throw toldError(admin, answer)
}

/** The failure of the other process, as if it had been met here. */
function toldError(admin: string, answer: unknown): ElaError {
  const { error } = (answer ?? {}) as { error?: Readonly<Record<string, unknown>> }
  const { code, message, hint, exit } = error ?? {}
  if (typeof code !== 'string' || typeof message !== 'string') {
    return DevnetError.adminSilent(admin, 'it answers in another way than expected')
  }
  return new ElaError(code, {
    message,
    ...(typeof hint === 'string' ? { hint } : {}),
    exit: isExit(exit) ? exit : 'failed',
  })
}

function isExit(value: unknown): value is Exit {
  return typeof value === 'string' && Object.hasOwn(exitCodes, value)
}
