import path from 'node:path'
import { root } from '../support/ela.ts'
import { type Figure, ratio } from './figure.ts'
import { commandTime, pair, peakMemory } from './measure.ts'

const ROUNDS = 15
const ela = path.join(root, 'bin/ela.js')

/** Start of the command line against a bare Node. */
export async function benchCommandLine(): Promise<readonly Figure[]> {
  const node = () => commandTime(process.execPath, ['-e', '0'], root)
  const against = async (args: readonly string[], budget: string) =>
    ratio(
      `ela ${args.join(' ')} / node -e 0`,
      await pair(ROUNDS, () => commandTime(process.execPath, [ela, ...args], root), node),
      budget,
    )
  const memory = await peakMemory(process.execPath, [ela, '--version'])
  return [
    await against(['--version'], '≤ 2 ×'),
    await against(['--help'], '≤ 2 ×'),
    await against(['help', 'exit-codes', '--json'], '≤ 2.5 ×'),
    await against(['accounts', '--json'], ''),
    {
      what: 'ela --version, peak memory',
      measured: memory,
      unit: 'MiB',
      budget: '≤ 45 MiB',
      note: '',
    },
  ]
}
