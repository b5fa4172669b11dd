/** `ela wallet`: answers DApps' intents as the phone wallet would. Each verb is loaded when it runs. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { parseDuration } from './duration.ts'
import type { DecideFlags } from './wallet-decide.ts'
import type { OpenFlags } from './wallet-open.ts'
import type { ServeFlags } from './wallet-serve.ts'
import type { SignInFlags } from './wallet-sign-in.ts'

export function define(command: Command, context: Context): void {
  command.addHelpText(
    'after',
    '\nExamples:\n  ela wallet serve --approve all\n  ela wallet list\n  ela wallet approve --all',
  )
  defineServe(command, context)
  defineOpen(command, context)
  defineSignIn(command, context)
  command
    .command('list')
    .description('list the intents that wait for an approval, and the rules')
    .addHelpText('after', '\nExamples:\n  ela wallet list\n  ela wallet list --json')
    .action(async () => {
      const { runList } = await import('./wallet-decide.ts')
      await runList(context)
    })
  defineDecision(command, context, 'approve')
  defineDecision(command, context, 'deny')
}

function defineServe(command: Command, context: Context): void {
  command
    .command('serve')
    .description('answer intents on a port of this machine until stopped')
    .option('--port <port>', 'port to listen on; 0 takes a free one', '20680')
    .option('--as <account>', 'account that answers', 'alice')
    .option('--approve <actions>', 'approve these without asking: names with commas, or `all`')
    .option('--deny <actions>', 'deny these without asking: names with commas, or `all`')
    .option(
      '--patience <duration>',
      'how long an intent waits for an approval (default: 5m)',
      parseDuration,
      300_000,
    )
    .option('--hive <account>', 'let apps sign in to this account as to a Hive node')
    .addHelpText(
      'after',
      `
A link https://did.web3essentials.io/… of a DApp becomes http://127.0.0.1:20680/did.web3essentials.io/…

Examples:
  ela wallet serve
  ela wallet serve --as bob --approve all
  ela wallet serve --port 0 --approve credaccess,requestcredentials --deny pay --json-stream`,
    )
    .action(async (flags: ServeFlags) => {
      const { runServe } = await import('./wallet-serve.ts')
      await runServe(flags, context)
    })
}

function defineOpen(command: Command, context: Context): void {
  command
    .command('open')
    .description('answer one intent and print the answer')
    .argument('<url>', 'the intent, such as https://did.web3essentials.io/credaccess?…')
    .option('--as <account>', 'account that answers', 'alice')
    .option('--approve', 'say yes without asking')
    .option('--deny', 'say no: the DApp gets the answer of a user who refuses')
    .addHelpText(
      'after',
      `
Examples:
  ela wallet open "https://wallet.web3essentials.io/pay?receiver=EMTLjFBKNDz2PYKioMdEmErAgAmRf4fxTB&amount=1" --approve
  ela wallet open "https://did.web3essentials.io/credaccess?nonce=n1&realm=https://my.app" --as bob --approve --json`,
    )
    .action(async (url: string, flags: OpenFlags) => {
      const { runOpen } = await import('./wallet-open.ts')
      await runOpen(url, flags, context)
    })
}

function defineSignIn(command: Command, context: Context): void {
  command
    .command('sign-in')
    .description('sign in to a back end by the challenge of Hive nodes, and print the access token')
    .argument('<url>', 'where the back end is')
    .option('--as <account>', 'account that vouches for the app', 'alice')
    .option('--app <did>', 'name or DID of the app', 'judy')
    .option('--approve', 'vouch without asking')
    .option('--deny', 'do not vouch')
    .addHelpText(
      'after',
      `
Examples:
  ela wallet sign-in http://127.0.0.1:20680 --approve
  ela wallet sign-in http://127.0.0.1:5004 --as bob --app carol --approve --json`,
    )
    .action(async (url: string, flags: SignInFlags) => {
      const { runSignIn } = await import('./wallet-sign-in.ts')
      await runSignIn(url, flags, context)
    })
}

function defineDecision(command: Command, context: Context, decision: 'approve' | 'deny'): void {
  command
    .command(decision)
    .description(`${decision} intents that wait, and with a rule those that come`)
    .argument('[id]', 'number of one intent, as `ela wallet list` shows it')
    .option('--all', 'all that wait and all that come')
    .option('--action <name>', 'those of one action, such as pay')
    .option('--once', 'only those that wait now: no rule')
    .addHelpText(
      'after',
      `
Examples:
  ela wallet ${decision} 3
  ela wallet ${decision} --all
  ela wallet ${decision} --action pay --once`,
    )
    .action(async (id: string | undefined, flags: DecideFlags) => {
      const { runDecide } = await import('./wallet-decide.ts')
      await runDecide(decision, id, { flags, context })
    })
}
