/** `ela did`: make, publish and look up identities. Each verb is loaded when it runs. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { PublishFlags } from './did-publish.ts'
import { repeated } from './json-input.ts'
import type { VerifyFlags } from './verify.ts'

export function define(command: Command, context: Context): void {
  defineLocal(command, context)
  defineChain(command, context)
  defineVerify(command, context)
}

function defineVerify(command: Command, context: Context): void {
  command
    .command('verify')
    .description('check form, signatures and end of a document, or of a ticket')
    .argument('<file>', 'JSON of the document; - reads what is piped in')
    .option('--at <time>', 'check as of this time, such as 2026-11-23T10:00:00Z (default: now)')
    .option('--with <file>', "a controller's document, instead of the chain; repeatable", repeated)
    .addHelpText(
      'after',
      `
Exit code 0, or 7 with the reason.

Examples:
  ela did verify alice.json
  ela did verify choir.json --with alice.json --with bob.json --at 2026-11-23
  ela did verify - < document.json`,
    )
    .action(async (file: string, flags: VerifyFlags) => {
      const { runVerifyDid } = await import('./verify.ts')
      await runVerifyDid(file, flags, context)
    })
}

function defineLocal(command: Command, context: Context): void {
  command
    .command('new')
    .description('make a DID and remember it under a name; nothing is published')
    .argument('[name]', 'small letters, digits and -; did-<index> when left out')
    .addHelpText('after', '\nExamples:\n  ela did new singer\n  ela did new --json')
    .action(async (name: string | undefined) => {
      const { runNew } = await import('./did-show.ts')
      await runNew(name, context)
    })
  command
    .command('list')
    .description('list the DIDs that have a name, and what the chain knows of them')
    .addHelpText('after', '\nExamples:\n  ela did list\n  ela did list --json')
    .action(async () => {
      const { runList } = await import('./did-show.ts')
      await runList(context)
    })
  command
    .command('show')
    .description('show one DID: its name, its key, its document')
    .argument('<did>', 'name or DID')
    .addHelpText('after', '\nExamples:\n  ela did show alice\n  ela did show singer --json')
    .action(async (typed: string) => {
      const { runShow } = await import('./did-show.ts')
      await runShow(typed, context)
    })
}

function defineChain(command: Command, context: Context): void {
  command
    .command('publish')
    .description('put a DID onto the chain, or change it there')
    .argument('<name>', 'name of a DID or account')
    .option('--from <account>', 'account that pays the gas (default: the account itself, or alice)')
    .option('--expires <day>', 'last day, such as 2031-12-31 (default: in five years)')
    .option(
      '--service <id,type,address>',
      'service to add to the document; may be repeated',
      (text: string, earlier: readonly string[] = []) => [...earlier, text],
    )
    .addHelpText(
      'after',
      `
Examples:
  ela did publish alice
  ela did publish singer --from bob --expires 2027-12-31
  ela did publish singer --service hive,HiveVault,https://hive.example`,
    )
    .action(async (name: string, flags: PublishFlags) => {
      const { runPublish } = await import('./did-publish.ts')
      await runPublish(name, flags, context)
    })
  command
    .command('resolve')
    .description('print the document of a DID as the chain has it')
    .argument('<did>', 'DID or name')
    .option('--all', 'every document it had, newest first')
    .addHelpText(
      'after',
      `
Examples:
  ela did resolve alice
  ela did resolve did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y --all --json`,
    )
    .action(async (typed: string, { all = false }: { all?: boolean }) => {
      const { runResolve } = await import('./did-show.ts')
      await runResolve(typed, all, context)
    })
  command
    .command('deactivate')
    .description('end a DID for ever')
    .argument('<name>', 'name of a DID or account')
    .option('--from <account>', 'account that pays the gas (default: the account itself, or alice)')
    .addHelpText('after', '\nExample:\n  ela did deactivate singer')
    .action(async (name: string, flags: { from?: string }) => {
      const { runDeactivate } = await import('./did-publish.ts')
      await runDeactivate(name, flags, context)
    })
}
