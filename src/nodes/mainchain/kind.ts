/** The main chain as a kind of node. */
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { callRpc } from '../../base/json-rpc.ts'
import { LOOPBACK } from '../../base/loopback-server.ts'
import { programOf } from '../../base/program.ts'
import type { LaunchContext, NodeKind } from '../kind.ts'
import { MainchainError } from './errors.ts'
import type { NodeOptions } from './options.ts'

const DEFAULT_COINBASE_MATURITY = 10
const DEFAULT_MINER_INFO = 'ela-dev'
const OPTIONS_FILE = 'options.json'

export const mainchain: NodeKind = {
  name: 'mainchain',
  summary: 'ELA main chain',
  instances: ['mainchain'],
  needs: [],
  // The ports of the real node.
  ports: { rpc: 20336, rest: 20334, ws: 20335, p2p: 20338 },

  launch(context) {
    const { dataDir, instance, port } = context
    const optionsFile = path.join(dataDir, OPTIONS_FILE)
    // Transactions and addresses are too long for a command line.
    writeFileAtomic(optionsFile, `${JSON.stringify(optionsOf(context), null, 2)}\n`, 0o600)
    const { file, args } = programOf('mainchain-node', 'nodes/mainchain/main.ts')
    const url = `http://${LOOPBACK}:${port('rpc')}`
    return {
      name: instance,
      file,
      args: [...args, '--options', optionsFile],
      env: {},
      cwd: dataDir,
      probe: async (signal) => {
        await callRpc(url, 'getblockcount', {}, { signal })
      },
      readyWithinMs: 20_000,
      stopWithinMs: 3_000,
    }
  },

  describe({ port }) {
    return {
      rpc: `http://${LOOPBACK}:${port('rpc')}`,
      rest: `http://${LOOPBACK}:${port('rest')}`,
      ws: `ws://${LOOPBACK}:${port('ws')}`,
      p2p: `${LOOPBACK}:${port('p2p')}`,
    }
  },

  environment(context) {
    const { rpc, rest, ws } = mainchain.describe(context)
    return { ELA_RPC_URL: `${rpc}`, ELA_REST_URL: `${rest}`, ELA_WS_URL: `${ws}` }
  },

  async health({ rpc }, signal) {
    const url = String(rpc)
    const state = await callRpc(url, 'getnodestate', {}, { signal })
    const { height, neighbors } = (state ?? {}) as { height?: unknown; neighbors?: unknown }
    if (typeof height !== 'number' || !Array.isArray(neighbors)) {
      throw MainchainError.unhealthy(url, JSON.stringify(state))
    }
    return { height, peers: neighbors.length }
  },

  async mine({ rpc }, blocks, signal) {
    await callRpc(String(rpc), 'discretemining', { count: blocks }, { signal })
  },
}

function optionsOf({ dataDir, port, genesis, mining, options }: LaunchContext): NodeOptions {
  return {
    dataDir,
    ports: { rpc: port('rpc'), rest: port('rest'), ws: port('ws'), p2p: port('p2p') },
    foundation: genesis.foundation,
    miner: genesis.miner,
    minerInfo: textOption(options['minerInfo']),
    mining,
    coinbaseMaturity: maturityOption(options['coinbaseMaturity']),
    genesisTransactions: genesis.mainchainTransactions,
    rpcUser: '',
    rpcPassword: '',
  }
}

function textOption(value: unknown = DEFAULT_MINER_INFO): string {
  if (typeof value === 'string') return value
  throw MainchainError.badOptions('the config', '`minerInfo` is not a text')
}

function maturityOption(value: unknown = DEFAULT_COINBASE_MATURITY): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1_000) {
    return value
  }
  throw MainchainError.badOptions('the config', '`coinbaseMaturity` is no number from 0 to 1000')
}
