/** The flags of every command that starts a devnet, and the settings they and the config make. */
import type { Command } from 'commander'
import { defineErrors } from '../base/errors.ts'
import type { Config } from '../config/config.ts'
import { parseMining } from '../config/mining.ts'
import type { DevnetOptions } from '../devnet/options.ts'
import type { Mining } from '../nodes/kind.ts'

const FlagError = defineErrors('flags', {
  wrongPort: (given: string) => ({
    message: `\`${given}\` cannot be the first of a block of ports.`,
    hint: 'Give a whole number of 1024 to 65000.',
    exit: 'misused',
  }),
  emptyList: (flag: string) => ({
    message: `\`${flag}\` names nothing.`,
    hint: 'Give names with commas between them, such as `--only mainchain,esc`.',
    exit: 'misused',
  }),
})

export interface DevnetFlags {
  readonly portBase?: number
  readonly strictPorts?: boolean
  readonly mining?: Mining
  readonly only?: readonly string[]
  readonly reset?: boolean
}

export function addDevnetFlags(command: Command): Command {
  return command
    .option('--port-base <port>', "the devnet's first port", parsePortBase)
    .option('--strict-ports', 'fail instead of taking other ports when one is busy')
    .option('--mining <how>', 'auto, none or interval:MILLISECONDS', parseMining)
    .option('--only <nodes>', 'start these nodes and what they need', parseNames)
    .option('--reset', 'forget the former chains and begin anew')
}

/** What a devnet is started with: flags win over the config. */
export function devnetOptionsOf(
  flags: DevnetFlags,
  { folder, devnet }: Config,
): Omit<DevnetOptions, 'signal' | 'watchHealth'> {
  const base = flags.portBase ?? devnet.portBase
  return {
    folder,
    only: flags.only ?? devnet.nodes,
    profile: devnet.profile,
    mining: flags.mining ?? devnet.mining,
    ports: base === undefined ? { from: 'defaults' } : { from: 'base', base },
    strictPorts: flags.strictPorts === true,
    reset: flags.reset === true,
    nodeOptions: devnet.options,
  }
}

/** The flags as words of a command line, for an `ela` that is started with them. */
export function flagWords({ portBase, strictPorts, mining, only, reset }: DevnetFlags): string[] {
  return [
    ...(portBase === undefined ? [] : ['--port-base', `${portBase}`]),
    ...(strictPorts === true ? ['--strict-ports'] : []),
    ...(mining === undefined ? [] : ['--mining', miningWord(mining)]),
    ...(only === undefined ? [] : ['--only', only.join(',')]),
    ...(reset === true ? ['--reset'] : []),
  ]
}

function miningWord(mining: Mining): string {
  return mining.mode === 'interval' ? `interval:${mining.everyMs}` : mining.mode
}

function parsePortBase(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port < 1024 || port > 65_000) throw FlagError.wrongPort(text)
  return port
}

function parseNames(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) throw FlagError.emptyList('--only')
  return names
}
