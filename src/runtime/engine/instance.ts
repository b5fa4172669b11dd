/** A spawned engine that becomes ready, is watched, and ends. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describeEnding, type Ending } from '../../supervisor/supervised-process.ts'
import { RuntimeError } from '../errors.ts'
import type { Level } from '../jail/level.ts'
import type { EnclosedProcess } from '../jail/spawn.ts'
import { usageOf } from '../jail/usage.ts'
import { watch } from '../jail/watchdog.ts'
import type { StagedDapp } from '../staged-dapp.ts'
import { ControlLine } from './control.ts'
import type { Engine, EngineEnd } from './engine.ts'
import type { InstanceKey } from './instance-key.ts'
import type { InstanceOutput } from './output.ts'

const CHALLENGE_WITHIN_MS = 2_000
const NONCE_BYTES = 32

export interface Spawned {
  readonly enclosed: EnclosedProcess
  readonly output: InstanceOutput
  readonly key: InstanceKey
  readonly level: Level
  readonly port: number
  /** Full path of the control socket. */
  readonly socket: string
  readonly staged: StagedDapp
}

/** Waits for the first answer. Throws `runtime/engineNotStarted` and `runtime/engineLate`. */
export async function readyInstance(spawned: Spawned): Promise<Engine> {
  const { enclosed, output, socket, staged } = spawned
  const { name } = staged.identity
  const { startWithinMs } = staged.limits
  const control = new ControlLine(socket)
  const limit = AbortSignal.timeout(startWithinMs)
  // The connection waits in the listening socket until the engine accepts: one question is enough.
  const answered: Promise<'ready' | 'late' | Ending> = control.ask('/ping', limit).then(
    () => 'ready',
    // A refusal means that it is about to end, and why is in how it ends.
    () => (limit.aborted ? 'late' : Promise.race([enclosed.ended, late(limit)])),
  )
  const outcome = await Promise.race([answered, enclosed.ended])
  const pid = await enclosed.engine
  if (outcome === 'ready' && pid !== undefined) return running(spawned, control, pid)
  enclosed.kill()
  const ending = await enclosed.ended
  control.close()
  rmSync(socket, { force: true })
  if (outcome === 'late') throw RuntimeError.engineLate(name, startWithinMs, output.tail)
  throw RuntimeError.engineNotStarted(name, describeEnding(ending), output.tail)
}

function late(limit: AbortSignal): Promise<'late'> {
  return new Promise((resolve) => {
    limit.addEventListener('abort', () => resolve('late'), { once: true })
  })
}

function running(spawned: Spawned, control: ControlLine, pid: number): Engine {
  const { enclosed, key, level, port, socket, staged } = spawned
  let end: EngineEnd | undefined
  const kill = (reason: EngineEnd['reason'], detail: string) => {
    end ??= { reason, detail }
    enclosed.kill()
  }
  const usage = () => (end === undefined ? usageOf(pid) : undefined)
  const stopWatching = watch(staged.limits, {
    ping: (signal) => control.ask('/ping', signal),
    usage,
    kill,
    now: () => performance.now(),
    sleep: (ms) => delay(ms, undefined, { ref: false }),
  })
  const ended = enclosed.ended.then((ending: Ending) => {
    stopWatching()
    control.close()
    rmSync(socket, { force: true })
    end ??= { reason: 'crashed', detail: describeEnding(ending) }
    return end
  })
  return {
    pid,
    port,
    level,
    ended,
    usage,
    challenge: (nonce = randomBytes(NONCE_BYTES).toString('hex')) => challenge(control, key, nonce),
    kill: (why) => kill('killed', why),
  }
}

async function challenge(control: ControlLine, key: InstanceKey, nonce: string): Promise<boolean> {
  try {
    const limit = AbortSignal.timeout(CHALLENGE_WITHIN_MS)
    return key.verify(nonce, await control.ask(`/sign?nonce=${nonce}`, limit))
  } catch {
    // Silence and a broken line prove nothing, and that is the answer.
    return false
  }
}
