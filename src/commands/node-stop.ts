/** `ela node stop`: asks the devnet to end, and waits until it has. */
import { setTimeout as delay } from 'node:timers/promises'
import { sendIntent } from '../devnet/admin-client.ts'
import { DevnetError } from '../devnet/errors.ts'
import { findSession, readLiveSession, runningDevnet, sessionFile } from '../devnet/session.ts'
import type { Context } from './context.ts'
import { upwards } from './project-folder.ts'

const STOP_WITHIN_MS = 15_000
const LOOK_EVERY_MS = 20

/** Throws `devnet/notRunning` when nothing runs, `devnet/notStopping` when it does not end. */
export async function stopDevnet(context: Context): Promise<void> {
  const { printer, signal } = context
  const { folder, pid } = await askToStop(context)
  const deadline = performance.now() + STOP_WITHIN_MS
  while (runningDevnet(folder)?.pid === pid && !signal.aborted) {
    if (performance.now() > deadline) throw DevnetError.notStopping(pid, STOP_WITHIN_MS)
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
  }
  if (signal.aborted) return
  printer.answer('node stop', { folder, pid }, () => `stopped the devnet of ${folder}`)
}

async function askToStop(context: Context): Promise<{ folder: string; pid: number }> {
  const starting = startingDevnet(context)
  if (starting !== undefined) {
    process.kill(starting.pid, 'SIGTERM')
    return starting
  }
  const session = findSession(context)
  try {
    await sendIntent(session, { intent: 'stop' }, context.signal)
  } catch {
    // Its admin port is stuck; its signal handler may still work.
    process.kill(session.pid, 'SIGTERM')
  }
  return session
}

/** A devnet that has no session yet can only be signalled. */
function startingDevnet({ cwd, env }: Context): { folder: string; pid: number } | undefined {
  if ((env['ELA_SESSION'] ?? '') !== '') return undefined
  for (const folder of upwards(cwd)) {
    const holder = runningDevnet(folder)
    if (holder === undefined) continue
    const ready = readLiveSession(sessionFile(folder)) !== undefined
    return ready ? undefined : { folder, pid: holder.pid }
  }
  return undefined
}
