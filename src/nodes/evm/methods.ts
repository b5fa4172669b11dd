/** Which methods ESC and EID have, and what has to be done to the engine's answer. */
import { shapeBlock, shapeHeaderAnswer, shapeLogs, shapePool, shapeTransaction } from './shapes.ts'

/** Answers that are the same in both worlds. */
export const passed: ReadonlySet<string> = new Set([
  'eth_blockNumber',
  'eth_chainId',
  'eth_coinbase',
  'eth_getBalance',
  'eth_getBlockTransactionCountByHash',
  'eth_getBlockTransactionCountByNumber',
  'eth_getProof',
  'eth_getRawTransactionByBlockHashAndIndex',
  'eth_getRawTransactionByBlockNumberAndIndex',
  'eth_getRawTransactionByHash',
  'eth_getStorageAt',
  'eth_getTransactionCount',
  'eth_getUncleByBlockHashAndIndex',
  'eth_getUncleByBlockNumberAndIndex',
  'eth_getUncleCountByBlockHash',
  'eth_getUncleCountByBlockNumber',
  'eth_newBlockFilter',
  'eth_newFilter',
  'eth_newPendingTransactionFilter',
  'eth_syncing',
  'eth_uninstallFilter',
  'debug_traceBlockByHash',
  'debug_traceBlockByNumber',
  'debug_traceTransaction',
  'trace_block',
  'trace_transaction',
  'net_listening',
  'net_version',
  'txpool_inspect',
  'txpool_status',
  'web3_sha3',
])

/** Answers whose objects have other keys. */
export const shaped: ReadonlyMap<string, (result: unknown) => unknown> = entriesOf({
  eth_getBlockByHash: shapeBlock,
  eth_getBlockByNumber: shapeBlock,
  eth_getFilterChanges: shapeLogs,
  eth_getFilterLogs: shapeLogs,
  eth_getLogs: shapeLogs,
  eth_getTransactionByBlockHashAndIndex: shapeTransaction,
  eth_getTransactionByBlockNumberAndIndex: shapeTransaction,
  eth_getTransactionByHash: shapeTransaction,
  txpool_content: shapePool,
})

/** Methods of the real nodes that are the engine's under another name. */
export const renamed = entriesOf({
  eth_getHeaderByHash: { method: 'eth_getBlockByHash', shape: shapeHeaderAnswer },
  eth_getHeaderByNumber: { method: 'eth_getBlockByNumber', shape: shapeHeaderAnswer },
})

/** Answers that never change on a devnet whose main chain sends nothing over. */
export const fixed: ReadonlyMap<string, unknown> = entriesOf<unknown>({
  eth_accounts: [],
  eth_getFailedRechargeTxByHash: '',
  eth_getFailedRechargeTxs: [],
  eth_hashrate: '0x0',
  eth_mining: false,
  eth_pendingTransactions: [],
  eth_protocolVersion: '0x40',
  net_peerCount: '0x0',
})

export const modules = { eth: '1.0', net: '1.0', rpc: '1.0', txpool: '1.0', web3: '1.0' }

/** Methods that need an account of the node's own, which it has not. */
export const keyless: ReadonlySet<string> = new Set(['eth_sign', 'eth_signTransaction'])

/** Methods that belong to transfers between the chains, which this node does not make yet. */
export const notYet: ReadonlySet<string> = new Set([
  'eth_onSmallCrossTxSuccess',
  'eth_receivedSmallCrossTx',
  'eth_sendInvalidWithdrawTransaction',
])

/** Methods that change something, so that a batch must keep their order. */
export function changesSomething(method: string): boolean {
  return /^(?:eth_send|did_send|anvil_|evm_|hardhat_|eth_(?:un)?subscribe|eth_new|eth_uninstall)/.test(
    method,
  )
}

/** A map: looking up the method `constructor` in an object would find one. */
function entriesOf<T>(entries: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(entries))
}
