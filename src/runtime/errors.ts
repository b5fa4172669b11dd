import { defineErrors, messageOf } from '../base/errors.ts'

export const RuntimeError = defineErrors('runtime', {
  portBusy: (port: number, cause: unknown) => ({
    message: `Port ${port}, which the DApp wants, is in use.`,
    hint: 'End the program that holds it, set `dapp.port` in the config, or leave out `--strict-ports`.',
    exit: 'environment',
    cause,
  }),
  portForbidden: (port: number, cause: unknown) => ({
    message: `Port ${port}, which the DApp wants, may not be used by you.`,
    hint: 'Set `dapp.port` in the config to 1024 or more.',
    exit: 'environment',
    cause,
  }),

  engineUnsupported: (platform: string) => ({
    message: `The engine that runs DApps does not exist for ${platform}.`,
    hint: 'Use Linux or macOS on x64 or arm64; on Windows, Linux runs in WSL 2.',
    exit: 'environment',
  }),
  engineMissing: (name: string) => ({
    message: `The engine that runs DApps is not installed: the package \`${name}\` is missing.`,
    hint: 'Install again without `--omit=optional`, on the system that `ela` runs on.',
    exit: 'environment',
  }),
  engineTampered: (file: string, expected: string, found: string) => ({
    message: `The engine at ${file} is not the one this version of \`ela\` was made for.`,
    hint: `It should be ${expected} and is ${found}. Install the packages again.`,
    exit: 'notVerified',
  }),
  engineNotStarted: (name: string, how: string, lastLines: readonly string[]) => ({
    message: `${name} ended with ${how} before it was ready.`,
    hint:
      lastLines.length === 0
        ? 'It printed nothing.'
        : ['Its last lines:', ...lastLines].join('\n  '),
  }),
  engineLate: (name: string, ms: number, lastLines: readonly string[]) => ({
    message: `${name} was not ready within ${ms} ms.`,
    hint:
      lastLines.length === 0
        ? 'It printed nothing.'
        : ['Its last lines:', ...lastLines].join('\n  '),
  }),
  noModules: (name: string) => ({
    message: `${name} has no module to run.`,
    hint: 'A DApp of pages alone needs no engine.',
  }),
  notText: () => ({
    message: 'A name or text for the engine has half a surrogate pair: it is not Unicode text.',
    exit: 'notVerified',
  }),
  notAProgram: (file: string) => ({
    message: `${file} is not a 64-bit Linux program.`,
    exit: 'environment',
  }),
  librariesMissing: (file: string, cause: unknown) => ({
    message: `The shared libraries of ${file} cannot be found: ${messageOf(cause)}.`,
    hint: 'It needs glibc; distributions with musl cannot run it.',
    exit: 'environment',
    cause,
  }),
  levelTooLow: (found: string, wanted: string, missing: readonly string[]) => ({
    message: `This machine isolates DApps at level ${found}, and level ${wanted} is required.`,
    hint: [...missing, 'See `ela doctor`.'].join('\n  '),
    exit: 'environment',
  }),

  noJava: (wanted: number) => ({
    message: `The DApp runs on Java ${wanted}, and there is no \`java\` among the system's programs.`,
    hint: 'Install a JDK of that version or newer.',
    exit: 'environment',
  }),
  oldJava: (home: string, found: number | undefined, wanted: number) => ({
    message: `The DApp runs on Java ${wanted}, and ${home} is ${found ?? 'of an unknown version'}.`,
    hint: "Install a JDK of that version or newer, and make it the system's default.",
    exit: 'environment',
  }),
  javaNeedsWalls: (level: string) => ({
    message: `A DApp on a Java virtual machine runs at level A only, and this machine has ${level}.`,
    hint: 'Java code can do what its user can; only the jail stops it. See `ela doctor`.',
    exit: 'environment',
  }),
  memoryFull: (running: number, wantedMiB: number, why: string) => ({
    message: `There is no memory for another DApp: it may use ${wantedMiB} MiB, ${running} run, ${why}.`,
    hint: 'Stop one with `ela stop`; `ela ps` shows them.',
    exit: 'environment',
  }),
  pathTooLong: (root: string) => ({
    message: `Sockets below ${root} would have too long a path.`,
    hint: 'Set ELA_RUN_FOLDER to a shorter one, such as /tmp/ela.',
    exit: 'environment',
  }),
  evicted: (name: string, why: string, isDenied: boolean) => ({
    message: `${name} was ended: ${why.replace(/\.$/, '')}.`,
    exit: 'notVerified',
    ...(isDenied
      ? { hint: 'It does not start here again; `ela run --lift-denial` allows it.' }
      : {}),
  }),
  gaveUp: (name: string, how: string) => ({
    message: `${name} ended with ${how}, and is not started again.`,
    hint: 'Its last lines are above; `ela run --audit` shows what it was refused.',
  }),
})
