import path from 'node:path'
import { type Command, Option } from 'commander'
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
    .addOption(
      new Option('--require-level <level>', 'refuse to run a service behind weaker walls').choices([
        'A',
        'B',
        'C',
      ]),
    )
    .option('--audit', 'print one JSON line for each decision of the gateway on stderr')
    .addHelpText(
      'after',
      `
Examples:
  ela dev
  ela dev song-shop --mining interval:5000
  ela dev --wallet alice         y and n on the dashboard answer what DApps ask
  ela dev --only mainchain,esc --no-tui
  ela dev --json-stream          one event a line, for programs

State of the devnet is kept in \`.ela/\` between runs. A service runs in the sandbox of \`ela run\`, but
unsigned: its storage and grants are thrown away at the end. What an edit of its manifest asks for
more is shown, and asked on the dashboard.`,
    )
    .action(async (folder: string | undefined, flags: DevFlags) => {
      const { runDev } = await import('./dev-session.ts')
      const { cwd } = context
      const project = folder === undefined ? projectFolder(cwd) : path.resolve(cwd, folder)
      await runDev(project, flags, context)
    })
}
