import type { Command } from 'commander'
import type { Context } from './context.ts'

interface Flags {
  readonly on?: string
  readonly memo?: string
  readonly wait: boolean
}

export function define(command: Command, { printer, cwd, env, signal }: Context): void {
  command
    .argument('<from>', 'account name, or the address of a devnet account')
    .argument('<to>', 'address or account name')
    .argument('<amount>', 'in ELA, such as 10 or 0.5')
    .option('--on <chain>', 'mainchain, esc or eid')
    .option('--memo <text>', 'text that travels with the coins (main chain only)')
    .option('--no-wait', 'do not wait for a block')
    .addHelpText(
      'after',
      `
Examples:
  ela send alice bob 12.5 --on mainchain --memo "for the song"
  ela send alice 0x026d6A418E07781806bB824B5973DB80eBCd702e 1 --on esc --json`,
    )
    .action(async (fromName: string, to: string, amount: string, { on, memo, wait }: Flags) => {
      const [
        { findSession },
        { chosenChain, endpointOf },
        { readOrder, transfer },
        answers,
        names,
      ] = await Promise.all([
        import('../devnet/session.ts'),
        import('./endpoints.ts'),
        import('../wallet/transfer.ts'),
        import('./transfer-answer.ts'),
        import('../wallet/account-names.ts'),
      ])
      const chain = chosenChain(on, to)
      const from = names.accountOfName(fromName, chain)
      const order = readOrder(chain, to, amount)
      const endpoint = endpointOf(findSession({ cwd, env }), chain)
      const waitMs = wait ? answers.WAIT_MS : 0
      await answers.answerTransfer('send', printer, () =>
        transfer({ endpoint, from, order, memo, waitMs, signal }),
      )
    })
}
