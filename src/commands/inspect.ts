/** `ela inspect`: what is in a bundle, without believing any of it. */
import path from 'node:path'
import type { Command } from 'commander'
import type { Context } from './context.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'a bundle, or an EPK')
    .addHelpText(
      'after',
      `
All digests are compared, but nobody is asked who may sign: that is \`ela verify\`.

Examples:
  ela inspect song-shop-1.2.0.dapp.tgz
  ela inspect song-shop-1.2.0.dapp.tgz --json
  ela inspect song-shop.epk`,
    )
    .action(async (file: string) => {
      const full = path.resolve(context.cwd, file)
      const { looksLikeEpk } = await import('../bundle/epk/epk.ts')
      if (await looksLikeEpk(full)) {
        const { inspectEpk, inspectEpkText } = await import('./epk-run.ts')
        context.printer.answer('inspect epk', await inspectEpk(full), inspectEpkText)
        return
      }
      const { inspectFile, inspectText } = await import('./inspect-run.ts')
      context.printer.answer('inspect', await inspectFile(full), inspectText)
    })
}
