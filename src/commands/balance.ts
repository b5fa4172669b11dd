import type { Command } from 'commander'
import type { Paint } from '../base/printer.ts'
import type { Chain } from '../wallet/chains.ts'
import type { Context } from './context.ts'

interface Balance {
  readonly name?: string
  readonly chain: Chain
  readonly address: string
  /** In ELA. */
  readonly amount: string
}

export function define(command: Command, { printer, cwd, env }: Context): void {
  command
    .argument('[who]', 'address or account name; all accounts when left out')
    .option('--on <chain>', 'mainchain, esc or eid; all when left out')
    .addHelpText(
      'after',
      `
Examples:
  ela balance
  ela balance alice
  ela balance 0x091f959fA5bb3819811936bd66Ba79483164f1F0 --on esc --json`,
    )
    .action(async (who: string | undefined, { on }: { on?: string }) => {
      const [
        { findSession },
        { chosenChains, endpointOf },
        names,
        { balanceOn },
        { formatAmount },
      ] = await Promise.all([
        import('../devnet/session.ts'),
        import('./endpoints.ts'),
        import('../wallet/account-names.ts'),
        import('../wallet/transfer.ts'),
        import('../wallet/amount.ts'),
      ])
      const session = findSession({ cwd, env })
      // A wrong name is told before a chain is asked.
      const owners = names.ownersOf(who)
      const wanted = chosenChains(on, session, who).flatMap((chain) =>
        owners.map(({ name, typed }) => ({
          name,
          chain,
          address: names.addressOfName(typed, chain),
        })),
      )
      const balances = await Promise.all(
        wanted.map(async ({ name, chain, address }): Promise<Balance> => {
          const units = await balanceOn(endpointOf(session, chain), address)
          const balance = { chain, address, amount: formatAmount(units, chain) }
          return name === undefined ? balance : { name, ...balance }
        }),
      )
      printer.answer('balance', { balances }, (data, paint) => textOf(data.balances, paint))
    })
}

/** One line an owner and chain; whole numbers stand below each other. */
function textOf(balances: readonly Balance[], paint: Paint): string {
  const wholes = balances.map(({ amount }) => amount.split('.')[0]?.length ?? 0)
  const width = Math.max(...wholes)
  const names = Math.max(...balances.map(({ name = '' }) => name.length))
  return balances
    .map(({ name = '', chain, address, amount }, at) => {
      const indent = ' '.repeat(width - (wholes[at] ?? 0))
      const owner = names === 0 ? '' : `${paint('bold', name.padEnd(names))}  `
      return `${owner}${chain.padEnd(9)}  ${indent}${amount} ELA  ${paint('dim', address)}`
    })
    .join('\n')
}
