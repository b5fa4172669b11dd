/** `ela stop`: ends DApps that run. */
import type { Command } from 'commander'
import type { Context } from './context.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<dapp>', 'name, DID or instance of a DApp that runs; `all` for every one')
    .addHelpText(
      'after',
      `
Under \`ela dev\` the DApp alone is stopped, and the next edit starts it again.

Examples:
  ela stop song-shop
  ela stop all`,
    )
    .action(async (dapp: string) => {
      const { runStop } = await import('./ps-run.ts')
      await runStop(dapp, context)
    })
}
