/**
 * A chain that goes on from the chain of another node. Of it only the journal is saved, not what was
 * read of the other chain, so the other node has to answer at every start. The block it goes on from
 * is chosen once and stays.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { callRpc } from '../../base/json-rpc.ts'
import type { AnvilClient } from './anvil-client.ts'
import { EvmError } from './errors.ts'
import { isObject, quantity } from './json-values.ts'
import type { EvmSettings, ForkSettings } from './settings.ts'

const ANSWER_WITHIN_MS = 15_000
const FORK_FILE = 'fork.json'
const PLAIN = 'a chain of its own'

/**
 * The settings with the fork's block fixed, also for later starts. Throws `evm/forkUnreachable`,
 * and `evm/otherFork` when the saved chain began elsewhere.
 *
 * @param hasChain whether a chain is saved in the data folder
 */
export async function pinFork(settings: EvmSettings, hasChain: boolean): Promise<EvmSettings> {
  const { dataDir, fork } = settings
  const file = path.join(dataDir, FORK_FILE)
  const saved = hasChain ? readFork(file) : undefined
  if (hasChain && !continues(saved, fork)) throw EvmError.otherFork(told(saved), told(fork))
  if (fork === undefined) return settings
  const pinned = saved ?? { url: fork.url, block: fork.block ?? (await newestOf(fork.url)) }
  if (saved === undefined) writeFileAtomic(file, `${JSON.stringify(pinned)}\n`)
  return { ...settings, fork: { ...pinned, url: fork.url } }
}

/** The same chain may meanwhile answer at another address, but not end at another block. */
function continues(saved: ForkSettings | undefined, wanted: ForkSettings | undefined): boolean {
  if (saved === undefined || wanted === undefined) return saved === wanted
  return wanted.block === undefined || wanted.block === saved.block
}

function told(fork: ForkSettings | undefined): string {
  if (fork === undefined) return PLAIN
  return `a fork of ${fork.url}${fork.block === undefined ? '' : ` at block ${fork.block}`}`
}

function readFork(file: string): ForkSettings | undefined {
  if (!existsSync(file)) return undefined
  const saved: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!isObject(saved)) throw EvmError.stateDamaged(file, 'it is no object')
  return { url: String(saved['url']), block: Number(saved['block']) }
}

async function newestOf(url: string): Promise<number> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    return quantity(await callRpc(url, 'eth_blockNumber', [], { signal }))
  } catch (error) {
    throw EvmError.forkUnreachable(url, error)
  }
}

export function forkArguments({ url, block }: ForkSettings): readonly string[] {
  return ['--fork-url', url, '--fork-block-number', `${block}`, '--no-storage-caching']
}

/** Gives a fork the accounts and contracts that a chain of its own has from its first block on. */
export async function furnish(client: AnvilClient, settings: EvmSettings): Promise<void> {
  const { balances, contracts } = settings
  for (const [address, wei] of Object.entries(balances)) {
    await client.call('anvil_setBalance', [address, `0x${BigInt(wei).toString(16)}`])
  }
  for (const [address, code] of Object.entries(contracts)) {
    await client.call('anvil_setCode', [address, code])
  }
}
