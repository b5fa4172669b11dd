/** What ESC and EID have in common as node kinds. */
import { callRpc } from '../../base/json-rpc.ts'
import { LOOPBACK } from '../../base/loopback-server.ts'
import { programOf } from '../../base/program.ts'
import type { LaunchContext, Mining, NodeKind, Profile } from '../kind.ts'
import {
  checkNames,
  clockOption,
  commonOptions,
  forkOption,
  frozenOption,
  gasPriceOption,
} from './evm-options.ts'
import type { EvmSettings } from './settings.ts'

export interface EvmKind {
  readonly name: 'esc' | 'eid'
  readonly summary: string
  readonly ports: { readonly rpc: number; readonly ws: number }
  readonly chainIds: Readonly<Record<Profile, number>>
  readonly gasLimit: number
  readonly maxTransactionBytes: number
  readonly minGasPrice: number
  readonly clientVersion: string
  /** Contracts of the first block: address → code. */
  readonly contracts: (profile: Profile) => Readonly<Record<string, string>>
  /** The contract with rules of its own, if there is one. */
  readonly didContract?: (profile: Profile) => string
  /** Address of the registry of DApps' releases, on the chain that has it. */
  readonly registry?: string
  /** Names of the options only this kind has. */
  readonly optionNames?: readonly string[]
  /** Checks these and makes what its program is told of them. Throws `evm/badOption`. */
  readonly options?: (context: LaunchContext) => Readonly<Record<string, unknown>>
}

export function evmKind(kind: EvmKind): NodeKind {
  const { name, summary, ports } = kind
  const upper = name.toUpperCase()
  const url = (context: LaunchContext) => `http://${LOOPBACK}:${context.port('rpc')}`
  const wsUrl = (context: LaunchContext) => `ws://${LOOPBACK}:${context.port('ws')}`
  return {
    name,
    summary,
    instances: [name],
    needs: [],
    ports,
    launch(context) {
      const { file, args } = programOf(`${name}-node`, `nodes/${name}/main.ts`)
      return {
        name,
        file,
        args: [...args, JSON.stringify(settingsOf(kind, context))],
        env: {},
        cwd: context.dataDir,
        probe: async (signal) => {
          await callRpc(url(context), 'eth_chainId', [], { signal })
        },
        readyWithinMs: 30_000,
        stopWithinMs: 5_000,
      }
    },
    describe: (context) => ({
      rpc: url(context),
      ws: wsUrl(context),
      chainId: kind.chainIds[context.profile],
      ...(kind.didContract && { didContract: kind.didContract(context.profile) }),
      ...(kind.registry === undefined ? {} : { registry: kind.registry }),
    }),
    environment: (context) => ({
      [`${upper}_RPC_URL`]: url(context),
      [`${upper}_WS_URL`]: wsUrl(context),
      [`${upper}_CHAIN_ID`]: `${kind.chainIds[context.profile]}`,
      ...(kind.registry === undefined ? {} : { ELA_REGISTRY: kind.registry }),
    }),
    async health({ rpc }, signal) {
      return { height: Number(await callRpc(String(rpc), 'eth_blockNumber', [], { signal })) }
    },
    async mine({ rpc }, blocks, signal) {
      await callRpc(String(rpc), 'anvil_mine', [`0x${blocks.toString(16)}`], { signal })
    },
  }
}

function settingsOf(kind: EvmKind, context: LaunchContext): EvmSettings {
  const { profile, genesis, dataDir, mining, port, options: given } = context
  const { name, gasLimit, maxTransactionBytes, minGasPrice, clientVersion } = kind
  checkNames(name, given, [...commonOptions, ...(kind.optionNames ?? [])])
  const balances = Object.entries(genesis.evmBalances).map(([address, wei]) => [address, `${wei}`])
  return {
    name,
    dataDir,
    rpcPort: port('rpc'),
    wsPort: port('ws'),
    chainId: kind.chainIds[profile],
    gasLimit,
    maxTransactionBytes,
    minGasPrice: gasPriceOption(name, given) ?? minGasPrice,
    clientVersion,
    balances: Object.fromEntries(balances),
    contracts: kind.contracts(profile),
    ruledContract: kind.didContract?.(profile) ?? '',
    blockEveryMs: intervalOf(mining),
    clock: clockOption(name, given),
    fork: forkOption(name, given),
    frozenAccounts: frozenOption(name, given),
    options: kind.options?.(context) ?? {},
  }
}

function intervalOf(mining: Mining): number {
  switch (mining.mode) {
    case 'auto':
      return 0
    case 'interval':
      return mining.everyMs
    case 'none':
      return -1
  }
}
