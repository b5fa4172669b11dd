/** `ela inspect`: what is in a bundle, without believing any of it. */
import path from 'node:path'
import type { Command } from 'commander'
import type { Context } from './context.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'a bundle')
    .addHelpText(
      'after',
      `
All digests are compared, but nobody is asked who may sign: that is \`ela verify\`.

Examples:
  ela inspect song-shop-1.2.0.dapp.tgz
  ela inspect song-shop-1.2.0.dapp.tgz --json`,
    )
    .action(async (file: string) => {
      const { inspectFile, inspectText } = await import('./inspect-run.ts')
      const data = await inspectFile(path.resolve(context.cwd, file))
      context.printer.answer('inspect', data, inspectText)
    })
}
