/** RPC methods that make blocks. @see Elastos.ELA servers/interfaces.go, pow/service.go */
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import { Reader } from '../../protocol/codec.ts'
import { readAddress } from '../../protocol/ela/address.ts'
import { AUX_CHAIN_ID, type AuxPow, auxPowCodec } from '../../protocol/ela/auxpow.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { headerHash } from '../../protocol/ela/header.ts'
import type { Methods } from './rpc-method.ts'
import { RpcCode, RpcRefusal } from './rpc-refusal.ts'

/** More at once would keep everybody else waiting for minutes. */
const MAX_BLOCKS_PER_CALL = 100_000
/** Other requests get their turn after this many blocks. */
const BLOCKS_PER_TURN = 50

export const miningMethods: Methods = {
  /** Makes as many blocks as asked; the real node makes one whatever is asked. */
  discretemining: async ({ miner }, params) => {
    const count = params.uint('count')
    if (count === undefined) throw new RpcRefusal(RpcCode.invalidParams)
    if (count > MAX_BLOCKS_PER_CALL) {
      throw new RpcRefusal(
        RpcCode.invalidParams,
        `count must not be more than ${MAX_BLOCKS_PER_CALL}`,
      )
    }
    const hashes: string[] = []
    while (hashes.length < count) {
      hashes.push(miner.mine().hash)
      if (hashes.length % BLOCKS_PER_TURN === 0) await new Promise(setImmediate)
    }
    return hashes
  },
  togglemining: ({ miner }, params) => {
    const mining = params.bool('mining')
    if (mining === undefined) throw new RpcRefusal(RpcCode.invalidParams)
    miner.toggle(mining)
    return mining ? 'mining started' : 'mining stopped'
  },
  createauxblock: ({ chain, miner }, params) => {
    const address = params.string('paytoaddress')
    if (address === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'parameter paytoaddress not found')
    }
    const payTo = readAddress(address)
    if ('fault' in payTo) throw new RpcRefusal(RpcCode.internal, 'generate block failed')
    const { header, transactions } = miner.template(payTo.programHash)
    return {
      chainid: AUX_CHAIN_ID,
      // Of the tip, not of the new block.
      height: chain.height,
      coinbasevalue: Number(transactions[0]?.outputs[1]?.value ?? 0n),
      bits: header.bits.toString(16),
      hash: toHex(headerHash(header)),
      previousblockhash: toHex(header.previous),
    }
  },
  submitauxblock: ({ miner, log }, params) => {
    const hash = params.string('blockhash')
    if (hash === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'parameter blockhash not found')
    }
    if (!/^[0-9a-fA-F]{64}$/.test(hash))
      throw new RpcRefusal(RpcCode.invalidParams, 'bad blockhash')
    const hex = params.string('auxpow')
    if (hex === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'parameter auxpow not found')
    }
    const auxPow = auxPowIn(hex)
    const block = miner.templateOf(displayHash(fromHex(hash)))
    if (block === undefined) throw new RpcRefusal(RpcCode.internal, 'adding block failed')
    try {
      miner.submit(block, auxPow)
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
      log(`submitauxblock: ${error.message}`)
      throw new RpcRefusal(RpcCode.internal, 'adding block failed')
    }
    return true
  },
}

function auxPowIn(hex: string): AuxPow {
  try {
    return auxPowCodec.read(new Reader(fromHex(hex)))
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    throw new RpcRefusal(RpcCode.internal, 'auxpow deserialization failed')
  }
}
