/** The command line that starts the engine behind the walls of a level. */
import { existsSync, realpathSync } from 'node:fs'
import { cacheFolder } from '../engine/cache-folder.ts'
import { RuntimeError } from '../errors.ts'
import { bubblewrapArguments, GATEWAY_ADDRESS_LENGTH, inside } from './bubblewrap.ts'
import type { JailPlaces } from './jail.ts'
import { knownLibraries } from './known-libraries.ts'
import type { Level } from './level.ts'
import { limitArguments, systemProgram } from './limits.ts'
import { sandboxProfile } from './macos-profile.ts'
import { seccompFilter } from './seccomp.ts'

/** File descriptors of the engine, and of what starts it. */
export const descriptors = { http: 3, ctl: 4, info: 5, filter: 6, config: 7 } as const

export interface Enclosure {
  readonly file: string
  readonly args: readonly string[]
  /** Bytes for the descriptor `filter`, when there is one. */
  readonly filter: Buffer | undefined
  /** Text for the descriptor `config`, when it does not lie in a file. */
  readonly config?: string | undefined
  /** Whether standard input is a pipe from us, whose end ends the instance. */
  readonly watchesInput: boolean
}

/** The files of an instance as the engine sees them at this level. */
export function placesInside(level: Level, places: JailPlaces): JailPlaces {
  if (level !== 'A') return places
  const assets = places.assets === undefined ? undefined : inside.assets
  return { ...inside, assets }
}

export interface Enclosed {
  /** Arguments of the engine, in paths as it sees them. */
  readonly engine: readonly string[]
  /** Most memory that it may have as data. */
  readonly dataBytes: number
  /** The configuration. At level A it is handed over; elsewhere it must lie in its file. */
  readonly config: string
}

/** Throws `runtime/levelTooLow`, and `runtime/librariesMissing` at level A. */
export async function enclose(
  level: Level,
  places: JailPlaces,
  enclosed: Enclosed,
): Promise<Enclosure> {
  if (level === 'A') return bubblewrapped(places, enclosed)
  const { engine, dataBytes } = enclosed
  const profile = level === 'B' ? sandboxProfile(realPlaces(places)) : undefined
  const sandbox = profile === undefined ? [] : ['/usr/bin/sandbox-exec', '-p', profile]
  const prlimit = systemProgram('prlimit')
  const limits = prlimit === undefined ? [] : [prlimit, ...limitArguments(dataBytes), '--']
  const command = [...limits, ...sandbox, places.program, ...engine]
  return {
    file: '/bin/sh',
    args: ['-c', prlimit === undefined ? `${SHELL_LIMITS}${WATCHER}` : WATCHER, 'sh', ...command],
    filter: undefined,
    watchesInput: true,
  }
}

/** The profile of macOS is about real paths, and `/tmp` is a link there. */
function realPlaces(places: JailPlaces): JailPlaces {
  const real = (file: string) => (existsSync(file) ? realpathSync(file) : file)
  const { program, config, modules, assets, gateway } = places
  return {
    program: real(program),
    config: real(config),
    modules: real(modules),
    assets: assets === undefined ? undefined : real(assets),
    gateway: real(gateway),
  }
}

async function bubblewrapped(
  places: JailPlaces,
  { engine, dataBytes, config }: Enclosed,
): Promise<Enclosure> {
  const bwrap = systemProgram('bwrap')
  const prlimit = systemProgram('prlimit')
  if (bwrap === undefined || prlimit === undefined) {
    throw RuntimeError.levelTooLow('C', 'A', ['`bwrap` or `prlimit` is missing.'])
  }
  const libraries = await knownLibraries(places.program, cacheFolder())
  const processor = process.arch === 'arm64' ? 'arm64' : 'x64'
  return {
    file: prlimit,
    args: [
      ...limitArguments(dataBytes),
      bwrap,
      ...bubblewrapArguments({ ...places, libraries }, descriptors),
      inside.program,
      ...engine,
    ],
    filter: seccompFilter({ processor, connectLength: GATEWAY_ADDRESS_LENGTH }),
    config,
    watchesInput: false,
  }
}

/**
 * Starts the command and says its pid on descriptor 5. Where no kernel ends it with us, the end of
 * standard input does: only we hold the other end, and it closes however we die. The watcher gives up
 * the listening sockets, or they would outlive the engine for a moment.
 */
const WATCHER = `
exec 9<&0
"$@" 5>&- 9<&- </dev/null &
engine=$!
echo "{\\"child-pid\\":$engine}" >&5
exec 5>&- 3<&- 4<&- >/dev/null 2>&1
{ cat <&9; kill -9 $engine; } &
watcher=$!
wait $engine
code=$?
kill -9 $watcher
exit $code
`

/** What a shell can set where there is no `prlimit`; macOS knows no limit of memory that holds. */
const SHELL_LIMITS = 'ulimit -c 0; ulimit -n 4096\n'
