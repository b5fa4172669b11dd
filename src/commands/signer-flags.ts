import type { Command } from 'commander'

/** The flags that say who signs. */
export function addSignerFlags(command: Command): Command {
  return command
    .option(
      '--as <did>',
      'DID that signs, or its name (default: that of ELA_KEYSTORE_JSON, or the app)',
    )
    .option('--key <name>', 'key of the keystore that signs (see `ela keys`)')
    .option('--kid <id>', 'which key of a document it is (default: the default key of its DID)')
    .option('--signer <exec:command>', 'a program that asks a key elsewhere; needs --kid')
    .option('--password-file <file>', 'file whose first line is the password of the key')
    .option('--password-stdin', 'read the password of the key from stdin')
}
