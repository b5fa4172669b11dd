/** `ela credential`: claims somebody signs about somebody. Each verb is loaded when it runs. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { IssueFlags } from './credential-issue.ts'
import type { SignFlags } from './did-publish.ts'
import { repeated } from './json-input.ts'
import type { VerifyFlags } from './verify.ts'

export function define(command: Command, context: Context): void {
  command.addHelpText(
    'after',
    `
Examples:
  ela credential issue email --issuer bob --to alice --claim email=a@example.com --out email.json
  ela credential declare email.json
  ela credential verify email.json`,
  )
  defineIssue(command, context)
  defineChain(command, context)
  defineVerify(command, context)
}

function defineIssue(command: Command, context: Context): void {
  command
    .command('issue')
    .description('sign a credential; nothing is published')
    .argument('<id>', 'its id under the one it is about, such as email')
    .option('--issuer <did>', 'who signs (default: the DID in use)')
    .option('--to <did>', 'whom it is about (default: the issuer)')
    .option('--type <type>', 'such as EmailCredential; repeatable', repeated)
    .option('--claim <claim>', 'name=text or name:=json; repeatable', repeated)
    .option('--claims <file>', 'JSON object of claims; - reads what is piped in')
    .option('--expires <day>', 'last day, such as 2031-12-31 (default: in five years)')
    .option('--as <did>', 'controller that signs for a customized issuer')
    .option('--out <file>', 'write it there instead of onto stdout')
    .addHelpText(
      'after',
      `
Examples:
  ela credential issue email --issuer bob --to alice --type EmailCredential --claim email=a@b.example
  ela credential issue profile --issuer alice --claim name=Alice --claim age:=30 --out profile.json`,
    )
    .action(async (id: string, flags: IssueFlags) => {
      const { runIssue } = await import('./credential-issue.ts')
      await runIssue(id, flags, context)
    })
}

function defineChain(command: Command, context: Context): void {
  const payer = 'account that pays the gas (default: the one that signs, or alice)'
  command
    .command('declare')
    .description('put a credential onto the chain, signed by its owner')
    .argument('<file>', 'JSON of the credential; - reads what is piped in')
    .option('--from <account>', payer)
    .option('--as <did>', 'controller that signs for a customized owner')
    .addHelpText('after', '\nExample:\n  ela credential declare email.json')
    .action(async (file: string, flags: SignFlags) => {
      const { runDeclare } = await import('./credential-chain.ts')
      await runDeclare(file, flags, context)
    })
  command
    .command('revoke')
    .description('end a credential for ever, signed by its owner or issuer')
    .argument('<credential>', 'its whole id, or its file')
    .option('--from <account>', payer)
    .option('--as <did>', 'who revokes (default: its owner)')
    .addHelpText(
      'after',
      `
Examples:
  ela credential revoke email.json
  ela credential revoke did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y#email --as bob`,
    )
    .action(async (typed: string, flags: SignFlags) => {
      const { runRevoke } = await import('./credential-chain.ts')
      await runRevoke(typed, flags, context)
    })
  command
    .command('list')
    .description("list somebody's credentials on the chain")
    .argument('[did]', 'name or DID; the one in use when left out')
    .addHelpText('after', '\nExamples:\n  ela credential list alice\n  ela credential list --json')
    .action(async (typed: string | undefined) => {
      const { runList } = await import('./credential-chain.ts')
      await runList(typed, context)
    })
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
