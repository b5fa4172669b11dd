/** `ela attest`: says, signed, where a bundle comes from. */
import type { Command } from 'commander'
import type { AttestFlags } from './attest-run.ts'
import type { Context } from './context.ts'
import { addSignerFlags } from './signer-flags.ts'

export function define(command: Command, context: Context): void {
  addSignerFlags(command.argument('<file>', 'a bundle, signed before'))
    .option('--source <uri>', 'where its source is (default: the origin of git here)')
    .option('--dirty', 'even when files differ from the commit that is named')
    .addHelpText(
      'after',
      `
Writes NAME-VERSION.provenance.json beside the bundle: an in-toto statement with SLSA provenance v1
about its bytes, the commit and lock file it was made from, and who made it. In GitHub Actions the
run and its workflow are named. \`ela verify FILE --provenance\` checks it.

Examples:
  ela attest song-shop-1.2.0.dapp.tgz
  ela attest song-shop-1.2.0.dapp.tgz --key ci --kid did:elastos:i…#ci --json`,
    )
    .action(async (file: string, flags: AttestFlags) => {
      const { runAttest } = await import('./attest-run.ts')
      await runAttest(file, flags, context)
    })
}
