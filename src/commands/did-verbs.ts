/** The verbs of `ela did` that change the chain or sign. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { PresentFlags } from './credential-issue.ts'
import type { AddKeyFlags } from './did-parts.ts'
import type { PublishFlags, SignFlags, UpdateFlags } from './did-publish.ts'
import type { TransferFlags } from './did-transfer.ts'
import { repeated } from './json-input.ts'
import type { VerifyFlags } from './verify.ts'

export function defineChain(command: Command, context: Context): void {
  signed(command.command('publish'))
    .description('put a DID onto the chain, or change it there')
    .argument('[name]', 'name of a DID or account; the one in use when left out')
    .option('--expires <day>', 'last day, such as 2031-12-31 (default: in five years)')
    .option('--service <id,type,address>', 'service to add to the document; repeatable', repeated)
    .addHelpText(
      'after',
      `
Examples:
  ela did publish alice
  ela did publish singer --from bob --expires 2027-12-31
  ela did publish singer --service hive,HiveVault,https://hive.example`,
    )
    .action(async (name: string | undefined, flags: PublishFlags) => {
      const { runPublish } = await import('./did-publish.ts')
      await runPublish(name, flags, context)
    })
  signed(command.command('update'))
    .description('change the document of a DID that is on the chain')
    .argument('[name]', 'name of a DID or account; the one in use when left out')
    .option('--expires <day>', 'new last day, such as 2031-12-31')
    .option('--service <id,type,address>', 'service to add or replace; repeatable', repeated)
    .option('--remove-service <id>', 'service to remove; repeatable', repeated)
    .option('--credential <file>', 'credential to add or replace; repeatable', repeated)
    .option('--remove-credential <id>', 'credential to remove; repeatable', repeated)
    .addHelpText(
      'after',
      `
Examples:
  ela did update alice --expires 2030-01-01
  ela did update alice --credential email.json --remove-service hive`,
    )
    .action(async (name: string | undefined, flags: UpdateFlags) => {
      const { runUpdate } = await import('./did-publish.ts')
      await runUpdate(name, flags, context)
    })
  defineEnds(command, context)
}

function defineEnds(command: Command, context: Context): void {
  signed(command.command('transfer'))
    .description('give a customized DID to other controllers')
    .argument('<name>', 'the customized DID')
    .requiredOption('--to <dids>', 'the new controllers, with commas; the first takes it over')
    .option('--multisig <m:n>', 'how many of several new controllers must sign (default: all)')
    .option('--ticket-out <file>', 'only write the ticket, for a receiver elsewhere')
    .option('--ticket <file>', 'take over with this ticket, signed by the old controllers')
    .addHelpText(
      'after',
      `
Examples:
  ela did transfer choir --to dave
  ela did transfer choir --to dave --ticket-out ticket.json
  ela did transfer did:elastos:choir --to dave --ticket ticket.json`,
    )
    .action(async (name: string, flags: TransferFlags) => {
      const { runTransfer } = await import('./did-transfer.ts')
      await runTransfer(name, flags, context)
    })
  command
    .command('deactivate')
    .description('end a DID for ever')
    .argument('<name>', 'name of a DID or account')
    .option('--from <account>', 'account that pays the gas (default: the account itself, or alice)')
    .option('--as <did>', 'controller that signs, or another that the document authorizes')
    .addHelpText(
      'after',
      '\nExamples:\n  ela did deactivate singer\n  ela did deactivate singer --as bob',
    )
    .action(async (name: string, flags: SignFlags) => {
      const { runDeactivate } = await import('./did-publish.ts')
      await runDeactivate(name, flags, context)
    })
}

export function defineParts(command: Command, context: Context): void {
  const key = command
    .command('key')
    .description('add keys to a document, or remove them')
    .addHelpText('after', '\nExample:\n  ela did key add alice laptop --of singer')
  signed(key.command('add'))
    .description('add a key that may sign, or one that may end the DID')
    .argument('<name>', 'name of a DID or account')
    .argument('<id>', 'id of the key, such as laptop')
    .option('--public-key <base58>', 'the key: 33 bytes, as `publicKeyBase58` in documents')
    .option('--of <did>', 'the key another DID is made from')
    .option('--authorize <did>', 'let this DID end the document, by its own key')
    .addHelpText(
      'after',
      `
Examples:
  ela did key add alice laptop --of singer
  ela did key add alice recovery --authorize bob`,
    )
    .action(async (name: string, id: string, flags: AddKeyFlags) => {
      const { runKeyAdd } = await import('./did-parts.ts')
      await runKeyAdd(name, id, flags, context)
    })
  signed(key.command('remove'))
    .description('remove a key')
    .argument('<name>', 'name of a DID or account')
    .argument('<id>', 'id of the key')
    .addHelpText('after', '\nExample:\n  ela did key remove alice laptop')
    .action(async (name: string, id: string, flags: SignFlags) => {
      const { runKeyRemove } = await import('./did-parts.ts')
      await runKeyRemove(name, id, flags, context)
    })
  defineServices(command, context)
}

function defineServices(command: Command, context: Context): void {
  const service = command
    .command('service')
    .description('add services to a document, or remove them')
    .addHelpText('after', '\nExample:\n  ela did service remove alice hive')
  signed(service.command('add'))
    .description('add a service, or replace the one of that id')
    .argument('<name>', 'name of a DID or account')
    .argument('<id,type,address>', 'the service')
    .addHelpText(
      'after',
      '\nExample:\n  ela did service add alice hive,HiveVault,https://hive.example',
    )
    .action(async (name: string, text: string, flags: SignFlags) => {
      const { runServiceAdd } = await import('./did-parts.ts')
      await runServiceAdd(name, text, flags, context)
    })
  signed(service.command('remove'))
    .description('remove a service')
    .argument('<name>', 'name of a DID or account')
    .argument('<id>', 'id of the service')
    .addHelpText('after', '\nExample:\n  ela did service remove alice hive')
    .action(async (name: string, id: string, flags: SignFlags) => {
      const { runServiceRemove } = await import('./did-parts.ts')
      await runServiceRemove(name, id, flags, context)
    })
}

export function defineSigned(command: Command, context: Context): void {
  command
    .command('present')
    .description('show credentials to somebody who asked with a nonce')
    .argument('[name]', 'who shows; the DID in use when left out')
    .requiredOption('--nonce <text>', 'the nonce of the question')
    .requiredOption('--realm <text>', 'who asks, such as https://shop.example')
    .option('--credential <file>', 'credential to show; repeatable', repeated)
    .option('--id <id>', 'credential in the published document to show; repeatable', repeated)
    .option('--as <did>', 'controller that signs for a customized DID')
    .option('--out <file>', 'write it there instead of onto stdout')
    .addHelpText(
      'after',
      `
Examples:
  ela did present alice --credential email.json --nonce 8f2a --realm https://shop.example
  ela did present alice --id email --nonce 8f2a --realm shop --out shown.json`,
    )
    .action(async (name: string | undefined, flags: PresentFlags) => {
      const { runPresent } = await import('./credential-issue.ts')
      await runPresent(name, flags, context)
    })
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

/** What every verb takes that sends a transaction. */
function signed(command: Command): Command {
  return command
    .option('--from <account>', 'account that pays the gas (default: the account itself, or alice)')
    .option('--as <did>', 'controller that signs first for a customized DID')
}
