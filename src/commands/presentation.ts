/** `ela presentation`: check what somebody shows. Making one is `ela did present`. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { repeated } from './json-input.ts'
import type { QuestionFlags } from './verify.ts'

export function define(command: Command, context: Context): void {
  command.addHelpText('after', '\nExample:\n  ela presentation verify shown.json --nonce 8f2a')
  command
    .command('verify')
    .description('check a presentation and every credential in it')
    .argument('<file>', 'JSON of the presentation; - reads what is piped in')
    .option('--nonce <text>', 'the nonce that was asked with')
    .option('--realm <text>', 'the realm that was asked for')
    .option('--at <time>', 'check as of this time, such as 2026-11-23T10:00:00Z (default: now)')
    .option(
      '--with <file>',
      "holder's or issuer's document, instead of the chain; repeatable",
      repeated,
    )
    .addHelpText(
      'after',
      `
Exit code 0, or 7 with the reason. Without --nonce and --realm any question counts.

Examples:
  ela presentation verify shown.json --nonce 8f2a --realm https://shop.example
  ela presentation verify - --with alice.json --with bob.json < shown.json`,
    )
    .action(async (file: string, flags: QuestionFlags) => {
      const { runVerifyPresentation } = await import('./verify.ts')
      await runVerifyPresentation(file, flags, context)
    })
}
