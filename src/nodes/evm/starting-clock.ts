import type { AnvilClient } from './anvil-client.ts'
import { isObject, quantity } from './json-values.ts'
import type { EvmSettings } from './settings.ts'

/**
 * By how many seconds the clock of a chain that is started now is ahead of the machine's.
 *
 * @param kept what it was when the chain was last open
 */
export async function startingClock(
  client: AnvilClient,
  { clock, fork }: EvmSettings,
  kept: number,
): Promise<number> {
  if (clock === undefined && fork === undefined) return kept
  const machine = Math.floor(Date.now() / 1000)
  const latest = await client.call('eth_getBlockByNumber', ['latest', false])
  const last = isObject(latest) ? quantity(latest['timestamp']) : 0
  return Math.max(clock ?? machine + kept, last + 1) - machine
}
