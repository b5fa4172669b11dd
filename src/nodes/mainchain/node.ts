/** A main chain without its network interfaces: what RPC, REST and WebSocket talk to. */
import path from 'node:path'
import { parseAddress } from '../../protocol/ela/address.ts'
import type { Transaction } from '../../protocol/ela/transaction.ts'
import { Chain } from './chain.ts'
import { MainchainError } from './errors.ts'
import { lockFolder } from './folder-lock.ts'
import { Mempool } from './mempool.ts'
import { Miner } from './miner.ts'
import type { NodeOptions } from './options.ts'
import { devnetParams } from './params.ts'
import { readTransaction } from './raw-transaction.ts'
import { TransactionRefusal } from './refusal.ts'
import { prepareSchnorr } from './schnorr-gate.ts'

export interface MainchainNode {
  readonly chain: Chain
  readonly mempool: Mempool
  readonly miner: Miner
  readonly options: NodeOptions
  /** Takes a transaction in and mines it if that is the way of this node. Returns its id. */
  readonly submit: (transaction: Transaction) => Promise<string>
  /** Lines for the log. */
  readonly log: (line: string) => void
  readonly close: () => void
}

export type Announce = (node: Pick<MainchainNode, 'chain' | 'mempool'>) => void

/**
 * Opens the chain in the options' folder; a new one is mined until the genesis coin may be spent,
 * and the genesis transactions are put into the block after that. `announce` gets chain and pool
 * before any block is made, so that nothing is missed.
 */
export function openNode(
  options: NodeOptions,
  log: (line: string) => void,
  announce: Announce = () => undefined,
): MainchainNode {
  const unlock = lockFolder(options.dataDir)
  let chain: Chain
  const now = () => Math.floor(Date.now() / 1000)
  try {
    const file = path.join(options.dataDir, 'blocks.dat')
    chain = new Chain({ params: devnetParams(options), file, now })
  } catch (error) {
    unlock()
    throw error
  }
  if (chain.cutBytes > 0) {
    log(`cut ${chain.cutBytes} bytes of a half-written block off the end of the block file`)
  }
  const mempool = new Mempool(chain)
  const payTo = parseAddress(options.miner)
  const { minerInfo, mining } = options
  const miner = new Miner({ chain, mempool, payTo, minerInfo, mining, now })
  const close = () => {
    miner.stop()
    chain.close()
    unlock()
  }
  const submit = async (transaction: Transaction) => {
    await prepareSchnorr([transaction])
    const { txid } = mempool.add(transaction)
    if (miner.minesOnTransaction) miner.mine()
    return txid
  }
  announce({ chain, mempool })
  try {
    mineGenesis({ chain, mempool, miner }, options.genesisTransactions)
  } catch (error) {
    close()
    throw error
  }
  return { chain, mempool, miner, options, submit, log, close }
}

/** Mines up to the block with the genesis transactions, from wherever an earlier start got to. */
function mineGenesis(
  { chain, mempool, miner }: Pick<MainchainNode, 'chain' | 'mempool' | 'miner'>,
  hexes: readonly string[],
): void {
  const { coinbaseMaturity } = chain.params
  if (hexes.length === 0) return
  while (chain.height < coinbaseMaturity) miner.mine()
  if (chain.height > coinbaseMaturity) return
  for (const [position, hex] of hexes.entries()) {
    try {
      mempool.add(readTransaction(hex))
    } catch (error) {
      if (!(error instanceof TransactionRefusal)) throw error
      throw MainchainError.genesisRefused(position, error.message)
    }
  }
  miner.mine()
}
