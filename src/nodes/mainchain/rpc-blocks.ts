/** RPC methods about blocks and the node. @see Elastos.ELA servers/interfaces.go */
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { encode } from '../../protocol/codec.ts'
import { blockCodec } from '../../protocol/ela/block.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import type { BlockEntry } from './block-entry.ts'
import type { MainchainNode } from './node.ts'
import type { Methods } from './rpc-method.ts'
import type { Params } from './rpc-params.ts'
import { RpcCode, RpcRefusal } from './rpc-refusal.ts'
import { viewBlock, viewBlockTransactions, viewDifficulty } from './view-block.ts'

const VERSION_BEFORE_CR = 20_000
const VERSION = 80_000

export const blockMethods: Methods = {
  getblockcount: ({ chain }) => chain.height + 1,
  getcurrentheight: ({ chain }) => chain.height,
  getbestblockhash: ({ chain }) => chain.tip.hash,
  getblockhash: ({ chain }, params) => {
    const entry = chain.at(heightIn(params))
    if (entry === undefined) throw new RpcRefusal(RpcCode.invalidParams)
    return entry.hash
  },
  getblock: ({ chain }, params) => {
    const entry = chain.find(hashIn(params))
    if (entry === undefined) throw new RpcRefusal(RpcCode.unknownBlock)
    const verbosity = params.uint('verbosity') ?? 1
    if (verbosity === 0) return toHex(encode(blockCodec, chain.block(entry)))
    return viewBlock(chain, entry, verbosity === 2)
  },
  getblockbyheight: ({ chain }, params) => {
    const entry = chain.at(heightIn(params))
    if (entry === undefined) throw new RpcRefusal(RpcCode.unknownBlock, 'not found block')
    return viewBlock(chain, entry, true)
  },
  getinfo: ({ chain }) => ({
    version: VERSION_BEFORE_CR,
    balance: 0,
    blocks: chain.height,
    timeoffset: 0,
    connections: 0,
    testnet: false,
    keypoololdest: 0,
    keypoolsize: 0,
    unlocked_until: 0,
    paytxfee: 0,
    relayfee: 0,
    errors: 'Tobe written',
  }),
  getnodestate: ({ chain, ports }) => ({
    compile: '',
    height: chain.height,
    version: chain.height > 0 ? VERSION : VERSION_BEFORE_CR,
    services: 'SFNodeNetwork|SFTxFiltering|SFNodeBloom',
    port: ports.p2p,
    rpcport: ports.rpc,
    restport: ports.rest,
    wsport: ports.ws,
    neighbors: [],
  }),
  getneighbors: () => [],
  getconnectioncount: () => 0,
  getmininginfo: ({ chain, mempool }) => ({
    blocks: chain.height + 1,
    currentblocktx: chain.tip.transactions,
    difficulty: viewDifficulty(chain, chain.tip),
    networkhashps: networkHashes(chain.tip),
    pooledtx: mempool.size,
    chain: chain.params.net,
  }),
  help: () => 'createauxblock==submitauxblock',
  setloglevel: (_node, params) => {
    const level = params.int('level')
    if (level === undefined || level < 0) {
      throw new RpcRefusal(RpcCode.invalidParams, 'level must be an integer in 0-6')
    }
    return `log level has been set to ${level}`
  },
}

/** For REST and WebSocket: the ids of a block's transactions. */
export function blockTransactions({ chain }: MainchainNode, params: Params): unknown {
  const entry = chain.at(heightIn(params))
  if (entry === undefined) throw new RpcRefusal(RpcCode.unknownBlock)
  return viewBlockTransactions(chain.block(entry), entry)
}

export function heightIn(params: Params): number {
  const height = params.uint('height')
  if (height !== undefined) return height
  throw new RpcRefusal(RpcCode.invalidParams, 'height parameter should be a positive integer')
}

function hashIn(params: Params): string {
  const text = params.string('blockhash')
  if (text === undefined) throw new RpcRefusal(RpcCode.invalidParams, 'block hash not found')
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) {
    throw new RpcRefusal(RpcCode.invalidParams, 'invalid block hash')
  }
  return displayHash(fromHex(text).reverse())
}

/** Work of the last 120 blocks by the time they took. @see Elastos.ELA blockchain/blockchain.go */
function networkHashes(tip: BlockEntry): string {
  let first = tip
  for (let steps = 0; steps < 120 && first.parent !== undefined; steps += 1) first = first.parent
  const seconds = tip.time - first.time
  return seconds <= 0 ? '0' : ((tip.work - first.work) / BigInt(seconds)).toString()
}
