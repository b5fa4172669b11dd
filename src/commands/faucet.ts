import type { Command } from 'commander'
import type { Context } from './context.ts'

interface Flags {
  readonly on?: string
  readonly wait: boolean
}

export function define(command: Command, { printer, cwd, env, signal }: Context): void {
  command
    .argument('<to>', 'address or account name')
    .argument('<amount>', 'in ELA, such as 10 or 0.5')
    .option('--on <chain>', 'mainchain, esc or eid')
    .option('--no-wait', 'do not wait for a block')
    .addHelpText(
      'after',
      `
Examples:
  ela faucet alice 100 --on esc
  ela faucet EMTLjFBKNDz2PYKioMdEmErAgAmRf4fxTB 5
  ela faucet 0x091f959fA5bb3819811936bd66Ba79483164f1F0 2.5 --on eid`,
    )
    .action(async (to: string, amount: string, { on, wait }: Flags) => {
      const [
        { findSession },
        { chosenChain, endpointOf },
        { readOrder, transfer },
        answers,
        accounts,
      ] = await Promise.all([
        import('../devnet/session.ts'),
        import('./endpoints.ts'),
        import('../wallet/transfer.ts'),
        import('./transfer-answer.ts'),
        import('../identity/devnet-accounts.ts'),
      ])
      const chain = chosenChain(on, to)
      const order = readOrder(chain, to, amount)
      const endpoint = endpointOf(findSession({ cwd, env }), chain)
      const from = accounts.devnetFaucet()
      const waitMs = wait ? answers.WAIT_MS : 0
      await answers.answerTransfer('faucet', printer, () =>
        transfer({ endpoint, from, order, waitMs, signal }),
      )
    })
}
