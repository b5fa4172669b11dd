/** `ela verify`: whether a bundle is what its app released. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { repeated } from './json-input.ts'
import type { VerifyBundleFlags } from './verify-bundle-run.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'a bundle, or an EPK')
    .option('--offline', 'ask no chain, and say what could not be checked')
    .option('--rpc <url>', 'EID to ask (default: that of the devnet)')
    .option(
      '--with <file>',
      'DID document to believe instead of a chain; may be given again',
      repeated,
    )
    .option(
      '--esc <url>',
      'ESC to ask for what became of the release (default: that of the devnet)',
    )
    .option('--registry <address>', 'registry of releases on it')
    .option('--expect <bundle>', 'the bundle id it must have')
    .option('--by <did>', 'DID that must have signed an EPK, which names no app itself')
    .option('--provenance [file]', 'check what tells where it comes from, too (default: beside it)')
    .option('--to <folder>', 'unpack it there; the folder must not exist')
    .option('--at <time>', 'when it must count, as 2026-01-31T00:00:00Z (default: now)')
    .addHelpText(
      'after',
      `
Exit code 7 with the reason when anything is not as it was signed. With \`--to\` the folder appears
whole, after all was checked, or not at all.

Examples:
  ela verify song-shop-1.2.0.dapp.tgz
  ela verify song-shop-1.2.0.dapp.tgz --offline --json
  ela verify song-shop-1.2.0.dapp.tgz --to song-shop --expect sha256:28e8b669…
  ela verify song-shop.epk --by did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y`,
    )
    .action(async (file: string, flags: VerifyBundleFlags) => {
      const { runVerifyBundle } = await import('./verify-bundle-run.ts')
      await runVerifyBundle(file, flags, context)
    })
}
