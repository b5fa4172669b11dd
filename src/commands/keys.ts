/** `ela keys`: keys of one's own, encrypted under a password. Each verb is loaded when it runs. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { parseDuration } from './duration.ts'
import type { ExportFlags } from './keys-export.ts'
import type { ImportFlags, NewFlags } from './keys-make.ts'
import type { KeyFlags } from './keys-place.ts'

const FORMS = 'phrase, evm-key, ela-key, ela-keystore, web3 or did-store'

export function define(command: Command, context: Context): void {
  command.addHelpText(
    'after',
    `
Keys are files in ~/.ela/keys, each encrypted under a password (scrypt, AES-256-GCM). ELA_KEYSTORE
names another folder. No flag takes a secret: passwords are asked for, or come from a file or stdin.

Examples:
  ela keys new main
  ela keys import old words.txt --password-file pw.txt
  ela keys unlock main --ttl 15m`,
  )
  defineMaking(command, context)
  defineLooking(command, context)
  defineExport(command, context)
  defineLocks(command, context)
}

function verb(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .option('--insecure-permissions', 'take files and folders that others may read')
}

function withPassword(command: Command): Command {
  return command
    .option('--password-file <file>', 'file whose first line is the password of the key')
    .option('--password-stdin', 'read the password of the key from stdin')
}

function defineMaking(command: Command, context: Context): void {
  withPassword(verb(command, 'new', 'make a key from fresh words'))
    .argument('<name>', 'small letters, digits and -')
    .option('--words <count>', '12 or 24', '12')
    .addHelpText(
      'after',
      '\nExamples:\n  ela keys new main\n  ela keys new ci --password-file pw.txt',
    )
    .action(async (name: string, flags: NewFlags) => {
      const { runNew } = await import('./keys-make.ts')
      await runNew(name, flags, context)
    })
  withPassword(verb(command, 'import', 'take over a key made elsewhere'))
    .argument('<name>', 'name the key gets here')
    .argument('[source]', 'file or DID store that holds it, `-` for stdin; asked for when left out')
    .option('--as <form>', `what the source is: ${FORMS} (default: by its look)`)
    .option('--source-password-file <file>', 'file with the password of a wallet file or DID store')
    .option('--passphrase-file <file>', 'file with the passphrase of the words, if they have one')
    .addHelpText(
      'after',
      `
Examples:
  ela keys import main                      asks for the words
  ela keys import main - < words.txt        (with --password-file)
  ela keys import wallet keystore.dat --source-password-file old.txt
  ela keys import app ./didstore --source-password-file store.txt`,
    )
    .action(async (name: string, source: string | undefined, flags: ImportFlags) => {
      const { runImport } = await import('./keys-make.ts')
      await runImport({ name, source }, flags, context)
    })
}

function defineLooking(command: Command, context: Context): void {
  verb(command, 'list', 'list keys and what is public of them')
    .addHelpText('after', '\nExamples:\n  ela keys list\n  ela keys list --json')
    .action(async (flags: KeyFlags) => {
      const { runList } = await import('./keys-show.ts')
      await runList(flags, context)
    })
  verb(command, 'show', 'show what is public of one key')
    .argument('<name>', 'name of a key')
    .addHelpText('after', '\nExample:\n  ela keys show main')
    .action(async (name: string, flags: KeyFlags) => {
      const { runShow } = await import('./keys-show.ts')
      await runShow(name, flags, context)
    })
  verb(command, 'remove', 'delete a key')
    .argument('<name>', 'name of a key')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  ela keys remove old --yes')
    .action(async (name: string, flags: KeyFlags & { yes?: boolean }) => {
      const { runRemove } = await import('./keys-show.ts')
      await runRemove(name, flags, context)
    })
}

function defineExport(command: Command, context: Context): void {
  withPassword(verb(command, 'export', 'write a key for another program'))
    .argument('<name>', 'name of a key')
    .option('--as <form>', 'phrase, ela-key, evm-key, web3 or did-store (default: what it is)')
    .option('--to <path>', 'new file (or folder, for a DID store) only you may read')
    .option('--reveal', 'print the secret instead')
    .option('--index <number>', 'which private key of the words', '0')
    .option('--store-password-file <file>', 'file with the password a DID store or web3 file gets')
    .addHelpText(
      'after',
      `
Examples:
  ela keys export main --to words.txt
  ela keys export main --as evm-key --index 1 --reveal
  ela keys export main --as did-store --to ./didstore --store-password-file store.txt`,
    )
    .action(async (name: string, flags: ExportFlags) => {
      const { runExport } = await import('./keys-export.ts')
      await runExport(name, flags, context)
    })
}

function defineLocks(command: Command, context: Context): void {
  withPassword(verb(command, 'unlock', 'use a key without its password for a while'))
    .argument('<name>', 'name of a key')
    .option('--ttl <duration>', 'how long, at most a day', parseDuration, 15 * 60_000)
    .addHelpText(
      'after',
      `
A process of yours keeps the key and gives it to every program you run, until the time is up or
\`ela keys lock\`. It dies with the machine; nothing is written to disk.

Example:
  ela keys unlock main --ttl 30m`,
    )
    .action(async (name: string, flags: KeyFlags & { ttl: number }) => {
      const { runUnlock } = await import('./keys-lock.ts')
      await runUnlock(name, flags, context)
    })
  verb(command, 'lock', 'ask for the password again from now on')
    .argument('[name]', 'name of a key; every key when left out')
    .addHelpText('after', '\nExamples:\n  ela keys lock\n  ela keys lock main')
    .action(async (name: string | undefined, flags: KeyFlags) => {
      const { runLock } = await import('./keys-lock.ts')
      await runLock(name, flags, context)
    })
}
