/** One instance of the engine with one DApp in it, from verified files to its end. */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { RuntimeError } from '../errors.ts'
import { descriptors, enclose, placesInside } from '../jail/enclosure.ts'
import type { Level } from '../jail/level.ts'
import { type Listener, listenOnPort, listenOnSocket } from '../jail/listener.ts'
import { spawnEnclosed } from '../jail/spawn.ts'
import type { StagedDapp } from '../staged-dapp.ts'
import { dataBytes } from './baseline.ts'
import { cacheFolder } from './cache-folder.ts'
import { checkEngine } from './check.ts'
import { instanceConfig } from './config.ts'
import type { Engine } from './engine.ts'
import { readyInstance } from './instance.ts'
import { makeInstanceKey } from './instance-key.ts'
import { InstanceOutput } from './output.ts'
import { findEngine } from './program.ts'

/** Arguments that give the inherited listeners their names. */
const sockets = [
  ...['--socket-fd', `http=${descriptors.http}`],
  ...['--socket-fd', `ctl=${descriptors.ctl}`],
]

export interface EngineOptions {
  /** Names the instance; part of what its key signs. */
  readonly id: string
  readonly staged: StagedDapp
  /** Full path of a folder of this instance alone, mode 0700. Files of the engine come into it. */
  readonly runFolder: string
  readonly level: Level
  readonly gateway: { readonly socket: string; readonly token: string }
  /** JavaScript of the trusted worker; it exports a class `Ela`, an entrypoint. */
  readonly shim: string
  /** JavaScript of the DApp's half of it (see `gateway/front.ts`); the bare binding when left out. */
  readonly front?: string
  /** Wanted on 127.0.0.1; 0 for any free one. */
  readonly port: number
  /** Values of `Host` that are answered; a name without a port gets the one that is listened on. */
  readonly hosts: readonly string[]
  /** Of other pages that may call the DApp; none when left out. */
  readonly origins?: readonly string[]
  /** Set on every answer; `undefined` removes what the DApp sets. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Runs an engine that is not the pinned one. */
  readonly allowUnpinned?: boolean
}

/**
 * Starts the engine and resolves when it answers. Throws `runtime/engineMissing`,
 * `runtime/engineTampered`, `runtime/portBusy`, `runtime/engineNotStarted`, `runtime/engineLate` and
 * others of the room; nothing is left of it then.
 */
export async function startEngine(
  options: EngineOptions,
  onLine: (line: string) => void,
): Promise<Engine> {
  const { staged, runFolder, level, allowUnpinned = false } = options
  if (staged.modules.length === 0) throw RuntimeError.noModules(staged.identity.name)
  if (process.platform === 'win32') throw RuntimeError.engineUnsupported('Windows itself')
  const program = findEngine()
  await checkEngine(program, { cacheFolder: cacheFolder(), allowUnpinned })
  const files = { config: path.join(runFolder, 'engine'), ctl: path.join(runFolder, 'ctl') }
  const key = makeInstanceKey(options.id)
  const http = await listenOnPort(options.port)
  const listeners: Listener[] = [http]
  try {
    const ctl = await listenOnSocket(files.ctl)
    listeners.push(ctl)
    const places = {
      program: program.file,
      config: files.config,
      modules: staged.folder,
      assets: staged.assets,
      gateway: options.gateway.socket,
    }
    const seen = placesInside(level, places)
    const config = instanceConfig({
      id: options.id,
      modules: staged.modules.map((module) => ({
        ...module,
        file: path.join('/', path.relative(staged.folder, module.file)),
      })),
      assets: seen.assets,
      shim: options.shim,
      front: options.front,
      gateway: { socket: seen.gateway, token: options.gateway.token },
      privatePem: key.privatePem,
      hosts: options.hosts.map((host) => (host.includes(':') ? host : `${host}:${http.port}`)),
      origins: options.origins ?? [],
      headers: options.headers,
      heapMiB: Math.floor(staged.limits.memoryMiB / 2),
    })
    if (level !== 'A') writeFileSync(files.config, config, { mode: 0o600, flag: 'wx' })
    const enclosure = await enclose(level, places, {
      engine: ['serve', '-I', seen.modules, seen.config, 'config', ...sockets],
      dataBytes: dataBytes(staged.limits.memoryMiB),
      config,
    })
    const output = new InstanceOutput(onLine)
    const inherited = { http: http.fd, ctl: ctl.fd }
    const enclosed = spawnEnclosed(enclosure, inherited, (line) => output.take(line))
    for (const listener of listeners.splice(0)) listener.release()
    return await readyInstance({
      enclosed,
      output,
      key,
      level,
      port: http.port,
      socket: files.ctl,
      staged,
    })
  } finally {
    for (const listener of listeners) listener.release()
    // It holds the token and the key, and has been read.
    rmSync(files.config, { force: true })
  }
}
