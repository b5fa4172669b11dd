/** `ela app`: the DID of an app, which wallets ask before they answer it. */
import type { Command } from 'commander'
import type { RegisterFlags } from './app-register.ts'
import type { Context } from './context.ts'

export function define(command: Command, context: Context): void {
  command.addHelpText(
    'after',
    `
Examples:
  ela app register song-shop --icon https://shop.example/icon.png --redirect https://shop.example/
  ela app lint song-shop`,
  )
  command
    .command('register')
    .description(
      'publish the DID of an app with what wallets check, and of its developer if need be',
    )
    .argument('<name>', 'name of the DID of the app; made when it is new')
    .requiredOption('--icon <url>', 'picture of the app; wallets refuse an app without one')
    .option('--title <text>', 'how people call it (default: the name)')
    .option('--redirect <url>', 'where wallets may send people back to')
    .option('--callback <url>', 'where wallets may post answers to')
    .option(
      '--scheme <scheme>',
      'scheme of the redirect address of a native app, such as songshop:',
    )
    .option('--developer <did>', 'who made it (default: alice)')
    .option('--from <account>', 'account that pays the gas (default: the developer, or alice)')
    .addHelpText(
      'after',
      `
Addresses are compared by their beginning, so a redirect address gets a slash at its end.

Examples:
  ela app register song-shop --icon https://shop.example/icon.png --redirect https://shop.example/
  ela app register song-shop --title "Song Shop" --icon hive://icon --callback https://shop.example/answer`,
    )
    .action(async (name: string, flags: RegisterFlags) => {
      const { runRegister } = await import('./app-register.ts')
      await runRegister(name, flags, context)
    })
  command
    .command('lint')
    .description('find what would keep wallets from trusting an app')
    .argument('<did>', 'DID or name of the app')
    .addHelpText(
      'after',
      `
Exit code 1 when something would be refused.

Examples:
  ela app lint song-shop
  ela app lint did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y --json`,
    )
    .action(async (typed: string) => {
      const { runLint } = await import('./app-register.ts')
      await runLint(typed, context)
    })
}
