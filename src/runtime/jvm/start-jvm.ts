/**
 * One instance of a DApp on a Java virtual machine. What Java code may do is not the language's to
 * decide, so it runs behind the walls of level A or not at all; it has no socket, and talks to us
 * alone (`frames.ts`).
 */
import type { Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { systemCodeOf } from '../../base/errors.ts'
import { closeServer, listenLoopback, portOf } from '../../base/loopback-server.ts'
import { describeEnding, type Ending } from '../../supervisor/supervised-process.ts'
import type { Engine, EngineEnd } from '../engine/engine.ts'
import { InstanceOutput } from '../engine/output.ts'
import { RuntimeError } from '../errors.ts'
import type { GatewayAddress } from '../gateway/gateway-client.ts'
import { descriptors, type Enclosure } from '../jail/enclosure.ts'
import { JAR_INSIDE, javaJailArguments } from '../jail/java-jail.ts'
import type { Level } from '../jail/level.ts'
import { limitArguments, systemProgram } from '../jail/limits.ts'
import { seccompFilter } from '../jail/seccomp.ts'
import { type EnclosedProcess, spawnEnclosed } from '../jail/spawn.ts'
import { usageOf } from '../jail/usage.ts'
import { watch } from '../jail/watchdog.ts'
import type { DappIdentity, Limits } from '../staged-dapp.ts'
import { admitTo } from '../web/origin.ts'
import { findJdk } from './jdk.ts'
import { JvmSession } from './session.ts'

const MIB = 1024 ** 2
/** Code, classes and threads of the machine itself, above the heap. Measured: 210 MiB with 17. */
const MACHINE_MIB = 512
const CHALLENGE_WITHIN_MS = 2_000

export interface JvmOptions {
  readonly identity: DappIdentity
  readonly limits: Limits
  /** Full path of the staged jar. */
  readonly jar: string
  /** Its main class; the jar's own when left out. */
  readonly main?: string | undefined
  /** Release of Java that it was compiled for. */
  readonly release: number
  readonly level: Level
  readonly gateway: GatewayAddress
  /** Wanted on 127.0.0.1; 0 for any free one. */
  readonly port: number
  /** First label of its host name. */
  readonly label: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/**
 * Starts it and resolves when it answers. Throws `runtime/javaNeedsWalls`, `runtime/noJava`,
 * `runtime/oldJava`, `runtime/portBusy`, `runtime/engineNotStarted`, `runtime/engineLate`.
 */
export async function startJvm(
  options: JvmOptions,
  onLine: (line: string) => void,
): Promise<Engine> {
  const { level, identity, limits, gateway, headers } = options
  const output = new InstanceOutput(onLine)
  const enclosed = spawnEnclosed(await enclosureOf(options), undefined, (line) => output.take(line))
  const { input, output: spoken } = enclosed
  if (input === null || spoken === null) throw new Error('the machine was started without pipes')
  let nonsense: string | undefined
  const onNonsense = (why: string) => {
    nonsense = `it said ${why}`
    enclosed.kill()
  }
  const session = new JvmSession({ input, output: spoken, gateway, headers, onNonsense })
  const limit = AbortSignal.timeout(limits.startWithinMs)
  const ready = session.ping(limit).then(
    () => 'ready' as const,
    () => 'late' as const,
  )
  const outcome = await Promise.race([ready, enclosed.ended])
  const pid = await enclosed.engine
  if (outcome === 'ready' && pid !== undefined) {
    const server = await listen(options, session, enclosed)
    return running({ enclosed, session, server, level, limits, pid, why: () => nonsense })
  }
  enclosed.kill()
  const ending = await enclosed.ended
  if (outcome === 'late') {
    throw RuntimeError.engineLate(identity.name, limits.startWithinMs, output.tail)
  }
  throw RuntimeError.engineNotStarted(
    identity.name,
    nonsense ?? describeEnding(ending),
    output.tail,
  )
}

async function enclosureOf({ level, release, jar, main, limits }: JvmOptions): Promise<Enclosure> {
  const prlimit = systemProgram('prlimit')
  const bwrap = systemProgram('bwrap')
  if (level !== 'A' || prlimit === undefined || bwrap === undefined) {
    throw RuntimeError.javaNeedsWalls(level)
  }
  const { home, java, files } = await findJdk(release)
  const processor = process.arch === 'arm64' ? 'arm64' : 'x64'
  const started = main === undefined ? ['-jar', JAR_INSIDE] : ['-cp', JAR_INSIDE, main]
  return {
    file: prlimit,
    args: [
      ...limitArguments((limits.memoryMiB + MACHINE_MIB) * MIB),
      bwrap,
      ...javaJailArguments({ home, java, files, jar }, descriptors),
      ...[`-Xmx${limits.memoryMiB}m`, '-Xss512k', '-XX:+UseSerialGC', '-XX:-UsePerfData'],
      ...[
        '-XX:MaxMetaspaceSize=128m',
        '-XX:ReservedCodeCacheSize=64m',
        '-XX:+ExitOnOutOfMemoryError',
      ],
      ...['-Xshare:auto', '-Dfile.encoding=UTF-8', ...started],
    ],
    // It has nothing to connect to: no address is of this length.
    filter: seccompFilter({ processor, connectLength: 0 }),
    watchesInput: false,
  }
}

async function listen(
  { port, label }: JvmOptions,
  session: JvmSession,
  enclosed: EnclosedProcess,
): Promise<Server> {
  try {
    return await listenLoopback(
      (request, response) => {
        session.answer(request, response).catch(() => response.destroy())
      },
      port,
      admitTo(label),
    )
  } catch (error) {
    enclosed.kill()
    await enclosed.ended
    if (systemCodeOf(error) === 'EADDRINUSE') throw RuntimeError.portBusy(port, error)
    if (systemCodeOf(error) === 'EACCES') throw RuntimeError.portForbidden(port, error)
    throw error
  }
}

interface Started {
  readonly enclosed: EnclosedProcess
  readonly session: JvmSession
  readonly server: Server
  readonly level: Level
  readonly limits: Limits
  readonly pid: number
  /** Why it was ended by us, if it spoke nonsense. */
  readonly why: () => string | undefined
}

function running({ enclosed, session, server, level, limits, pid, why }: Started): Engine {
  let end: EngineEnd | undefined
  const kill = (reason: EngineEnd['reason'], detail: string) => {
    end ??= { reason, detail }
    enclosed.kill()
  }
  const usage = () => (end === undefined ? usageOf(pid) : undefined)
  const stopWatching = watch(limits, {
    ping: (signal) => session.ping(signal),
    usage,
    kill,
    now: () => performance.now(),
    sleep: (ms) => delay(ms, undefined, { ref: false }),
  })
  const ended = enclosed.ended.then(async (ending: Ending) => {
    stopWatching()
    await closeServer(server)
    end ??= { reason: 'crashed', detail: why() ?? describeEnding(ending) }
    return end
  })
  return {
    pid,
    port: portOf(server),
    level,
    ended,
    usage,
    // The pipe is its identity: nobody else holds the other end.
    challenge: (nonce) => {
      const bytes = nonce === undefined ? undefined : Buffer.from(nonce, 'hex')
      return session.ping(AbortSignal.timeout(CHALLENGE_WITHIN_MS), bytes).catch(() => false)
    },
    kill: (reason) => kill('killed', reason),
  }
}
