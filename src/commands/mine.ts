import type { Command } from 'commander'
import { DevnetError } from '../devnet/errors.ts'
import { entriesOf, findSession } from '../devnet/session.ts'
import { nodeKinds } from '../nodes/index.ts'
import type { Context } from './context.ts'
import { parseCount } from './duration.ts'

const MINE_WITHIN_MS = 120_000

export function define(command: Command, context: Context): void {
  command
    .argument('[blocks]', 'how many blocks', parseCount, 1)
    .option('--on <chain>', 'mainchain, esc or eid', 'mainchain')
    .addHelpText('after', '\nExamples:\n  ela mine\n  ela mine 10 --on esc')
    .action(async (blocks: number, { on }: { on: string }) => {
      const kind = nodeKinds.find(({ name }) => name === on)
      const able = nodeKinds.filter((one) => one.mine !== undefined).map(({ name }) => name)
      if (kind === undefined) throw DevnetError.unknownNode(on, able)
      if (kind.mine === undefined) throw DevnetError.cannotMine(on, able)
      const [entry] = entriesOf(findSession(context), on)
      if (entry === undefined) throw DevnetError.notUp(on)
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(MINE_WITHIN_MS)])
      await kind.mine(entry, blocks, signal)
      const { height } = await kind.health(entry, signal)
      context.printer.answer('mine', { chain: on, blocks, height }, () => {
        return `mined ${blocks} ${blocks === 1 ? 'block' : 'blocks'} on ${on}; height ${height}`
      })
    })
}
