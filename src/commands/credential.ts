/** `ela credential`: claims somebody signs about somebody. Each verb is loaded when it runs. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { repeated } from './json-input.ts'
import type { VerifyFlags } from './verify.ts'

export function define(command: Command, context: Context): void {
  command.addHelpText(
    'after',
    `
Examples:
  ela credential verify email.json`,
  )
  defineVerify(command, context)
}

function defineVerify(command: Command, context: Context): void {
  command
    .command('verify')
    .description('check form, signature, end and revocation of a credential')
    .argument('<file>', 'JSON of the credential; - reads what is piped in')
    .option('--at <time>', 'check as of this time, such as 2026-11-23T10:00:00Z (default: now)')
    .option('--with <file>', "the issuer's document, instead of the chain; repeatable", repeated)
    .addHelpText(
      'after',
      `
Exit code 0, or 7 with the reason. With --with nothing counts as revoked.

Examples:
  ela credential verify email.json
  ela credential verify - --with issuer.json --at 2026-11-23 < email.json`,
    )
    .action(async (file: string, flags: VerifyFlags) => {
      const { runVerifyCredential } = await import('./verify.ts')
      await runVerifyCredential(file, flags, context)
    })
}
