/** `ela export`: a bundle → what another runtime takes. */
import { type Command, Option } from 'commander'
import type { Context } from './context.ts'
import type { ExportFlags } from './export-run.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'a bundle')
    .addOption(
      new Option('--capsule <generation>', 'a capsule of the Elacity runtime')
        .choices(['a', 'b', 'c'])
        .makeOptionMandatory(),
    )
    .option('--to <place>', 'folder, or file that ends in .tgz (default: NAME-VERSION.capsule)')
    .option('--key-file <file>', 'Ed25519 key that signs it: 64 hex digits, or PEM')
    .addHelpText(
      'after',
      `
Its three generations refuse each other's manifests, so say which: a is that of April 2026, b that of
June, c what is known of that of autumn. The signature covers the manifest and the entry file only;
all other files are covered by the bundle alone.

Examples:
  ela export song-shop-1.2.0.dapp.tgz --capsule b
  ela export song-shop-1.2.0.dapp.tgz --capsule a --to song-shop.tgz --key-file capsule.key`,
    )
    .action(async (file: string, flags: ExportFlags) => {
      const { runExport } = await import('./export-run.ts')
      await runExport(file, flags, context)
    })
}
