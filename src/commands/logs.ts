import path from 'node:path'
import type { Command } from 'commander'
import { DevnetError } from '../devnet/errors.ts'
import { followLogs, type LoggedLine, loggedNodes, readLogs } from '../devnet/logs.ts'
import type { Context } from './context.ts'
import { parseDuration } from './duration.ts'
import { CommandError } from './errors.ts'
import { upwards } from './project-folder.ts'

interface Flags {
  readonly follow?: boolean
  readonly since?: number
  readonly grep?: string
}

const EXAMPLES =
  '\nExamples:\n  ela logs\n  ela logs esc --follow\n  ela logs --since 5m --grep error'

export function define(command: Command, context: Context): void {
  command
    .argument('[node]', 'one node, or `dapp`; all of them when left out')
    .option('-f, --follow', 'go on with what is written from now on')
    .option('--since <duration>', 'only what is younger, such as 30s or 5m', parseDuration)
    .option('--grep <pattern>', 'only lines that match this regular expression')
    .addHelpText('after', EXAMPLES)
    .action(async (node: string | undefined, flags: Flags) => await showLogs(context, node, flags))
}

async function showLogs(
  context: Context,
  node: string | undefined,
  { follow = false, since, grep }: Flags,
): Promise<void> {
  const { printer } = context
  // What never ends is no one document.
  if (follow && printer.mode === 'json') throw CommandError.endless('--follow')
  const folder = folderWithLogs(context)
  const names = (): readonly string[] => (node === undefined ? loggedNodes(folder) : [node])
  if (node !== undefined && !loggedNodes(folder).includes(node)) {
    throw DevnetError.unknownNode(node, loggedNodes(folder))
  }
  const pattern = patternOf(grep)
  const from = since === undefined ? '' : new Date(Date.now() - since).toISOString()
  const wanted = ({ at, line }: LoggedLine) => at >= from && (pattern?.test(line) ?? true)
  const text = (line: LoggedLine) =>
    (node === undefined ? `${line.node.padEnd(10)} ` : '') + line.line
  if (!follow) {
    const lines = readLogs(folder, names()).filter(wanted)
    printer.answer('logs', lines, (all) => all.map(text).join('\n'))
    return
  }
  await followLogs(folder, names, {
    onLine: (line) => {
      if (wanted(line)) printer.event({ event: 'log', ...line }, () => text(line))
    },
    signal: context.signal,
  })
}

/** The logs stay when the devnet is gone: that is when they are read most. */
function folderWithLogs({ cwd, env }: Context): string {
  const session = env['ELA_SESSION']
  if (session !== undefined && session !== '') return path.resolve(cwd, session, '..', '..')
  const folder = upwards(path.resolve(cwd)).find((one) => loggedNodes(one).length > 0)
  if (folder === undefined) throw DevnetError.noLogs(cwd)
  return folder
}

function patternOf(grep: string | undefined): RegExp | undefined {
  if (grep === undefined) return undefined
  try {
    return new RegExp(grep, 'i')
  } catch (error) {
    throw CommandError.wrongPattern(grep, error)
  }
}
