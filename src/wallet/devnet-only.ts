/**
 * The guard before a devnet's public keys sign anything.
 *
 * A signature is valid wherever chain id and coins are the same, so a key that everybody has must
 * not sign for a network where somebody may have sent it something.
 */
import { toHex } from '../base/bytes-text.ts'
import { ElaError } from '../base/errors.ts'
import { callRpc } from '../base/json-rpc.ts'
import { devnetGenesisHash } from '../identity/devnet-genesis.ts'
import { namedAccounts } from './account-names.ts'
import type { EvmNode } from './chains.ts'
import { WalletError } from './errors.ts'

/** Of all profiles: testnet, local and mainnet. */
const DEVNET_CHAIN_IDS: Readonly<Record<'esc' | 'eid', readonly bigint[]>> = {
  esc: [21n, 2021n, 20n],
  eid: [23n, 2023n, 22n],
}

/** First blocks of the real networks; a fork of one has it too. @see ESC, EID params/config.go */
const REAL_GENESIS: ReadonlySet<string> = new Set([
  '0x6afc2eb01956dfe192dc4cd065efdf6c3c80448776ca367a7246d279e228ff0a',
  '0x698e5ec133064dabb7c42eb4b2bdfa21e7b7c2326b0b719d5ab7f452ae8f5ee4',
  '0x7d0702054ad68913eff9137dfa0b0b6ff701d55062359deacad14859561f5567',
  '0x3d0f9da9320556f6d58129419e041de28cf515eedc6b59f8dae49df98e3f943c',
])

let publicKeys: ReadonlySet<string> | undefined

/** Whether a private key (main chain or EVM) is one that everybody knows. */
export function isDevnetKey(privateKey: Uint8Array): boolean {
  publicKeys ??= new Set(
    namedAccounts().flatMap(({ ela, evm }) => [toHex(ela.privateKey), toHex(evm.privateKey)]),
  )
  return publicKeys.has(toHex(privateKey))
}

/**
 * Main chain: its first block must pay the devnet's faucet, which no other network's does.
 *
 * Throws `wallet/foreignNetwork`, and `rpc/…` when nothing answers.
 */
export async function assertDevnetMainchain(rpc: string): Promise<void> {
  const genesis = await callRpc(rpc, 'getblockhash', { height: 0 })
  if (genesis !== devnetGenesisHash()) {
    throw WalletError.foreignNetwork('mainchain', rpc, `its first block is ${String(genesis)}`)
  }
}

/**
 * ESC and EID: the chain id must be a devnet's, the first block not a real network's, and the node
 * must know a method that only the engine of a devnet has.
 *
 * Throws `wallet/foreignNetwork`, and `rpc/…` when nothing answers.
 */
export async function assertDevnetEvm({
  chain,
  rpc,
}: Pick<EvmNode, 'chain' | 'rpc'>): Promise<void> {
  const [chainId, genesis, info] = await Promise.all([
    callRpc(rpc, 'eth_chainId'),
    callRpc(rpc, 'eth_getBlockByNumber', ['0x0', false]),
    engineInfo(rpc),
  ])
  const foreign = (why: string) => WalletError.foreignNetwork(chain, rpc, why)
  if (typeof chainId !== 'string' || !DEVNET_CHAIN_IDS[chain].includes(BigInt(chainId))) {
    throw foreign(`its chain id is ${String(chainId)}`)
  }
  const { hash } = (genesis ?? {}) as { hash?: unknown }
  if (typeof hash !== 'string' || REAL_GENESIS.has(hash)) {
    throw foreign(`its first block is ${String(hash)}`)
  }
  if (info === undefined) throw foreign('it has none of the methods of a devnet node')
}

async function engineInfo(rpc: string): Promise<unknown> {
  try {
    return (await callRpc(rpc, 'anvil_nodeInfo')) ?? undefined
  } catch (error) {
    if (error instanceof ElaError && error.code === 'rpc/refused') return undefined
    throw error
  }
}
