/** Native code in the jail: a C program that tries what an intruder would. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import { type Enclosure, enclose } from '../../src/runtime/jail/enclosure.ts'
import { listenOnPort, listenOnSocket } from '../../src/runtime/jail/listener.ts'
import { spawnEnclosed } from '../../src/runtime/jail/spawn.ts'
import type { Ending } from '../../src/supervisor/supervised-process.ts'

const END_WITHIN_MS = 30_000
const SOURCE = path.resolve(import.meta.dirname, '../fixtures/programs/hostile.c')

/** Compiles the program; `undefined` when this machine has no compiler or no static C library. */
export function compileHostile(folder: string): string | undefined {
  const file = path.join(folder, 'hostile')
  const args = ['-static', '-O1', '-Wall', '-Werror', '-o', file, SOURCE]
  const { status, error, stderr } = spawnSync('gcc', args, { encoding: 'utf8' })
  if (error !== undefined) return undefined
  if (status !== 0) throw new Error(`gcc: ${stderr}`)
  chmodSync(file, 0o755)
  return file
}

export interface Attempts {
  /** Attempt → `REACHED` or `refused ERRNO`. */
  readonly results: Readonly<Record<string, string>>
  readonly ending: Ending
  /** Requests that reached the victim. */
  readonly stolen: number
}

export interface HostileRun {
  readonly program: string
  readonly folder: string
  /** A process of the host that it tries to end. */
  readonly hostPid: number
  /** Names of attempts; all when empty. */
  readonly names?: readonly string[]
  readonly dataMiB?: number
  /** Everything but the filter: for showing what it is for. */
  readonly withoutFilter?: boolean
}

/** Runs it at level A in a new folder below `folder`, with clients at its door. */
export async function runHostile(run: HostileRun): Promise<Attempts> {
  const { program, folder, hostPid, names = [], dataMiB = 64 } = run
  const base = path.join(folder, `hostile-${process.hrtime.bigint()}`)
  const modules = path.join(base, 'dapp')
  mkdirSync(modules, { recursive: true, mode: 0o700 })
  const config = path.join(base, 'config')
  for (const file of [config, path.join(modules, 'main.js')])
    writeFileSync(file, '', { mode: 0o600 })
  let stolen = 0
  const victim = await serve({ port: 0, host: '127.0.0.1' }, () => {
    stolen += 1
  })
  const gateway = await serve({ path: path.join(base, 'gw') }, () => undefined)
  const http = await listenOnPort(0)
  const ctl = await listenOnSocket(path.join(base, 'ctl'))
  const { port } = victim.address() as { port: number }
  const places = { program, config, modules, assets: undefined, gateway: path.join(base, 'gw') }
  const full = await enclose('A', places, {
    engine: [String(port), String(hostPid), ...names],
    dataBytes: dataMiB * 1024 * 1024,
    config: '',
  })
  const enclosure = run.withoutFilter === true ? unfiltered(full) : full
  const lines: string[] = []
  const enclosed = spawnEnclosed(enclosure, { http: http.fd, ctl: ctl.fd }, (line) => {
    lines.push(line)
  })
  http.release()
  ctl.release()
  const knocking = knock(http.port)
  const limit = setTimeout(enclosed.kill, END_WITHIN_MS)
  const ending = await enclosed.ended
  clearTimeout(limit)
  knocking.stop()
  for (const server of [victim, gateway]) await new Promise((resolve) => server.close(resolve))
  const results = lines.map((line) => line.split(/ (.*)/, 2) as [string, string])
  return { results: Object.fromEntries(results), ending, stolen }
}

function unfiltered(enclosure: Enclosure): Enclosure {
  const at = enclosure.args.indexOf('--seccomp')
  return { ...enclosure, filter: undefined, args: enclosure.args.toSpliced(at, 2) }
}

function serve(where: object, onConnection: () => void): Promise<Server> {
  const server = createServer((socket) => {
    onConnection()
    socket.on('error', () => undefined)
    socket.resume()
    socket.end()
  })
  return new Promise((resolve) => server.listen(where, () => resolve(server)))
}

/** Clients that come all the time, so that there is a connection to misuse. */
function knock(port: number): { stop(): void } {
  const timer = setInterval(() => {
    fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(200) }).catch(() => undefined)
  }, 20)
  return { stop: () => clearInterval(timer) }
}
