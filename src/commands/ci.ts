/** `ela ci`: all that must hold of a project before it is released, without a question. */
import path from 'node:path'
import type { Command } from 'commander'
import type { CiFlags } from './ci-run.ts'
import type { Context } from './context.ts'
import { addDevnetFlags } from './devnet-flags.ts'

export function define(command: Command, context: Context): void {
  addDevnetFlags(command)
    .argument('[folder]', 'folder of the DApp (default: the project around here)')
    .option('--junit <file>', 'write the steps there, as JUnit XML')
    .option('--report <file>', 'write the steps there, as the JSON of `--json`')
    .option('--keep', 'leave the chains, logs and bundles in their temporary folders')
    .addHelpText(
      'after',
      `
One after the other, on a devnet of its own where one is needed:

  lock       package-lock.json is there and is that of package.json
  secrets    no file of the project holds a key or a phrase
  build      \`npm run build\`, where there is such a script
  pack       \`ela pack --check\`
  reproduce  built and packed again from a copy elsewhere: the same bytes
  test       \`npm test\`, or \`ela test\`, on the devnet
  publish    signed and published to the devnet by an app made for it
  install    installed from there by somebody else
  smoke      started as it was installed, and asked once

What needs a step that failed is skipped; all else is tried, so that one run tells everything. The
exit code is that of the first failure. Nothing is ever asked, and nothing leaves this machine.

Examples:
  ela ci
  ela ci --junit report.xml --json > report.json`,
    )
    .action(async (folder: string | undefined, flags: CiFlags) => {
      const { runCi } = await import('./ci-run.ts')
      const typed = folder === undefined ? undefined : path.resolve(context.cwd, folder)
      await runCi(typed, flags, { ...context, interactive: false })
    })
}
