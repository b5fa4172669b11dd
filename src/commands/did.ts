/** `ela did`: make, publish, change and look up identities. Each verb is loaded when it runs. */
import { type Command, Option } from 'commander'
import type { Context } from './context.ts'
import type { ImportFlags, NewFlags } from './did-new.ts'
import type { ResolveFlags } from './did-show.ts'
import { defineChain, defineParts, defineSigned } from './did-verbs.ts'

export function define(command: Command, context: Context): void {
  command.addHelpText(
    'after',
    `
Examples:
  ela did new singer
  ela did publish singer
  ela did resolve singer`,
  )
  defineNew(command, context)
  defineLocal(command, context)
  defineChain(command, context)
  defineParts(command, context)
  defineSigned(command, context)
}

function defineNew(command: Command, context: Context): void {
  command
    .command('new')
    .description('make a DID and remember it under a name; nothing is published')
    .argument('[name]', 'small letters, digits and -; did-<index> when left out')
    .option('--custom <did>', 'a customized DID: letters and digits you choose, such as singer')
    .option('--controllers <dids>', 'who controls it, with commas (default: alice)')
    .option('--multisig <m:n>', 'how many of several controllers must sign (default: all)')
    .addOption(
      new Option('--kind <kind>', "made from this machine's own key, which never leaves it")
        .choices(['device', 'service'])
        .conflicts(['custom', 'controllers', 'multisig']),
    )
    .addHelpText(
      'after',
      `
Examples:
  ela did new singer
  ela did new --json
  ela did new choir --custom Choir --controllers alice,bob,carol --multisig 2:3
  ela did new sensor --kind device`,
    )
    .action(async (name: string | undefined, flags: NewFlags) => {
      const { runNew } = await import('./did-new.ts')
      await runNew(name, flags, context)
    })
  command
    .command('import')
    .description('give a name to a DID that exists: of your phrase, of a key, or customized')
    .argument('<name>', 'small letters, digits and -')
    .argument('[did]', 'the DID; the one at --index when left out')
    .option('--index <number>', 'place on the tree of the phrase or key (default: 0)', Number)
    .option('--key <name>', 'a key of the keystore instead of the phrase in use')
    .addHelpText(
      'after',
      `
The phrase in use is the devnet's, or the one in the file ELA_MNEMONIC_FILE names.

Examples:
  ela did import me --key my-key
  ela did import me --index 3
  ela did import choir did:elastos:choir`,
    )
    .action(async (name: string, did: string | undefined, flags: ImportFlags) => {
      const { runImport } = await import('./did-new.ts')
      await runImport(name, did, flags, context)
    })
  command
    .command('use')
    .description('choose the DID that is meant where none is named')
    .argument('<did>', 'name or DID')
    .addHelpText('after', '\nExample:\n  ela did use singer')
    .action(async (typed: string) => {
      const { runUse } = await import('./did-new.ts')
      runUse(typed, context)
    })
}

function defineLocal(command: Command, context: Context): void {
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
    .argument('[did]', 'name or DID; the one in use when left out')
    .addHelpText('after', '\nExamples:\n  ela did show alice\n  ela did show singer --json')
    .action(async (typed: string | undefined) => {
      const { runShow } = await import('./did-show.ts')
      await runShow(typed, context)
    })
  command
    .command('resolve')
    .description('print the document of a DID as the chain has it')
    .argument('<did>', 'DID or name')
    .option('--all', 'every document it had, newest first')
    .option('--out <file>', 'also write its newest document there')
    .addHelpText(
      'after',
      `
Examples:
  ela did resolve alice
  ela did resolve alice --out alice.json && ela did verify alice.json
  ela did resolve did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y --all --json`,
    )
    .action(async (typed: string, flags: ResolveFlags) => {
      const { runResolve } = await import('./did-show.ts')
      await runResolve(typed, flags, context)
    })
  command
    .command('history')
    .description('list what was done to a DID, newest first')
    .argument('[did]', 'name or DID; the one in use when left out')
    .addHelpText('after', '\nExample:\n  ela did history alice')
    .action(async (typed: string | undefined) => {
      const { runHistory } = await import('./did-show.ts')
      await runHistory(typed, context)
    })
}
