/** `ela import`: a DApp in another format → a project. */
import path from 'node:path'
import type { Command } from 'commander'
import type { Context } from './context.ts'

interface ImportFlags {
  readonly name?: string
}

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'an EPK, as Elastos Trinity had them')
    .argument('[folder]', 'folder of the new project (default: its name)')
    .option('--name <name>', 'name of the project (default: after the one in the EPK)')
    .addHelpText(
      'after',
      `
The web files land in \`public/\`, what the EPK says about itself in \`ela.config.json\`. A signature is
checked first; who signed is written down, but nobody is asked whether that was the right one: that
is \`ela verify FILE.epk --by DID\`. Trinity's plugins and intents exist no more, and the answer names
those that the DApp used.

Examples:
  ela import song-shop.epk
  ela import song-shop.epk shop --name shop --json`,
    )
    .action(async (file: string, folder: string | undefined, flags: ImportFlags) => {
      const { importEpk, importText } = await import('./import-run.ts')
      const data = await importEpk(path.resolve(context.cwd, file), folder, flags, context)
      context.printer.answer('import', data, importText)
    })
}
