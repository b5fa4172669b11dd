/** A main chain node in this process, in a folder of its own, with the published lab keys. */
import { fromHex, toHex } from '../../src/base/bytes-text.ts'
import { callRpc } from '../../src/base/json-rpc.ts'
import type { NodeOptions } from '../../src/nodes/mainchain/options.ts'
import { type RunningNode, startNode } from '../../src/nodes/mainchain/serve.ts'
import { encode } from '../../src/protocol/codec.ts'
import { parseAddress } from '../../src/protocol/ela/address.ts'
import { parseDisplayHash } from '../../src/protocol/ela/hash.ts'
import { signTransaction } from '../../src/protocol/ela/sign.ts'
import { type Transaction, transactionCodec } from '../../src/protocol/ela/transaction.ts'
import { buildTransfer } from '../../src/protocol/ela/transfer.ts'
import { temporaryFolder } from './folder.ts'

export interface LabKey {
  readonly address: string
  readonly privateKey: Uint8Array
  readonly programHash: Uint8Array
}

/** Keys of elastos-privnet and of the lab the transcript was made in: public, worth nothing. */
export const labKeys = [
  [
    '6cf35b508f90602a50f3081626b5995099a509cc2b35786b7e0b59090ee4bc38',
    'ERmHeitrDpZn2pbzFwDr5yeiyvidsUtC3v',
  ],
  [
    '716270a3f42e04be231aa8b7c49ccd979f1ca14116f0cb35dfd5b1626c731bbb',
    'EVQdRk5x6FsvShySBiqhny3B1jTwtEt2PV',
  ],
  [
    '6e7167d948aa5c295ca6b284b1507d926f37c7fee5fbbfcdf6e6bae83ba94b36',
    'EYvtDLgVKh8PqxpD8nvL69ZFUfaK5SnhLJ',
  ],
  [
    'dd3c571a85633782bf11874d5d6df71902f9a2cb956b5389000c2127818ce2a8',
    'EXqJFtJiJTRj7ZCGz6PqdFrbwJ3aScp2Xx',
  ],
  [
    '81ca9e5fa9260bd75ce5c1079820ed836d2bedeefb8b37540a4c36e24a289ce6',
    'ELTZrhyi8RRBu8NZyigBQs3KykEhX21KFS',
  ],
  [
    '8f6cc2f1b5de946b7ef068efb0664f9f697d089c3900e58840f7c62d3a799ba3',
    'EJ94DsN3yYG5RK5Su1Zk5kNLay6vzjQffN',
  ],
  [
    '0da69c18079a2b2882b27fe820b3afad7f7e48f2b392ba2a97f4b176f5e65d6f',
    'EMDWg1ETK9tyyTUjMan3zhmxWyr6xYwCmD',
  ],
].map(
  ([key = '', address = '']): LabKey => ({
    address,
    privateKey: fromHex(key),
    programHash: parseAddress(address),
  }),
)

export function labKey(position: number): LabKey {
  const key = labKeys[position]
  if (key === undefined) throw new Error(`no lab key ${position}`)
  return key
}

export interface TestNode extends RunningNode, AsyncDisposable {
  readonly folder: string
  readonly rpcUrl: string
  call(method: string, params?: Readonly<Record<string, unknown>> | unknown[]): Promise<unknown>
}

/** Ends with the `await using` that started it. Mines only when asked unless told otherwise. */
export async function startMainchain(changes: Partial<NodeOptions> = {}): Promise<TestNode> {
  const folder = temporaryFolder()
  const node = await startNode(optionsIn(folder.path, changes), () => undefined)
  const rpcUrl = `http://127.0.0.1:${node.ports.rpc}`
  return {
    ...node,
    folder: folder.path,
    rpcUrl,
    call: (method, params = {}) => callRpc(rpcUrl, method, params),
    [Symbol.asyncDispose]: async () => {
      await node.stop()
      folder[Symbol.dispose]()
    },
  }
}

/** Options of a node whose genesis coin belongs to lab key 0. */
export function optionsIn(dataDir: string, changes: Partial<NodeOptions> = {}): NodeOptions {
  return {
    dataDir,
    ports: { rpc: 0, rest: 0, ws: 0, p2p: 22338 },
    foundation: labKey(0).address,
    miner: labKey(0).address,
    minerInfo: 'ela-dev',
    mining: { mode: 'none' },
    coinbaseMaturity: 10,
    genesisTransactions: [],
    rpcUser: '',
    rpcPassword: '',
    ...changes,
  }
}

/** The coinbase of the genesis block that belongs to lab key 0. */
export const GENESIS_COIN = {
  txid: 'f4fca7514f0cd29bba21b03d85ba94c590dfdf2cf10c2579acf00cf11f016f17',
  index: 0,
  value: 33_000_000n * 100_000_000n,
}

export interface TestTransfer {
  readonly from: LabKey
  readonly coins: readonly {
    readonly txid: string
    readonly index: number
    readonly value: bigint
  }[]
  readonly to: readonly (readonly [LabKey, bigint])[]
  readonly fee?: bigint
  readonly nonce?: string
}

/** A signed transfer whose change goes back. */
export function transfer({ from, coins, to, fee = 100n, nonce }: TestTransfer): Transaction {
  const unsigned = buildTransfer({
    inputs: coins.map((coin) => ({ ...coin, txid: parseDisplayHash(coin.txid) })),
    outputs: to.map(([{ programHash }, value]) => ({ programHash, value })),
    changeTo: from.programHash,
    fee,
    ...(nonce !== undefined && { nonce }),
  })
  return signTransaction(unsigned, [from.privateKey])
}

export function hexOf(transaction: Transaction): string {
  return toHex(encode(transactionCodec, transaction))
}
