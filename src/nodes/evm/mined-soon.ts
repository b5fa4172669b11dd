import type { Chain } from './chain.ts'

const MINED_WITHIN_MS = 2_000

/** Whether a transaction got into a block at once, as it does unless mining is by hand. */
export async function minedSoon(chain: Chain, hash: string): Promise<boolean> {
  if (!chain.miner.automine) return false
  const deadline = performance.now() + MINED_WITHIN_MS
  while (performance.now() < deadline) {
    await chain.follower.sync()
    if (!chain.waiting.has(hash)) return true
  }
  return false
}
