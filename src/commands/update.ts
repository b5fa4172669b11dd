/** `ela update`: installed DApps → what their channels point at. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { addChainFlags, addStoreFlag } from './release-place.ts'
import type { UpdateFlags } from './update-run.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('[apps...]', 'DIDs of apps, or their names (default: all that are installed)')
    .option('--check', 'only say what there is')
    .option('--accept-capabilities', 'new releases may ask for more than those that are installed')
    .option('--allow-downgrade', 'follow a channel that was moved back')
  addStoreFlag(addChainFlags(command))
    .addHelpText(
      'after',
      `
Only files that changed are fetched. What cannot be updated stays as it is, and makes the exit code.

Examples:
  ela update
  ela update --check --json
  ela update did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y --allow-downgrade`,
    )
    .action(async (apps: readonly string[], flags: UpdateFlags) => {
      const { runUpdate } = await import('./update-run.ts')
      await runUpdate(apps, flags, context)
    })
}
