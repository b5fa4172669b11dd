/**
 * The main chain as a wallet sees it: coins of mined blocks, transactions that wait, and a node that
 * checks signatures and refuses to spend twice. Blocks are made only by `mine`.
 */
import { fromHex } from '../../src/base/bytes-text.ts'
import { devnetGenesisHash } from '../../src/identity/devnet-genesis.ts'
import { decode } from '../../src/protocol/codec.ts'
import { addressOf, Prefix, programHashOf } from '../../src/protocol/ela/address.ts'
import { formatEla, parseEla } from '../../src/protocol/ela/amount.ts'
import { displayHash } from '../../src/protocol/ela/hash.ts'
import { verifySignature } from '../../src/protocol/ela/keys.ts'
import {
  type Transaction,
  transactionCodec,
  transactionId,
  unsignedBytes,
} from '../../src/protocol/ela/transaction.ts'
import { FakeRefusal, type FakeRpc, fakeRpc } from '../support/fake-rpc.ts'

export interface FakeCoin {
  readonly txid: string
  readonly vout: number
  readonly address: string
  readonly sela: bigint
  readonly txtype?: number
  readonly outputlock?: number
}

export interface FakeMainchain extends FakeRpc {
  readonly pool: readonly Transaction[]
  readonly coins: ReadonlyMap<string, FakeCoin>
  mine(): void
}

export async function fakeMainchain(
  funds: readonly Omit<FakeCoin, 'txid' | 'vout'>[],
  genesis = devnetGenesisHash(),
): Promise<FakeMainchain> {
  const coins = new Map<string, FakeCoin>()
  const pool: Transaction[] = []
  const mined = new Map<string, number>()
  let height = 20
  for (const [at, fund] of funds.entries()) {
    const coin = { ...fund, txid: at.toString(16).padStart(64, '0'), vout: 0 }
    coins.set(`${coin.txid}:0`, coin)
  }
  const idOf = (transaction: Transaction) => displayHash(transactionId(transaction))
  const spentBy = ({ inputs }: Transaction) =>
    inputs.map(({ txid, index }) => `${displayHash(txid)}:${index}`)
  const shown = (coin: FakeCoin) => ({
    txtype: coin.txtype ?? 2,
    txid: coin.txid,
    vout: coin.vout,
    address: coin.address,
    amount: formatEla(coin.sela),
    outputlock: coin.outputlock ?? 0,
    confirmations: 5,
  })
  const of = (address: string) => [...coins.values()].filter((coin) => coin.address === address)
  const rpc = await fakeRpc({
    getblockhash: ({ height: at }: { height: number }) => (at === 0 ? genesis : 'aa'.repeat(32)),
    getblock: () => ({ height }),
    getrawmempool: () =>
      pool.map((transaction) => ({
        txid: idOf(transaction),
        vin: spentBy(transaction).map((name) => {
          const [txid, vout] = name.split(':')
          return { txid, vout: Number(vout), sequence: 0 }
        }),
      })),
    getreceivedbyaddress: ({ address }: { address: string }) =>
      formatEla(of(address).reduce((sum, { sela }) => sum + sela, 0n)),
    listunspent: ({ addresses }: { addresses: string[] }) => {
      const list = addresses.flatMap(of).map(shown)
      return list.length === 0 ? null : list
    },
    getutxosbyamount: ({ address, amount }: { address: string; amount: string }) => {
      if (!amount.includes('.') && amount.length > 8)
        throw new FakeRefusal(42002, 'invalid amount!')
      const picked: FakeCoin[] = []
      let sum = 0n
      for (const coin of of(address).filter(({ txtype }) => txtype !== 0)) {
        if (sum >= parseEla(amount)) break
        sum += coin.sela
        picked.push(coin)
      }
      if (sum < parseEla(amount)) throw new FakeRefusal(45002, 'not enough utxo')
      return picked.map(shown)
    },
    getrawtransaction: ({ txid }: { txid: string }) => {
      if (mined.has(txid)) return { txid, blockhash: 'bb'.repeat(32) }
      if (pool.some((one) => idOf(one) === txid)) return { txid, blockhash: '' }
      throw new FakeRefusal(44001, 'unknown transaction')
    },
    sendrawtransaction: ({ data }: { data: string }) => {
      const transaction = decode(transactionCodec, fromHex(data))
      const waiting = new Set(pool.flatMap(spentBy))
      if (spentBy(transaction).some((name) => waiting.has(name))) {
        throw new FakeRefusal(45022, 'slot TxInputsReferKeys verify tx error')
      }
      if (!isSound(transaction)) throw new FakeRefusal(45002, 'not sound')
      pool.push(transaction)
      return idOf(transaction)
    },
  })
  function isSound(transaction: Transaction): boolean {
    const spent = spentBy(transaction).map((name) => coins.get(name))
    const paid = transaction.outputs.reduce((sum, { value }) => sum + value, 0n)
    const had = spent.reduce((sum, coin) => sum + (coin?.sela ?? 0n), 0n)
    const [program] = transaction.programs
    if (program === undefined || spent.includes(undefined) || had - paid < 100n) return false
    const owner = addressOf(programHashOf(program.code, Prefix.standard))
    const key = program.code.slice(1, -1)
    const signature = program.parameter.slice(1)
    return (
      spent.every((coin) => coin?.address === owner) &&
      verifySignature(key, unsignedBytes(transaction), signature)
    )
  }
  return {
    ...rpc,
    pool,
    coins,
    mine() {
      height += 1
      for (const transaction of pool.splice(0)) {
        const txid = idOf(transaction)
        mined.set(txid, height)
        for (const name of spentBy(transaction)) coins.delete(name)
        for (const [vout, { value, programHash }] of transaction.outputs.entries()) {
          const coin = { txid, vout, address: addressOf(programHash), sela: value }
          coins.set(`${txid}:${vout}`, coin)
        }
      }
    },
  }
}
