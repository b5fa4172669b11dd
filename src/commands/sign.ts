/** `ela sign`: puts a signature into a bundle. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { SignFlags } from './sign-run.ts'
import { addSignerFlags } from './signer-flags.ts'

export function define(command: Command, context: Context): void {
  addSignerFlags(
    command.argument('<file>', 'a bundle; it is replaced by one with the signature in it'),
  )
    .option('--expect <bundle>', 'sign only the bundle with this id')
    .addHelpText(
      'after',
      `
The bundle id stays the same; a second signature of one key replaces the first. The same key makes
the same signature every time.

A signer gets {"alg":"ES256","digest":HEX,"kid":ID,"message":HEX} on stdin, where the digest is
SHA-256 of the message, and answers {"sig":BASE64URL}: r and s, 64 bytes, or ASN.1.

Examples:
  ela sign song-shop-1.2.0.dapp.tgz
  ela sign song-shop-1.2.0.dapp.tgz --key ci --kid did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y#ci
  ela sign song-shop-1.2.0.dapp.tgz --signer "exec:./sign-in-kms.sh" --kid did:elastos:i…#kms`,
    )
    .action(async (file: string, flags: SignFlags) => {
      const { runSign } = await import('./sign-run.ts')
      await runSign(file, flags, context)
    })
}
