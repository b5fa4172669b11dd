/** `ela node`: the devnet without a DApp. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { addDevnetFlags, type DevnetFlags } from './devnet-flags.ts'
import { parseDuration } from './duration.ts'
import { addNodeOptionFlags, type NodeOptionFlags } from './node-option-flags.ts'
import { withoutFlags } from './program.ts'

interface StartFlags extends DevnetFlags, NodeOptionFlags {
  readonly detach?: boolean
  readonly wait?: boolean
  readonly timeout?: number
}

const READY_WITHIN_MS = 60_000

export function define(command: Command, context: Context): void {
  command.addHelpText('after', '\nExamples:\n  ela node start --detach\n  ela node stop')
  defineStart(command, context)
  command
    .command('status')
    .description('show what is running, where it answers and how it is')
    .option('--secrets', 'with the token of the admin port')
    .addHelpText('after', '\nExample:\n  ela node status --json')
    .action(async ({ secrets = false }: { secrets?: boolean }) => {
      const { showStatus } = await import('./node-status.ts')
      await showStatus(context, secrets)
    })
  command
    .command('stop')
    .description('stop the devnet of this folder, whoever started it')
    .addHelpText('after', '\nExample:\n  ela node stop')
    .action(async () => {
      const { stopDevnet } = await import('./node-stop.ts')
      await stopDevnet(context)
    })
  command
    .command('restart <node>')
    .description('restart one node of the running devnet')
    .addHelpText('after', '\nExample:\n  ela node restart esc')
    .action(async (node: string) => {
      const { restartNode } = await import('./node-restart.ts')
      await restartNode(context, node)
    })
}

function defineStart(command: Command, context: Context): void {
  const examples = [
    '',
    'Examples:',
    '  ela node start',
    '  ela node start --detach --timeout 30s && npm test; ela node stop',
    '  ela node start --only mainchain,esc --mining interval:5000',
    '  ela node start --only esc --fork-url https://api-testnet.elastos.io/esc',
  ]
  const start = addNodeOptionFlags(addDevnetFlags(command.command('start')))
  start
    .description('start the devnet of this folder')
    .option('--detach', 'run it in the background; return when it is ready')
    .option('--wait', 'with --detach: wait until every node answers (the default)')
    .option('--no-wait', 'with --detach: return at once')
    .option('--timeout <duration>', 'with --detach: how long to wait', parseDuration)
    .addHelpText('after', examples.join('\n'))
    .action(async ({ detach = false, wait = true, timeout, ...flags }: StartFlags) => {
      if (detach) {
        const { startDetached } = await import('./node-detached.ts')
        const withinMs = timeout ?? READY_WITHIN_MS
        const env = withoutFlags(context.env, start)
        await startDetached(context, flags, { wait, withinMs, env })
      } else {
        const { startHere } = await import('./node-start.ts')
        await startHere(context, flags)
      }
    })
}
