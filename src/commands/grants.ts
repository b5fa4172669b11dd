/** `ela grants`: what DApps were granted, by app. Each verb is loaded when it runs. */
import type { Command } from 'commander'
import type { Context } from './context.ts'

export function define(command: Command, context: Context): void {
  command.addHelpText(
    'after',
    `
Grants belong to the DID of an app and lie in ~/.ela/state/grants.json. What is taken back ends with
the next call of the DApps that run. \`ela help capabilities\` says what there is.

Examples:
  ela grants list
  ela grants revoke song-shop net`,
  )
  command
    .command('list')
    .description('list what was decided, by app')
    .argument('[app]', 'DID or name of one app')
    .addHelpText('after', '\nExamples:\n  ela grants list\n  ela grants list song-shop --json')
    .action(async (app: string | undefined) => {
      const { runList } = await import('./grants-run.ts')
      runList(app, context)
    })
  command
    .command('revoke')
    .description('take back what an app was granted; running DApps lose it at their next call')
    .argument('<app>', 'DID or name of the app')
    .argument('[capability...]', 'all that was decided when left out')
    .addHelpText(
      'after',
      '\nExamples:\n  ela grants revoke song-shop\n  ela grants revoke song-shop net wallet',
    )
    .action(async (app: string, names: string[]) => {
      const { runRevoke } = await import('./grants-run.ts')
      await runRevoke(app, names, context)
    })
}
