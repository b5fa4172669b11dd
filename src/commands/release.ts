/** `ela release`: what the owner of an app says of its releases. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { parseDuration } from './duration.ts'
import type { DelegateFlags } from './release-owner.ts'
import { addChainFlags, addPayerFlags } from './release-place.ts'
import type { ListFlags, ReleaseFlags, RollbackFlags } from './release-run.ts'

export function define(command: Command, context: Context): void {
  command.addHelpText(
    'after',
    `
A release is named by its number or version. Every verb asks the registry; all but \`list\` change it
and are for the owner of the app.

Examples:
  ela release list song-shop
  ela release rollback song-shop --to 1.2.0
  ela release revoke song-shop 1.3.0 --reason "leaks the words of its users"`,
  )
  addChainFlags(command.command('list'))
    .description('show the releases of an app, their status and channels')
    .argument('<app>', 'DID of the app, or its name')
    .addHelpText(
      'after',
      '\nExamples:\n  ela release list song-shop\n  ela release list song-shop --json',
    )
    .action(async (app: string, flags: ListFlags) => {
      const { runList } = await import('./release-run.ts')
      await runList(app, flags, context)
    })
  changing(command.command('rollback'))
    .description('move a channel back to an earlier release')
    .argument('<app>', 'DID of the app, or its name')
    .requiredOption('--to <release>', 'number or version')
    .option('--channel <name>', 'which one', 'latest')
    .addHelpText(
      'after',
      `
Whoever has the later release keeps it, and is told how to go back: \`ela update --allow-downgrade\`.
Contracts and data are not rolled back.

Examples:
  ela release rollback song-shop --to 1.2.0`,
    )
    .action(async (app: string, flags: RollbackFlags) => {
      const { runRollback } = await import('./release-run.ts')
      await runRollback(app, flags, context)
    })
  changing(command.command('channel'))
    .description('point a channel at a release; without a release the channel ends')
    .argument('<app>', 'DID of the app, or its name')
    .argument('<channel>', 'such as latest or beta')
    .argument('[release]', 'number or version')
    .addHelpText(
      'after',
      '\nExamples:\n  ela release channel song-shop beta 1.3.0\n  ela release channel song-shop beta',
    )
    .action(
      async (app: string, channel: string, release: string | undefined, flags: ReleaseFlags) => {
        const { runChannel } = await import('./release-run.ts')
        await runChannel(app, { channel, release }, flags, context)
      },
    )
  defineStatuses(command, context)
  changing(command.command('floor'))
    .description('allow no release below this one any more; only upward')
    .argument('<app>', 'DID of the app, or its name')
    .argument('<release>', 'number or version')
    .addHelpText('after', '\nExamples:\n  ela release floor song-shop 1.2.0')
    .action(async (app: string, release: string, flags: ReleaseFlags) => {
      const { runFloor } = await import('./release-run.ts')
      await runFloor(app, release, flags, context)
    })
  defineOwners(command, context)
  changing(command.command('delegate'))
    .description('let another address publish releases for a time, and nothing else')
    .argument('<app>', 'DID of the app, or its name')
    .argument('<address>', 'account name, or address on ESC')
    .option('--for <duration>', 'such as 30d, at most 366d', parseDuration)
    .option('--end', 'end its right now')
    .addHelpText(
      'after',
      '\nExamples:\n  ela release delegate song-shop 0x026d6A418E07781806bB824B5973DB80eBCd702e --for 90d',
    )
    .action(async (app: string, address: string, flags: DelegateFlags) => {
      const { runDelegate } = await import('./release-owner.ts')
      await runDelegate(app, address, flags, context)
    })
}

function defineOwners(command: Command, context: Context): void {
  changing(command.command('transfer'))
    .description('offer an app to another owner, who must accept')
    .argument('<app>', 'DID of the app, or its name')
    .argument('<address>', 'account name, or address on ESC')
    .addHelpText('after', '\nExamples:\n  ela release transfer song-shop bob')
    .action(async (app: string, address: string, flags: ReleaseFlags) => {
      const { runTransfer } = await import('./release-owner.ts')
      await runTransfer(app, address, flags, context)
    })
  changing(command.command('accept'))
    .description('take an app that is offered to who pays')
    .argument('<app>', 'DID of the app, or its name')
    .addHelpText('after', '\nExamples:\n  ela release accept song-shop --from bob')
    .action(async (app: string, flags: ReleaseFlags) => {
      const { runAccept } = await import('./release-owner.ts')
      await runAccept(app, flags, context)
    })
}

function defineStatuses(command: Command, context: Context): void {
  changing(command.command('yank'))
    .description('withdraw a release: no channel leads to it; who names it still gets it')
    .argument('<app>', 'DID of the app, or its name')
    .argument('<release>', 'number or version')
    .option('--reason <text>', 'why, for everybody to read', '')
    .option('--undo', 'take the withdrawal back')
    .addHelpText('after', '\nExamples:\n  ela release yank song-shop 1.3.0 --reason "too slow"')
    .action(async (app: string, release: string, flags: ReleaseFlags) => {
      const { runStatus } = await import('./release-run.ts')
      const status = flags.undo === true ? 'ok' : 'yanked'
      await runStatus(app, { release, status }, flags, context)
    })
  changing(command.command('revoke'))
    .description('revoke a release for ever: it is neither installed nor run any more')
    .argument('<app>', 'DID of the app, or its name')
    .argument('<release>', 'number or version')
    .option('--reason <text>', 'why, for everybody to read', '')
    .addHelpText('after', '\nExamples:\n  ela release revoke song-shop 1.3.0 --reason "leaks keys"')
    .action(async (app: string, release: string, flags: ReleaseFlags) => {
      const { runStatus } = await import('./release-run.ts')
      await runStatus(app, { release, status: 'revoked' }, flags, context)
    })
}

function changing(command: Command): Command {
  return addPayerFlags(addChainFlags(command))
}
