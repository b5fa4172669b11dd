/** Flags of `ela node start` that stand for options of single node kinds in the config. */
import { type Command, InvalidArgumentError } from 'commander'
import type { DevnetOptions } from '../devnet/options.ts'

export interface NodeOptionFlags {
  /** `true` for the usual port. */
  readonly sdkListener?: number | true
  readonly clock?: string
  readonly forkUrl?: string
}

type NodeOptions = NonNullable<DevnetOptions['nodeOptions']>

export function addNodeOptionFlags(command: Command): Command {
  return command
    .option('--fork-url <url>', 'let ESC go on from the chain that answers there')
    .option(
      '--sdk-listener [port]',
      'let EID listen for test suites of the DID SDK (9123)',
      parsePort,
    )
    .option('--clock <time>', 'let ESC and EID begin at this time, such as 2022-01-15T00:00:00Z')
}

/** The options of the config with those of the flags over them. */
export function nodeOptionsOf(flags: NodeOptionFlags, configured: NodeOptions = {}): NodeOptions {
  const { sdkListener, clock, forkUrl } = flags
  const time = clock === undefined ? {} : { clock }
  const esc = { ...time, ...(forkUrl === undefined ? {} : { forkUrl }) }
  const eid = { ...time, ...(sdkListener === undefined ? {} : { sdkListener }) }
  return {
    ...configured,
    esc: { ...configured['esc'], ...esc },
    eid: { ...configured['eid'], ...eid },
  }
}

/** The flags as words of a command line, for an `ela` that is started with them. */
export function nodeOptionWords({ sdkListener, clock, forkUrl }: NodeOptionFlags): string[] {
  return [
    ...(forkUrl === undefined ? [] : ['--fork-url', forkUrl]),
    ...(sdkListener === undefined ? [] : ['--sdk-listener']),
    ...(typeof sdkListener === 'number' ? [`${sdkListener}`] : []),
    ...(clock === undefined ? [] : ['--clock', clock]),
  ]
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port > 0 && port < 65_536) return port
  throw new InvalidArgumentError('It is no port from 1 to 65535.')
}
