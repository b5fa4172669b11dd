/** `ela pack`: a DApp → one file. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { repeated } from './json-input.ts'
import type { PackFlags } from './pack-run.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('[folder]', 'folder of the DApp (default: the project around here)')
    .option('--out <folder>', 'where NAME-VERSION.dapp.tgz is put (default: the project)')
    .option('--app <did>', 'DID of the app, or its name (default: the DID named like the project)')
    .option('--publisher <did>', 'DID of who publishes it, or its name (default: the app)')
    .option('--release <version>', 'version (default: that of package.json)')
    .option('--seq <number>', 'which release it is; higher than all before (default: 1)')
    .option('--prev <bundle>', 'bundle id of the release before')
    .option('--as <did>', 'sign it with the default key of this DID as well')
    .option('--exclude <path>', 'leave out a file or folder; may be given again', repeated)
    .option('--allow-secrets <path>', 'this file may hold a key; may be given again', repeated)
    .option('--level <0-9>', 'how hard to compress; the bundle id does not depend on it', '6')
    .option('--sbom', 'list files and packages beside it, as CycloneDX 1.6: NAME-VERSION.cdx.json')
    .option('--check', 'read the file again with another tar reader, and compare')
    .addHelpText(
      'after',
      `
A web DApp's public folder is packed: all but \`.git\`, \`.ela\`, \`node_modules\`, bundles and the
\`ela.config\`.
A service becomes one module, \`service.js\`, with the packages it imports in it, and the paths that
\`bundle.include\` names beside it. The same sources make the same bundle id, everywhere.

Further fields of the manifest stand under \`bundle\` in ela.config.ts: app, publisher, version, seq,
prev, capabilities, services, contracts, assets, license, homepage, description, icon, locales,
build, x; of a service \`limits\` (memoryMiB, cpuSeconds, requestsPerSecond, wallStartMs); and
\`include\`, \`exclude\` and \`allowSecrets\`.

Examples:
  ela pack
  ela pack --out out --json
  ela pack --as song-shop --check`,
    )
    .action(async (folder: string | undefined, flags: PackFlags) => {
      const { runPack } = await import('./pack-run.ts')
      await runPack(folder, flags, context)
    })
}
