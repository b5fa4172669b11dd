/** `ela ps`: the DApps that run. */
import type { Command } from 'commander'
import type { Context } from './context.ts'

export function define(command: Command, context: Context): void {
  command
    .addHelpText(
      'after',
      `
Examples:
  ela ps
  ela ps --json`,
    )
    .action(async () => {
      const { runPs } = await import('./ps-run.ts')
      await runPs(context)
    })
}
