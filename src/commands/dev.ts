import path from 'node:path'
import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { DevFlags } from './dev-session.ts'
import { addDevnetFlags } from './devnet-flags.ts'
import { projectFolder } from './project-folder.ts'

export function define(command: Command, context: Context): void {
  addDevnetFlags(
    command.argument('[folder]', "the project's folder; the nearest upwards when left out"),
  )
    .option('--no-dapp', 'start the devnet alone')
    .option('--no-tui', 'plain lines instead of the dashboard')
    .option(
      '--wallet <account>',
      'answer the intents of DApps as this account; decide on the dashboard',
    )
    .addHelpText(
      'after',
      `
Examples:
  ela dev
  ela dev song-shop --mining interval:5000
  ela dev --wallet alice         y and n on the dashboard answer what DApps ask
  ela dev --only mainchain,esc --no-tui
  ela dev --json-stream          one event a line, for programs

State is kept in \`.ela/\` between runs. The DApp is not sandboxed yet: it can do what you can.`,
    )
    .action(async (folder: string | undefined, flags: DevFlags) => {
      const { runDev } = await import('./dev-session.ts')
      const { cwd } = context
      const project = folder === undefined ? projectFolder(cwd) : path.resolve(cwd, folder)
      await runDev(project, flags, context)
    })
}
