/**
 * What DApps may ask of a node: reading, by exact name. Nothing that signs, sends, mines, looks into
 * the node's memory pool, or keeps something at the node.
 */
import type { ChainName } from '../../bundle/capabilities/chain.ts'

const EVM = [
  ...['eth_blockNumber', 'eth_call', 'eth_chainId', 'eth_estimateGas', 'eth_feeHistory'],
  ...['eth_gasPrice', 'eth_getBalance', 'eth_getBlockByHash', 'eth_getBlockByNumber'],
  ...['eth_getBlockReceipts', 'eth_getBlockTransactionCountByHash'],
  ...['eth_getBlockTransactionCountByNumber', 'eth_getCode', 'eth_getLogs', 'eth_getProof'],
  ...['eth_getStorageAt', 'eth_getTransactionByBlockHashAndIndex'],
  ...['eth_getTransactionByBlockNumberAndIndex', 'eth_getTransactionByHash'],
  ...['eth_getTransactionCount', 'eth_getTransactionReceipt', 'eth_syncing', 'net_version'],
  'web3_clientVersion',
]
const MAINCHAIN = [
  ...['getamountbyinputs', 'getarbitratorgroupbyheight', 'getbestblockhash', 'getblock'],
  ...['getblockbyheight', 'getblockcount', 'getblockhash', 'getconfirmbyhash'],
  ...[
    'getconfirmbyheight',
    'getcrrelatedstage',
    'getcurrentheight',
    'gethistory',
    'getrawtransaction',
  ],
  ...['getreceivedbyaddress', 'getutxosbyamount', 'listcrcandidates', 'listcurrentcrs'],
  ...['listproducers', 'listunspent', 'producerstatus', 'votestatus', 'decoderawtransaction'],
  'estimatesmartfee',
]
const DID = ['did_listCredentials', 'did_resolveCredential', 'did_resolveDID']

export const READ_METHODS: Readonly<Record<ChainName, ReadonlySet<string>>> = {
  ela: new Set(MAINCHAIN),
  esc: new Set(EVM),
  eid: new Set([...EVM, ...DID]),
}

/** A method that answers at once, to see whether the node does. */
export const PROBES: Readonly<Record<ChainName, string>> = {
  ela: 'getblockcount',
  esc: 'eth_chainId',
  eid: 'eth_chainId',
}
