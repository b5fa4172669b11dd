/** The first block of an embedded EVM chain, in the form the engine reads (`genesis.json`). */
import type { EvmSettings } from './settings.ts'

/** 2024-10-08, when the main nets took the Shanghai rules. A constant, so that every devnet of the
 * same settings has the same first block. */
const GENESIS_TIME = 1_728_360_000

export function genesisFile(settings: EvmSettings): string {
  const { chainId, gasLimit, balances, contracts, clock = GENESIS_TIME } = settings
  const funded = Object.entries(balances).map(([address, wei]) => [
    address,
    { balance: `0x${BigInt(wei).toString(16)}` },
  ])
  const deployed = Object.entries(contracts).map(([address, code]) => [
    address,
    { balance: '0x0', code },
  ])
  return JSON.stringify({
    config: { chainId },
    nonce: '0x0',
    timestamp: `0x${Math.min(GENESIS_TIME, clock).toString(16)}`,
    extraData: '0x',
    gasLimit: `0x${gasLimit.toString(16)}`,
    difficulty: '0x0',
    alloc: Object.fromEntries([...funded, ...deployed]),
  })
}
