/** `ela keys unlock` and `ela keys lock`. */
import { lockAll, lockKey, startAgent } from '../identity/key-agent.ts'
import { readKey } from '../identity/keystore.ts'
import { openKey } from '../identity/open-key.ts'
import type { Context } from './context.ts'
import { CommandError } from './errors.ts'
import { type KeyFlags, keystoreFor } from './keys-place.ts'
import { readPassword } from './secret-input.ts'

const LONGEST_MS = 24 * 3_600_000

export async function runUnlock(
  name: string,
  flags: KeyFlags & { readonly ttl: number },
  context: Context,
): Promise<void> {
  const { ttl } = flags
  if (ttl <= 0 || ttl > LONGEST_MS) throw CommandError.badDuration('--ttl', 'at most a day')
  const keystore = keystoreFor(flags, context)
  readKey(name, keystore)
  // The password is asked for also when the key is unlocked: who has none cannot prolong it.
  const password = await readPassword(flags, { text: `Password of the key ${name}` }, context)
  const key = await openKey(name, password, keystore)
  const { until } = await startAgent(key, new Date(Date.now() + ttl), keystore)
  const answer = { name, unlockedUntil: until.toISOString() }
  context.printer.answer('keys unlock', answer, (data) => {
    return `${data.name} is unlocked until ${data.unlockedUntil}`
  })
}

export async function runLock(
  name: string | undefined,
  flags: KeyFlags,
  context: Context,
): Promise<void> {
  const keystore = keystoreFor(flags, context)
  if (name !== undefined) readKey(name, keystore)
  const locked =
    name === undefined ? await lockAll(keystore) : Number(await lockKey(name, keystore))
  context.printer.answer('keys lock', { locked }, (data) =>
    data.locked === 0 ? 'nothing was unlocked' : `${data.locked} locked`,
  )
}
