/** `ela install`: a release of a DApp → verified files of the user's own. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { InstallFlags } from './install-run.ts'
import { addChainFlags, addStoreFlag } from './release-place.ts'

export function define(command: Command, context: Context): void {
  command
    .argument(
      '<what>',
      'DID of an app, content id or file; a DID may end in @channel, @1.2.0 or @3',
    )
    .option('--accept-capabilities', 'it may ask for more than the release that is installed')
    .option('--allow-downgrade', 'take an older release than the one that was installed')
    .option('--offline', 'ask no chain: only for a file, and says what could not be checked')
  addStoreFlag(addChainFlags(command))
    .addHelpText(
      'after',
      `
Nothing appears before signatures, files and the registry agree; a release that was revoked, is below
the floor, or is older than one seen here is refused with exit code 7. Files that another release
brought are not fetched again. Everything lies in \`apps\` and \`content\` of ~/.ela.

Examples:
  ela install did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y
  ela install did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y@beta --accept-capabilities
  ela install song-shop-1.2.0.dapp.tgz --offline`,
    )
    .action(async (what: string, flags: InstallFlags) => {
      const { runInstall } = await import('./install-run.ts')
      await runInstall(what, flags, context)
    })
}
