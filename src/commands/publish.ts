/** `ela publish`: a bundle → content that others can fetch, and a release in the registry. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { repeated } from './json-input.ts'
import type { PublishFlags } from './publish-run.ts'
import { addChainFlags, addPayerFlags } from './release-place.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'a signed bundle')
    .option('--channel <name>', 'moved to the release; `none` moves no channel', 'latest')
    .option(
      '--store <store>',
      'where the content is kept: local, or kubo:URL (default: the devnet’s)',
    )
    .option('--location <url>', 'where else the file can be fetched; may be given again', repeated)
    .option('--expect-bundle <bundle>', 'publish only the bundle with this id')
    .option('--accept-capabilities', 'it may ask for more than the release before it')
    .option('--max-fee <ela>', 'do not begin when it may cost more')
    .option('--dry-run', 'say what would be done and what it would cost; change nothing')
  addPayerFlags(addChainFlags(command))
    .addHelpText(
      'after',
      `
The first release claims the app for who pays, by a signature of its DID. Each step is noted in
\`.ela/deployments\` before the next: run it again after an interruption, and it goes on.

Examples:
  ela publish song-shop-1.2.0.dapp.tgz --dry-run
  ela publish song-shop-1.2.0.dapp.tgz --channel beta --expect-bundle sha256:28e8b669…
  ela publish song-shop-1.2.0.dapp.tgz --store kubo:http://127.0.0.1:5001 --json`,
    )
    .action(async (file: string, flags: PublishFlags) => {
      const { runPublish } = await import('./publish-run.ts')
      await runPublish(file, flags, context)
    })
}
